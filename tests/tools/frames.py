"""The heights that each chapter needs in two frames: `python -m tests.tools.frames`.

Prints what `frame_heights` in the chapter's file should say: 700 and 350 pixels wide, the most
that any language needs, with its experiment done, and a little more.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from exam.lesson.chapters import CHAPTERS
from exam.page.parts import CHAPTER_NAMES
from exam.page.texts import LANGUAGES, load_texts
from tests.browser import find_out, launch, resized, running_server, settled, wait_until_idle

MORE = 20  # pixels


def heights_of(page, url: str, name: str, lang: str) -> tuple[float, float]:
    page.set_viewport_size({"width": 700, "height": 1200})
    page.goto(f"{url}?only={name}&embed=true&lang={lang}")
    page.get_by_role("heading").first.wait_for()
    wait_until_idle(page)
    if CHAPTERS[name].plans:
        find_out(page, page.locator("body"), name, load_texts(lang))
    wide = settled(page)
    return wide, resized(page, 350, 1200)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        visit = launch(playwright).new_page()
        for chapter in sys.argv[1:] or CHAPTER_NAMES:
            heights = [heights_of(visit, server.url, chapter, lang) for lang in LANGUAGES]
            wide, narrow = (round(max(each) + MORE) for each in zip(*heights, strict=True))
            is_now = CHAPTERS[chapter].frame_heights
            print(f"{chapter}: frame_heights=({wide}, {narrow}) (now {is_now})", flush=True)
