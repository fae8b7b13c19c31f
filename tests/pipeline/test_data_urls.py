"""Images inside the document: they stay there, or become files and can be put back."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from moody_origin import photo
from program import run_archiver

from archiver.syntax.data_urls import decode_data

JPEG = photo("inside")
BASE64 = base64.b64encode(JPEG).decode()
URL = f"data:image/jpeg;base64,{BASE64}"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="9"><path d="M0 0h9"/></svg>'
DRAWING_URL = "data:image/svg+xml," + quote(DRAWING)

DECODED = {
    "base64": (URL, JPEG),
    "without padding": (URL.rstrip("="), JPEG),
    "with blanks": (URL[:90] + "\n  " + URL[90:], JPEG),
    "with blanks, escaped": (URL[:90] + "%0A" + URL[90:], JPEG),
    "parameters": (f"data:image/jpeg;charset=utf-8; BASE64 ,{BASE64}", JPEG),
    "escapes": (DRAWING_URL, DRAWING),
    "plain text": ("data:image/svg+xml;utf8,<svg/>", b"<svg/>"),
    "a fragment": ("data:image/svg+xml,<svg/>#icon", b"<svg/>"),
    "no image": ("data:text/plain,a", None),
    "no comma": ("data:image/png;base64", None),
    "broken": ("data:image/png;base64,a!b", None),
    "too short": ("data:image/png;base64,a", None),
}


@pytest.mark.parametrize(("url", "data"), DECODED.values(), ids=DECODED.keys())
def test_decode(url: str, data: bytes | None) -> None:
    assert decode_data(url) == data


DOCUMENTS = {
    "page.html": f'<!doctype html>\n<base href="https://site.example/">\n<img src="{URL}" alt=x>'
    f"<p style=\"background: url('{URL}')\"><img srcset='{URL} 2x'><img src='{DRAWING_URL}'>\n",
    "post.md": f'---\ntitle: x\n---\n\n![a]({URL})\n\n<img src="{URL}">\n',
    "sheet.css": f"p {{ background: url({URL}) }}\n",
    "broken.html": "<!doctype html>\n<img src='data:image/png;base64,AAAA'>"
    "<img src=data:text/x,y>\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in DOCUMENTS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def archive(folder: Path, *options: str) -> list[dict[str, object]]:
    result = run_archiver("archive", *DOCUMENTS, "--in-place", "--json", *options, cwd=folder)
    assert "Traceback" not in result.stderr, result.stderr
    assert BASE64[:60] not in result.stdout + result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_they_stay_by_default(folder: Path) -> None:
    assert archive(folder)[-1]["summary"]["images"] == {}  # type: ignore[index]
    assert {name: (folder / name).read_text() for name in DOCUMENTS} == DOCUMENTS


def test_extracted_and_put_back(folder: Path) -> None:
    (folder / "archiver.toml").write_text('[rewrite]\ndata_urls = "extract"\n')
    lines = archive(folder)
    assert lines[-1]["summary"]["images"] == {"not_image": 1, "stored": 2}  # type: ignore[index]
    stored = [p for p in (folder / "archive" / "assets").rglob("*") if p.is_file()]
    digests = {hashlib.sha256(data).hexdigest() for data in (JPEG, DRAWING)}
    assert {path.stem for path in stored} == digests
    for name in ("page.html", "post.md", "sheet.css"):
        text = (folder / name).read_text()
        assert "data:image" not in text and "archive/assets/" in text, name
    assert (folder / "broken.html").read_text() == DOCUMENTS["broken.html"]
    journal = "".join(p.read_text() for p in (folder / ".archiver" / "journal").iterdir())
    images = [line for line in journal.splitlines() if '"kind":"image"' in line]
    assert all(len(line) < 2000 for line in images), "the bytes are in the archive, not here too"
    assert list((folder / ".archiver" / "tmp").iterdir()) == []

    assert run_archiver("restore", "--all", cwd=folder).code == 0
    assert {name: (folder / name).read_text() for name in DOCUMENTS} == DOCUMENTS
