"""The height that each chapter needs in a frame of 700 pixels: `python -m tests.tools.frames`.

Prints what `frame_height` in the chapter's file should say: the most that any language needs,
with its experiment done, and a little more.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from exam.lesson.chapters import CHAPTERS
from exam.page.parts import CHAPTER_NAMES
from exam.page.texts import LANGUAGES, load_texts
from tests.browser import find_out, launch, running_server, settled, wait_until_idle

MORE = 20  # pixels


def height_of(page, url: str, name: str, lang: str) -> float:
    page.goto(f"{url}?only={name}&embed=true&lang={lang}")
    page.get_by_role("heading").first.wait_for()
    wait_until_idle(page)
    if CHAPTERS[name].plans:
        find_out(page, page.locator("body"), name, load_texts(lang))
    return settled(page)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        visit = launch(playwright).new_page(viewport={"width": 700, "height": 1200})
        for chapter in sys.argv[1:] or CHAPTER_NAMES:
            heights = [height_of(visit, server.url, chapter, lang) for lang in LANGUAGES]
            is_now = CHAPTERS[chapter].frame_height
            print(f"{chapter}: frame_height={max(heights) + MORE:.0f} (now {is_now})", flush=True)
