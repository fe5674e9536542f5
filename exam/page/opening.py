"""The head of the page until Streamlit has loaded, which takes 15 seconds on a slow line.

It is put into Streamlit's own document, beside the place where Streamlit draws, and is removed as
soon as the page is drawn. It comes back if a part of Streamlit is lost (assets/opening.js).
"""

from html import escape
from urllib.parse import parse_qs

from exam.charts.pictures import sheet_picture
from exam.model.exams import BrokenExams
from exam.page.address import read_address
from exam.page.browser import asset, styles
from exam.parts import STUDY
from exam.texts import as_html, choose_language, load_texts

OPENING = """<div id="opening"><h1>{title}</h1><p>{analogy}</p>{exam}<p>{opening}</p></div>"""
SCRIPT = f"<script>{asset('opening.js')}</script>"
NEEDED = ("lang", "only", "student")  # the address parameters used here
EXAM = """<img src="{picture}" alt="">"""


def with_opening(document: str, query: str, accept_language: str) -> str:
    """Streamlit's document with the head of the page in the language that is asked for.

    `query` is that of the address, `accept_language` the browser's header.
    """
    values = parse_qs(query, keep_blank_values=True)
    locale = accept_language.split(",")[0].split(";")[0].strip()
    language = choose_language(locale or None)
    chosen, _ = read_address(lambda name: values.get(name, []) if name in NEEDED else [], language)
    texts = load_texts(chosen["lang"])
    is_chapter = chosen["only"] not in ("", STUDY)
    title = texts[chosen["only"]].title if is_chapter else texts.title
    opening = OPENING.format(
        title=escape(title),
        analogy=as_html(texts.analogy),
        opening=escape(texts.opening),
        exam="" if is_chapter else _exam(chosen["student"]),
    )
    head = f"<title>{escape(texts.title)}</title>"
    document = document.replace("<title>Streamlit</title>", head, 1)
    document = document.replace('<html lang="en">', f'<html lang="{texts.lang}">', 1)
    return document.replace("</body>", f"{styles('opening.css')}{opening}{SCRIPT}</body>", 1)


def _exam(student: int) -> str:
    try:
        return EXAM.format(picture=sheet_picture(student))
    except BrokenExams:  # the page says so itself
        return ""
