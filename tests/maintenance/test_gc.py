"""What nothing shows goes, in two phases; what anything shows stays, whoever wrote the link."""

import errno
import os
import shutil
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from program import snapshot_of
from small_run import archive, open_catalog, picture_of, places_of, violations

from archiver.config import Config
from archiver.errors import RunError
from archiver.files import calls
from archiver.journal import Removed, read_facts
from archiver.maintenance.gc import GcAction, collect_garbage
from archiver.maintenance.restore import restore

ORIGINALS = {
    "a.md": b"A ![](https://h/a.png) and ![](https://h/b.png)\r\n",
    "sub/\u56fe & 'x'.md": b"\xff B ![](https://h/b.png)\n",
    "c.md": b"C ![](https://h/c.png)\n",
}
NOW = timedelta(0)


@pytest.fixture
def base(tmp_path):
    base = tmp_path / "base"
    for path, data in ORIGINALS.items():
        (base / path).parent.mkdir(exist_ok=True, parents=True)
        (base / path).write_bytes(data)
    archive(base, ORIGINALS)
    return base


def collect(base, grace=timedelta(days=30), more=(), **options):
    config = Config.from_dict(options.pop("table", {}), str(base))
    return collect_garbage(places_of(base), config, grace=grace, more=more, **options)


def held(base):
    """The pictures in the archive, by the letter of their URL."""
    return {f.read_bytes()[-5:-4].decode() for f in (base / "archive" / "assets").rglob("*.png")}


def files_of(folder):
    return [file for file in folder.rglob("*") if file.is_file()]


def link_to(base, letter):
    (blob,) = (
        f
        for f in (base / "archive" / "assets").rglob("*.png")
        if f.read_bytes() == picture_of(b"https://h/%s.png" % letter.encode())
    )
    return str(blob.relative_to(base))


def give_up(base, *paths):
    """Restore documents, so that nothing shows their pictures any more."""
    restore(places_of(base), [os.fsencode(base / path) for path in paths])


def test_nothing_goes_while_all_is_shown(base):
    state = snapshot_of(base)
    summary = collect(base, NOW)
    assert summary.results == () and summary.kept_files == 6
    assert snapshot_of(base) == state


@pytest.mark.parametrize("is_rebuilt", [False, True], ids=["with the catalog", "without it"])
def test_restore_of_everything_then_gc_leaves_an_empty_store(base, is_rebuilt):
    give_up(base, ".")
    if is_rebuilt:
        (base / ".archiver" / "catalog.sqlite").unlink()
    summary = collect(base, NOW)
    assert summary.total(GcAction.DELETED)[0] == 6 and summary.kept_files == 0
    assert not (base / "archive").exists()
    assert {path: (base / path).read_bytes() for path in ORIGINALS} == ORIGINALS
    assert files_of(base / ".archiver" / "trash") == []


def test_two_phases(base):
    give_up(base, "c.md")
    first = collect(base)
    assert first.total(GcAction.TRASHED) == (2, 2 * len(picture_of(b"https://h/c.png")) + 6)
    assert held(base) == {"a", "b"}
    second = collect(base)
    assert second.results == () and second.waiting_files == 2
    (run,) = (base / ".archiver" / "trash").iterdir()
    run.rename(run.with_name("20200101T000000Z-00000000"))
    third = collect(base)
    assert third.total(GcAction.DELETED)[0] == 2 and third.waiting_files == 0
    assert not (base / ".archiver" / "trash").exists()


def test_the_journal_says_what_went(base):
    give_up(base, "c.md")
    path = link_to(base, "c")
    collect(base)
    gone = [f for _, f in read_facts(str(base / ".archiver" / "journal")) if isinstance(f, Removed)]
    digest = Path(path).stem
    assert {(f.path, f.digest) for f in gone} == {
        (path, f"sha256:{digest}"),
        (f"archive/thumbnails/320/{digest[:2]}/{digest}.webp", f"sha256:{digest}"),
    }
    with open_catalog(places_of(base)) as catalog:
        assert {r.url[-5] for r in catalog.holdings.held()} == {"a", "b"}
        assert catalog.holdings.is_removed(catalog.find_image("https://h/c.png"))
        assert not catalog.holdings.is_removed(catalog.find_image("https://h/a.png"))


@pytest.mark.parametrize("grace", [NOW, timedelta(days=30)], ids=["at once", "in two phases"])
def test_a_dry_run_writes_nothing_and_tells_what_the_other_does(base, grace):
    give_up(base, "c.md")
    state = snapshot_of(base)
    told = collect(base, grace, is_dry_run=True)
    assert snapshot_of(base) == state
    assert told.results == collect(base, grace).results


