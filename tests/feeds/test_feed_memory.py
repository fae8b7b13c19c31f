"""A feed of many items: what a run holds grows with the bytes of the feed, a few times at most."""

from __future__ import annotations

import subprocess
import sys
from html import escape
from pathlib import Path

import pytest
from origin import Origin
from pictures import plain
from required import is_full_run
from samples import FEED_ITEMS, FEED_POSTS

SIZES = FEED_ITEMS // 10, FEED_ITEMS  # items
PICTURES = 10  # items show these in turn
SAVED_TIMES = 3.2  # its bytes, old and new; 2.2 here, 2.4 grown, 2.8 with all that was found
POSTS_TIMES = 2.5  # its bytes and where its items are; 1.7 here, 4.4 with a heap for each thread
CONFIG = """\
site_url = "https://me.example/"

[[sources]]
feed = "feed.xml"
{source}
[network]
pace_s = 0.0
connect_to = ["img.example:80:127.0.0.1:{port}"]
"""
POSTS = 'as = "posts"\npath = "posts"\n'
READ = """\
import sys
from pathlib import Path
from archiver.feeds.identity import with_keys
from archiver.feeds.reading import read_feed
print(sum(1 for _ in with_keys(read_feed(Path(sys.argv[1]).read_bytes()))))
"""
# A process begins with the peak of the one that starts it, and a test's is large.
LAUNCH = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def item_of(number: int) -> str:
    paragraphs = "".join(f"<p>{number}.{n} {'Some words that say it. ' * 6}</p>" for n in range(18))
    url = f"http://img.example/{number % PICTURES}.png"
    html = escape(f'{paragraphs}<img src="{url}" alt="é">')
    return (
        f"<item><title>Item {number}</title><link>https://site.example/{number}</link>"
        f'<guid isPermaLink="false">tag:{number}</guid><description>{html}</description>'
        f'<enclosure url="{url}" length="1" type="image/png"/></item>\n'
    )


def feed_of(first: int, last: int) -> bytes:
    items = "".join(map(item_of, range(first, last)))
    return (
        '<rss version="2.0"><channel><title>F</title><link>https://site.example/</link>'
        f"<description>d</description>\n{items}</channel></rss>"
    ).encode()


def peak_of(arguments: list[str], folder: Path) -> int:
    """The most memory, in bytes, that one process of a command had resident."""
    command = [sys.executable, "-c", LAUNCH, sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True, timeout=900)
    return int(done.stdout) * (1024 if sys.platform == "linux" else 1)


def run_over(feeds: list[bytes], folder: Path, source: str = "") -> int:
    """The peak of the last of the runs that see *feeds*."""
    folder.mkdir()
    with Origin() as origin:
        for number in range(PICTURES):
            origin.serve(f"http://img.example/{number}.png", plain((number, 0, 0)))
        config = CONFIG.format(port=origin.port, source=source)
        (folder / "archiver.toml").write_text(config, encoding="utf-8")
        for data in feeds:
            (folder / "feed.xml").write_bytes(data)
            peak = peak_of(["-m", "archiver", "run", "--quiet"], folder)
    return peak


def times(peaks: list[int], feeds: list[bytes]) -> float:
    """How many times the bytes that a feed has more are held."""
    return (peaks[1] - peaks[0]) / (len(feeds[1]) - len(feeds[0]))


@pytest.mark.skipif(not is_full_run(), reason="--full: takes a minute, and many items to be flat")
@pytest.mark.parametrize("visits", [1, 2])
def test_a_saved_feed(visits: int, tmp_path: Path) -> None:
    """In one visit as it came, in two with items that have left it."""
    whole, peaks = [feed_of(0, size) for size in SIZES], []
    for number, size in enumerate(SIZES):
        step = size // visits
        feeds = [feed_of(first, first + step) for first in range(0, size, step)]
        peaks.append(run_over(feeds, tmp_path / str(number)))
        (saved,) = (tmp_path / str(number) / "archived").rglob("feed.xml")
        assert saved.read_bytes().count(b"<item>") == size
    assert times(peaks, whole) < SAVED_TIMES


def test_items_that_become_posts(tmp_path: Path) -> None:
    feeds, peaks = [feed_of(0, size) for size in (FEED_ITEMS // 4, FEED_ITEMS)], []
    for data in feeds:
        (tmp_path / "feed.xml").write_bytes(data)
        peaks.append(peak_of(["-c", READ, "feed.xml"], tmp_path))
    assert times(peaks, feeds) < POSTS_TIMES


@pytest.mark.skipif(not FEED_POSTS, reason="--full: minutes; the test above reads the same items")
def test_posts(tmp_path: Path) -> None:
    feeds = [feed_of(0, size) for size in (FEED_POSTS // 10, FEED_POSTS)]
    peaks = [run_over([data], tmp_path / str(len(data)), POSTS) for data in feeds]
    assert len(list((tmp_path / str(len(feeds[1])) / "posts").iterdir())) == FEED_POSTS
    assert times(peaks, feeds) < POSTS_TIMES
