"""The gallery in Chromium, from the disk: 10,000 pictures, hostile names, keys, no request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archives import draw_picture, held, lost, write_archive
from chromium import Chromium
from playwright.sync_api import expect
from required import require

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.pipeline.places import Places
from archiver.report.gallery import read_gallery, render_gallery

ATTACK = "</script><img src=x onerror=hacked=1><script>hacked=1</script>\"'"
NAME = "script>\"'.jpg"  # what stands behind its last slash


def write_gallery(base: Path) -> str:
    """The URL of the gallery's page."""
    places = Places.of(str(base), "archive", ".archiver")
    state = Path(places.state)
    with Catalog(str(state / "none"), str(state / "journal"), read_only=True) as catalog:
        page = render_gallery(read_gallery(places, catalog, Config(base=str(base))), str(base))
    (base / "index.html").write_bytes(page)
    return (base / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium(require("browser")["chromium"], 9) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_many(tmp_path_factory.mktemp("many"), 10_000)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_many(tmp_path_factory.mktemp("gallery"), 1_000)


def write_many(base: Path, count: int) -> str:
    """The page of *count* pictures: 99 are lost, one is hostile; seven hosts, 21 documents."""
    drawn = [draw_picture(base, seed, 60) for seed in range(6)]
    records = [
        held(f"https://h{n % 7}.example/{n}.jpg", drawn[n % 6], when=f"2026-01-01T00:00:00.{n:05}Z")
        for n in range(count - 100)
    ]
    records += [lost(f"https://h.example/lost-{n}.jpg", n, when="2025") for n in range(99)]
    records.append(held(f"https://h.example/{ATTACK}.jpg", drawn[0], rule=ATTACK, when="2027",
                        flags=("watermarked",)))  # fmt: skip
    documents = [(f"{ATTACK}.md".replace("/", "_"), f"![]({drawn[0].path})")]
    documents += [(f"posts/{n}.md", f"![](../{drawn[n % 6].path})") for n in range(20)]
    write_archive(base, records, documents)
    return write_gallery(base)


def shown(page: Any) -> str:
    return str(page.inner_text("#count"))


def test_ten_thousand_pictures_from_the_disk(browser: Chromium, many: str) -> None:
    def act(page: Any) -> None:
        page.locator(".frame img").first.evaluate("one => one.decode()")
        assert shown(page).startswith("10,000 pictures, ")
        assert page.locator(".card").count() == 200
        assert page.locator(".frame img").first.evaluate("one => one.naturalWidth") > 0
        assert page.evaluate("typeof hacked") == "undefined"
        assert page.locator("script").count() == 2 and page.locator("body > *").count() == 7
        assert page.locator(".name").first.inner_text() == NAME
        page.get_by_label("Page 50").click()
        assert "9,801 to 10,000 shown" in shown(page)
        page.get_by_role("button", name="Lost 99").click()
        assert shown(page) == "99 pictures"
        assert "the server has it no more" in page.inner_text("#results")

    _, asked = browser.visit(many, act)
    assert asked and all(one.startswith("file:") for one in asked)
    assert len(asked) < 200, "thumbnails load when they come near"


def test_an_attack_is_only_text(browser: Chromium, url: str) -> None:
    def act(page: Any) -> None:
        page.locator(".card").first.click()
        text = page.inner_text("#details")
        assert f"https://h.example/{ATTACK}.jpg" in text and f"(rule {ATTACK})" in text
        assert f"{ATTACK}.md".replace("/", "_") in text
        assert page.locator("#details script, #details img[src=x]").count() == 0
        assert page.evaluate("typeof hacked") == "undefined"

    browser.visit(url, act)


def test_filters_and_search(browser: Chromium, url: str) -> None:
    def act(page: Any) -> None:
        page.keyboard.press("/")
        page.keyboard.type("lost-7")
        expect(page.locator("#count")).to_have_text("11 pictures")
        page.keyboard.press("Escape")
        assert shown(page).startswith("1,000 ")
        page.click("#filters summary")
        page.select_option("#host", "h3.example")
        assert shown(page).startswith("129 pictures")
        page.select_option("#order", "oldest")
        assert page.locator(".name").first.inner_text() == "3.jpg"
        page.fill("#document", "posts/1.md")
        expect(page.locator("#count")).to_contain_text("21 pictures")
        assert "h3.example" in page.url and "posts" in page.url
        page.reload()
        assert shown(page).startswith("21 pictures"), "the address keeps the choice"
        page.fill("#search", "nowhere")
        page.get_by_role("heading", name="No picture fits").wait_for()
        page.click("#clear")
        assert shown(page).startswith("1,000 ")
        page.get_by_role("button", name="Watermarked 1").click()
        assert shown(page).startswith("1 picture")

    browser.visit(url, act)


def test_keys(browser: Chromium, url: str) -> None:
    def focused(page: Any) -> int:
        return int(page.evaluate("cardNumber()"))

    def act(page: Any) -> None:
        for key, place in (("j", 0), ("j", 1), ("ArrowRight", 2), ("k", 1), ("ArrowLeft", 0)):
            page.keyboard.press(key)
            assert focused(page) == place, key
        page.keyboard.press("ArrowDown")
        below = focused(page)
        assert below > 0
        page.keyboard.press("ArrowUp")
        assert focused(page) == 0
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        first = page.inner_text("#details-title")
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#details-title") != first
        page.keyboard.press("Escape")
        assert not page.evaluate("document.getElementById('details').open")
        while focused(page) != 2:  # the browser tells of the closing a little later
            page.wait_for_timeout(20)
        page.keyboard.press("]")
        assert "201 to 400 shown" in shown(page)
        page.keyboard.press("[")
        assert "1 to 200 shown" in shown(page)
        page.keyboard.press("?")
        assert page.evaluate("document.getElementById('shortcuts').open")

    browser.visit(url, act, viewport={"width": 1000, "height": 700})


def test_light_and_dark(browser: Chromium, url: str) -> None:
    def paper(page: Any) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def act(page: Any) -> list[str]:
        seen = [paper(page)]
        for _ in range(3):
            page.keyboard.press("t")
            seen.append(paper(page))
        return seen

    light, dark = "rgb(250, 249, 247)", "rgb(20, 19, 18)"
    assert browser.visit(url, act, color_scheme="light")[0] == [light, light, dark, light]
    assert browser.visit(url, act, color_scheme="dark")[0] == [dark, light, dark, dark]


def test_the_policy_lets_nothing_out(browser: Chromium, url: str) -> None:
    """Even a script in the page can ask no host, and no other script runs."""
    ask = """async () => {
      const refused = []
      addEventListener("securitypolicyviolation", event => refused.push(event.effectiveDirective))
      new Image().src = "http://h.example/x.png"
      await fetch("http://h.example/").catch(() => {})
      const script = document.createElement("script")
      script.textContent = "hacked = 1"
      document.body.append(script)
      await new Promise(done => setTimeout(done, 200))
      return refused.sort()
    }"""
    found, _ = browser.visit(url, lambda page: page.evaluate(ask), offline=False)
    assert found == ["connect-src", "img-src", "script-src-elem"]


def test_narrow_windows_need_no_sideways_scrolling(browser: Chromium, url: str) -> None:
    def act(page: Any) -> None:
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert page.evaluate(wide)
        page.locator(".card").first.click()
        assert page.evaluate(wide)
        box = page.locator("#details").bounding_box()
        assert box is not None and box["width"] <= 360

    browser.visit(url, act, viewport={"width": 360, "height": 640})


def test_nothing_archived_and_no_scripts(browser: Chromium, tmp_path: Path) -> None:
    write_archive(tmp_path, [])
    url = write_gallery(tmp_path)
    text, _ = browser.visit(url, lambda page: page.inner_text("main"))
    assert "No pictures yet" in text and "archiver archive" in text
    text, _ = browser.visit(url, lambda page: page.inner_text("main"), java_script_enabled=False)
    assert "needs its own script" in text


def test_everything_has_a_name(browser: Chromium, url: str) -> None:
    """Each control says what it is to who cannot see it."""
    nameless = """() => [...document.querySelectorAll("button, a, input, select")].filter(one =>
      !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)
    ).map(one => one.outerHTML)"""
    found, _ = browser.visit(url, lambda page: page.evaluate(nameless))
    assert found == []