def write(name, make):
    """A file in the base folder that shows *link*."""

    def prepare(base, link):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(make(link))

    return prepare


def as_text(link):
    return f"see {link} there".encode()


def behind(*links):
    """A document in a folder beside the base folder, to which *links* lead, one to the next."""

    def prepare(base, link):
        places = [*(base / name for name in links), base.parent / "content"]
        write("../content/posts/new.md", as_text)(base, link)
        for place, target in pairwise(places):
            place.parent.mkdir(exist_ok=True)
            place.symlink_to(target)

    return prepare


def linked_in_turn(base, link):
    behind("posts")(base, link)
    (base.parent / "content" / "more").symlink_to(base.parent / "more")
    write("../more/new.md", as_text)(base, link)
    (base.parent / "content" / "posts" / "new.md").unlink()


USERS = {
    "a document that nobody archived": write("new.md", as_text),
    "a document in a dot-folder": write(".notes/new.md", as_text),
    "a template of an unknown suffix": write("layout.njk", as_text),
    "a page of a generator": write("public/index.html", as_text),
    "a link with a prefix": write(
        "new.md", lambda link: f"![](https://cdn.example/a/{link})".encode()
    ),
    "UTF-16 with a byte order mark": write("new.txt", lambda link: link.encode("utf-16")),
    "UTF-16 without one": write("new.html", lambda link: link.encode("utf-16-le")),
    "at the border of two parts of a long file": write(
        "new.txt", lambda link: b"x" * ((4 << 20) + 4096 - 60) + b" " + as_text(link)
    ),
    "what a person saved at the wrong moment": write(".archiver/conflicts/0-a.md", as_text),
    "a folder that a link leads to": behind("posts"),
    "a folder behind links": behind("one", "deep/two"),
    "a folder that a link in such a folder leads to": linked_in_turn,
    "a thumbnail alone": write(
        "new.md",
        lambda link: link.replace("/assets/", "/thumbnails/320/").replace(".png", ".webp").encode(),
    ),
}


@pytest.mark.parametrize("prepare", USERS.values(), ids=USERS.keys())
def test_who_else_shows_a_picture(base, prepare):
    prepare(base, link_to(base, "c"))
    give_up(base, "c.md")
    assert collect(base, NOW).results == ()
    assert held(base) == {"a", "b", "c"}


NO_USERS = {
    "a report of ours": write(
        "report.json", lambda link: b'{"digest": "sha256:0", "path": "%s"}' % link.encode()
    ),
    "a log": write("cron.log", as_text),
    "a picture": write("x.png", lambda link: b"\x89PNG\r\n\x1a\n\0\0" + link.encode()),
    "the journal of another archive": write("other/.archiver/journal/1.ndjson", as_text),
    "a drawing of another archive": lambda base, link: (
        (base / "other" / ".archiver").mkdir(parents=True),
        write("other/archive/x.svg", as_text)(base, link),
    ),
    "a folder around": lambda base, link: (
        (base / "up").symlink_to("../.."),
        (base / "here").symlink_to("."),
        (base / "images").symlink_to("archive/assets"),
        write("../new.md", as_text)(base, link),
    ),
    "git's own files": write(".git/x.md", as_text),
    "a longer name": write("new.md", lambda link: f"x{link}".replace("archive/", "").encode()),
}


@pytest.mark.parametrize("prepare", NO_USERS.values(), ids=NO_USERS.keys())
def test_what_shows_nothing(base, prepare):
    prepare(base, link_to(base, "c"))
    give_up(base, "c.md")
    collect(base, NOW)
    assert held(base) == {"a", "b"}


def test_moved_and_edited_documents_are_users(base):
    (base / "deep").mkdir()
    (base / "c.md").rename(base / "deep" / "d.md")
    (base / "a.md").write_bytes(b"mine: " + (base / "a.md").read_bytes().split(b" and ")[0])
    (base / "sub" / "\u56fe & 'x'.md").unlink()
    collect(base, NOW)
    assert held(base) == {"a", "c"}


def test_documents_elsewhere_are_named(base, tmp_path):
    shutil.copy(base / "c.md", tmp_path / "elsewhere.md")
    give_up(base, "c.md")
    assert collect(base, NOW, [os.fsencode(tmp_path / "elsewhere.md")]).results == ()
    assert collect(base, NOW, [os.fsencode(tmp_path)]).results == ()
    sources = {"sources": [{"path": str(tmp_path / "else*.md"), "in_place": True}]}
    assert collect(base, NOW, table=sources).results == ()
    collect(base, NOW)
    assert held(base) == {"a", "b"}


