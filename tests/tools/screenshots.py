"""Pictures of the running page, to look at and for the README: `python -m tests.tools.screenshots`.

Writes assets/page.ko.png and assets/page.en.png; with a folder as argument, the whole gallery
into it instead: the first screen (three studies, two languages, two themes, three sizes; before,
during and after) and every chapter of the lesson (two languages, two themes, three sizes).
"""

import itertools
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from exam.model.exams import EXAMS_FILE
from exam.page.texts import LANGUAGES, load_texts
from tests.browser import (
    Server,
    launch,
    open_page,
    running_server,
    wait_until_drawn,
    wait_until_idle,
)
from tests.test_lesson import NAMES, close_chapter, find_out, open_chapter

SIZES = {"embed": (900, 700), "wide": (1440, 900), "phone": (390, 844)}
STUDIES = {1: 100, 10: 60, 100: 20}


def picture(
    browser: Browser,
    server: Server,
    file: Path,
    *,
    batch_size: int,
    lang: str,
    scheme: str = "light",
    size: str = "embed",
    moment: str = "after",
) -> None:
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        device_scale_factor=2 if size == "phone" else 1,
    )
    embed = "embed=true&" if size == "embed" else ""
    query = f"{embed}batch_size={batch_size}&epochs={STUDIES[batch_size]}&lang={lang}"
    open_page(page, server, query)
    wait_until_idle(page)
    if moment != "before":
        page.get_by_role("button", name=load_texts(lang).start).click()
    if moment == "during":
        page.get_by_role("button", name=load_texts(lang).stop).wait_for()
        page.locator("svg.marks .mark-text text").nth(8).wait_for()
    if moment == "after":
        wait_until_drawn(page)
    page.mouse.move(0, 0)
    page.screenshot(path=file, full_page=size == "phone", animations="disabled")
    page.close()


def gallery(browser: Browser, server: Server, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for batch_size, lang, scheme, size in itertools.product(
        STUDIES, ("ko", "en"), ("light", "dark"), SIZES
    ):
        file = folder / f"{batch_size}-{lang}-{scheme}-{size}.png"
        settings = {"batch_size": batch_size, "lang": lang, "scheme": scheme, "size": size}
        picture(browser, server, file, **settings)
    for moment, scheme in itertools.product(("before", "during"), ("light", "dark")):
        file = folder / f"{moment}-ko-{scheme}.png"
        picture(browser, server, file, batch_size=10, lang="ko", scheme=scheme, moment=moment)


def chapters(browser: Browser, server: Server, folder: Path) -> None:
    for lang, scheme, (size, (width, _)) in itertools.product(
        LANGUAGES, ("light", "dark"), SIZES.items()
    ):
        page = browser.new_page(viewport={"width": width, "height": 2600}, color_scheme=scheme)
        open_page(page, server, f"batch_size=7&lang={lang}&start=true")
        wait_until_drawn(page)
        words = load_texts(lang)
        for name in NAMES:
            say, chapter = getattr(words, name), open_chapter(page, name, words)
            if hasattr(say, "press"):
                chapter.screenshot(path=folder / f"{name}-before-{lang}-{scheme}-{size}.png")
                find_out(page, chapter, say, 0 if hasattr(say, "choices") else None, words)
            page.mouse.move(0, 0)
            path = folder / f"{name}-{lang}-{scheme}-{size}.png"
            chapter.screenshot(path=path, animations="disabled")
            close_chapter(page, chapter)
        page.close()


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as logs,
        running_server(Path(logs) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        if len(sys.argv) > 1:
            gallery(browser, server, Path(sys.argv[1]))
            chapters(browser, server, Path(sys.argv[1]))
        else:
            for lang in ("ko", "en"):
                file = EXAMS_FILE.with_name(f"page.{lang}.png")
                picture(browser, server, file, batch_size=1, lang=lang)
