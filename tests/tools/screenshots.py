"""Pictures of the running page, to look at and for the README: `python -m tests.tools.screenshots`.

Writes assets/page.ko.png and assets/page.en.png; with a folder as argument, the whole gallery into
it instead: the first screen (batch sizes, languages, themes, screens; before, during and after) and
every chapter, before and after its experiment, on a phone, in a frame and in a hall.
"""

import itertools
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from exam.lesson.chapters import CHAPTERS
from exam.page.browser import FOLDER as ASSETS
from exam.parts import CHAPTER_NAMES
from exam.texts import LANGUAGES, load_texts
from tests.browser import (
    Server,
    find_out,
    launch,
    open_page,
    press_start,
    running_server,
    settled,
    wait_until_idle,
    wait_until_played,
)
from tests.hall.lectern import open_lectern, steps

SCREENS = {"embed": (900, 700), "wide": (1440, 900), "phone": (390, 844), "small": (360, 740)}
SCREENS |= {"side": (844, 390), "large": (2560, 1440), "huge": (3840, 2160)}
HALLS = {"hall": (1280, 720), "hd": (1920, 1080)}
EPOCHS = {1: 100, 10: 60, 100: 20}  # by batch size


def visit(browser: Browser, screen: str, scheme: str = "light") -> Page:
    width, height = (SCREENS | HALLS)[screen]
    return browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)


def take(page: Page, file: Path, **more) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=file, animations="disabled", **more)


def first_screen(
    page: Page, server: Server, batch_size: int, lang: str, screen: str, files: dict[str, Path]
) -> None:
    """The moments before, during and after, each into its file."""
    query = f"batch_size={batch_size}&epochs={EPOCHS[batch_size]}&lang={lang}"
    query += "&projected=true" if screen in HALLS else ""
    open_page(page, server, query + ("&embed=true" if screen == "embed" else ""))
    wait_until_idle(page)
    if "before" in files:
        take(page, files["before"])
    press_start(page, load_texts(lang))
    page.wait_for_function("+document.querySelector('#pass').value > 2")
    if "during" in files:
        take(page, files["during"])
    wait_until_played(page)
    if screen in HALLS:
        page.locator(".sheet").first.evaluate("sheet => sheet.scrollIntoView()")
    take(page, files["after"])


def gallery(browser: Browser, server: Server, folder: Path) -> None:
    looks = itertools.product(EPOCHS, LANGUAGES, ("light", "dark"), SCREENS | HALLS)
    for batch_size, lang, scheme, screen in looks:
        page, name = visit(browser, screen, scheme), f"{batch_size}-{lang}-{scheme}-{screen}"
        moments = ("before", "during", "after")
        files = {moment: folder / f"{name}-{moment}.png" for moment in moments}
        first_screen(page, server, batch_size, lang, screen, files)
        page.close()


def chapters(browser: Browser, server: Server, folder: Path) -> None:
    for name, (lang, scheme), screen in itertools.product(
        CHAPTER_NAMES,
        (("ko", "light"), ("en", "dark"), ("ja", "light")),
        ("embed", "phone", "hall"),
    ):
        page, words = visit(browser, screen, scheme), load_texts(lang)
        if screen == "hall":
            open_lectern(page, f"{server.url}?only={name}&lang={lang}&projected=true")
            for number, _ in enumerate(steps(page)):
                take(page, folder / f"{name}-{lang}-hall-{number}.png")
            page.close()
            continue
        page.goto(f"{server.url}?only={name}&embed=true&lang={lang}")
        page.get_by_role("heading").first.wait_for()
        wait_until_idle(page)
        file = f"{name}-{lang}-{screen}"
        if CHAPTERS[name].studies:
            take(page, folder / f"{file}-before.png")
            find_out(page, page.locator("body"), name, words)
        height = settled(page)
        page.set_viewport_size({"width": page.viewport_size["width"], "height": int(height)})
        take(page, folder / f"{file}-after.png")
        page.close()


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as logs,
        running_server(Path(logs) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        if len(sys.argv) > 1:
            Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
            gallery(browser, server, Path(sys.argv[1]))
            chapters(browser, server, Path(sys.argv[1]))
        else:
            for lang in ("ko", "en"):
                page, words = visit(browser, "embed"), load_texts(lang)
                open_page(page, server, f"lang={lang}&embed=true")
                press_start(page, words)
                wait_until_played(page)
                page.locator(".question").fill("50")
                take(page, ASSETS / f"page.{lang}.png")
