"""Documents that name addresses inside, in every spelling and in every kind of place."""

from __future__ import annotations

import json
from pathlib import Path

from faults import FaultServer
from program import run_archiver
from spellings import SPELLINGS

HTML_FORMS = (
    '<img src="{}">',
    '<img srcset="{} 2x">',
    '<picture><source srcset="{}"><img></picture>',
    '<img data-src="{}">',
    "<p style=\"background: url('{}')\">x</p>",
    "<style>p {{ background: url('{}') }}</style>",
)
# name of the document: (around, for each URL)
DOCUMENTS = {
    "page.html": ("<!doctype html>\n{}", "\n".join(HTML_FORMS)),
    "post.md": ("text\n\n{}", "![x](<{}>)\n"),
    "front.md": ("---\nimages:\n{}\n---\n\ntext\n", "  - '{}'"),
    "sheet.css": ("{}", "p {{ background: url('{}') }}"),
    "feed.xml": (
        '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>t</title>{}</channel></rss>\n',
        '<item><enclosure url="{}" type="image/png" length="1"/></item>',
    ),
    "drawing.svg": (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>\n',
        '<image href="{}"/>',
    ),
}


def write_document(path: Path, around: str, form: str, port: int) -> list[str]:
    """A document that names every spelling in every form; its URLs, each another one."""
    urls, parts = [], []
    for host in SPELLINGS.values():
        own = [f"http://{host}:{port}/{path.name}/{len(urls) + n}" for n in range(form.count("{}"))]
        urls += own
        parts.append(form.format(*own))
    path.write_text(around.format("\n".join(parts)), encoding="utf-8")
    return urls


def test_no_place_of_a_document_leads_inside(tmp_path: Path, fault: FaultServer) -> None:
    """The listener counts nobody; a dial beyond loopback fails the test by itself."""
    urls = []
    for name, (around, form) in DOCUMENTS.items():
        urls += write_document(tmp_path / name, around, form, fault.port)
    before = {name: (tmp_path / name).read_bytes() for name in DOCUMENTS}
    (tmp_path / "archiver.toml").write_text(f"[network]\nallow_ports = [{fault.port}]\n")
    connections = dict(fault.connections)
    result = run_archiver("archive", *DOCUMENTS, "--in-place", "--json", cwd=tmp_path)
    assert result.code == 3, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    images = {line["url"]: line for line in lines if line.get("kind") == "image"}
    assert len(images) == len(urls) == len(set(urls))
    assert {image["outcome"] for image in images.values()} == {"unsafe"}
    assert {image["reason"] for image in images.values()} == {"address", "fake-ip"}
    assert {image.get("attempts", 0) for image in images.values()} == {0}
    assert fault.connections == connections
    assert lines[-1]["summary"]["requests"] == 0  # none got out
    assert {name: (tmp_path / name).read_bytes() for name in DOCUMENTS} == before
