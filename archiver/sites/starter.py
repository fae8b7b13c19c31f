"""The configuration that ``archiver init`` writes."""

from __future__ import annotations

import json

from archiver.sites.detect import Site

_SITE = """\
# {generator} publishes {published}, so the archive lies in it.
archive = {archive}
"""
_PREFIX = """\
# {generator} moves its posts, so links start at the site's root; this is the archive's place there.
link_prefix = {link_prefix}
"""
_NO_SITE = """\
archive = "archive"    # the pictures, beside this file
"""
_RELATIVE = """\
link_prefix = ""       # links are relative to the document
"""
_IN_PLACE = """
[[sources]]
path = {content}
in_place = true        # the posts are rewritten where they are; `archiver restore` undoes it
"""
_COPIES = """
[[sources]]
path = "."             # a file, a folder or a glob; more of them: another [[sources]]
in_place = false       # true: rewrite the documents where they are; false: copies go to
output = "archived"
"""
_CONTACT = """
[network]
# contact = "https://me.example/about"    # goes into the User-Agent, so that a host can reach you
"""


def render_config(site: Site | None) -> str:
    """The text of an ``archiver.toml``; without a site, one that copies the folder it is in."""
    if site is None:
        return _NO_SITE + _RELATIVE + _COPIES + _CONTACT
    note = f"# {site.note}\n" if site.note else ""
    sources = _IN_PLACE.format(content=_quote(site.content_path))
    return note + _render_archive(site) + sources + _CONTACT


def _render_archive(site: Site) -> str:
    if not site.link_prefix:
        return _NO_SITE + _RELATIVE
    published = "its root" if site.static_path == "." else f"{site.static_path}/ as it is"
    archive, prefix = _quote(site.archive), _quote(site.link_prefix)
    place = _SITE.format(generator=site.generator, published=published, archive=archive)
    return place + _PREFIX.format(generator=site.generator, link_prefix=prefix)


def _quote(text: str) -> str:
    """*text* as a TOML string; JSON's escapes are all TOML's."""
    return json.dumps(text, ensure_ascii=False)
