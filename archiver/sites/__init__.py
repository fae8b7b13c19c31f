"""Which site generator publishes a folder, and from where it would publish an archive.

A generator copies one folder as it is (``static/`` in Hugo) and moves the posts about, so that
links must start at the site's root. ``generators`` is the table, ``detect`` finds the site,
``starter`` writes its first configuration.
"""

from archiver.sites.detect import Site, detect_site, find_site, list_outputs
from archiver.sites.starter import render_config

__all__ = ["Site", "detect_site", "find_site", "list_outputs", "render_config"]