def test_pictures_that_documents_only_name(base):
    """What is archived and not linked (no site_url) stays, unless the document was restored."""
    links = (base / "c.md").read_bytes()
    (base / "c.md").write_bytes(links + b"\n![](https://h/e.png)\n")
    (base / "e.md").write_bytes(b"![](https://h/e.png)")
    archive(base, ["e.md"])
    give_up(base, "e.md")
    assert collect(base, NOW).results == ()
    (base / "c.md").write_bytes(links)
    assert collect(base, NOW).total(GcAction.DELETED)[0] == 2


def test_what_is_needed_again_comes_back(base):
    shown = (base / "c.md").read_bytes()
    give_up(base, "c.md")
    collect(base)
    assert held(base) == {"a", "b"}
    (base / "c.md").write_bytes(shown)
    told = collect(base, is_dry_run=True)
    summary = collect(base)
    assert summary.results == told.results
    assert summary.total(GcAction.BROUGHT_BACK)[0] == 2 and summary.waiting_files == 0
    assert held(base) == {"a", "b", "c"}
    with open_catalog(places_of(base)) as catalog:
        assert len(list(catalog.holdings.held())) == 3


def test_other_peoples_files_stay(base):
    give_up(base, ".")
    (base / "archive" / "index.html").write_text("mine")
    (base / "archive" / "assets" / ".htaccess").write_text("mine")
    left = base / "archive" / "assets" / "ab"
    left.mkdir(exist_ok=True)
    (left / f".{24 * '0'}.part").write_text("left by a killed run")
    collect(base, NOW)
    assert {file.name for file in files_of(base / "archive")} == {"index.html", ".htaccess"}


def test_bytes_of_pages_and_quarantine(base):
    state = base / ".archiver"
    names = ("originals/ab/" + 64 * "a", "quarantine/" + 64 * "b", "quarantine/damaged-0-x.png")
    for name in names:
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text(name)
    assert {result.name for result in collect(base).results} == set(names)
    assert {
        str(f.relative_to(state / "trash")).partition("/")[2] for f in files_of(state / "trash")
    } == set(names)


def test_what_cannot_be_read_stops_it(base, monkeypatch):
    give_up(base, "c.md")

    def refuse(name, call, arguments):
        if name == "open" and os.fsencode(arguments[0]).endswith(b"/a.md"):
            raise PermissionError(errno.EACCES, "permission denied")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", refuse)
    with pytest.raises(RunError, match=r"a\.md.*nothing was removed"):
        collect(base, NOW)
    assert held(base) == {"a", "b", "c"}


def test_a_folder_of_another_name_in_the_trash_stays(base):
    kept = base / ".archiver" / "trash" / "mine"
    kept.mkdir(parents=True)
    (kept / "x").write_text("x")
    collect(base, NOW)
    assert (kept / "x").read_text() == "x"
    rewritten = {path: (base / path).read_bytes() for path in ORIGINALS}
    assert violations(base, ORIGINALS, rewritten) == []


def test_what_others_put_into_the_trash_is_not_deleted(base, tmp_path):
    """A link above all: what is deleted would be what it leads to."""
    collect(base)
    trash, old = base / ".archiver" / "trash", "20200102T030405Z-0123abcd"
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.md").write_text("ten years")
    (trash / old).mkdir(parents=True)
    (trash / old / "gone.png").write_text("long ago")
    (trash / old.replace("05Z", "06Z")).symlink_to(tmp_path / "home")
    (trash / f"{old}.tar").write_text("kept by hand")
    (trash / f"{old} kept").mkdir()
    (trash / f"{old} kept" / "a.png").write_text("kept by hand")
    before = files_of(tmp_path / "home"), snapshot_of(base)
    told = collect(base, is_dry_run=True)
    assert [result.name for result in told.results] == ["gone.png"]
    assert before == (files_of(tmp_path / "home"), snapshot_of(base))
    for grace in (timedelta(days=30), NOW):
        summary = collect(base, grace)
        assert (summary.waiting_files, held(base)) == (0, set("abc"))
    assert files_of(tmp_path / "home") == [tmp_path / "home" / "thesis.md"]
    left = sorted(path.name for path in trash.iterdir())
    assert left == [f"{old} kept", f"{old}.tar", old.replace("05Z", "06Z")]
    assert files_of(trash / f"{old} kept")
