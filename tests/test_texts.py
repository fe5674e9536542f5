"""Every language has every text, with the same fields, and counts its nouns."""

import itertools
import re
import string
from importlib import import_module

import pytest

from exam.model.exams import QUESTIONS
from exam.model.workbooks import PASSES_TO_KNOW_TWENTY
from exam.parts import CHAPTER_NAMES
from exam.texts import LANGUAGES, Sentence, Texts, load_texts
from tests.browser import ROOT
from tests.scripted import MEASURED

# Texts that the browser fills in, by its own simple formats.
FILLED_IN_BROWSER = re.compile(r"\.(player|pair|updates_sum)|\.(film_|alike_)?summary|\.film_value")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def texts_of(part, path: str = "") -> dict[str, str]:
    """Every text by its path: chapter, key and, in a list, place."""
    if isinstance(part, str):
        return {path: part}
    parts = part.as_dict() if isinstance(part, Texts) else dict(enumerate(part))
    return {
        name: text
        for key, each in parts.items()
        if key != "lang"
        for name, text in texts_of(each, f"{path}.{key}").items()
    }


def test_korean_comes_first():
    assert LANGUAGES[0] == "ko" and "en" in LANGUAGES


def test_the_same_texts_with_the_same_fields():
    korean = texts_of(load_texts("ko"))
    for lang in LANGUAGES:
        other = texts_of(load_texts(lang))
        for key in korean.keys() ^ other.keys():
            pytest.fail(f"{key} is missing in {lang if key in korean else 'ko'}.toml")
        for key, text in korean.items():
            assert fields(text) == fields(other[key]), f"{key} in {lang}.toml"
            assert other[key].strip(), f"{key} in {lang}.toml"


def test_chapters_stand_in_the_order_of_the_page():
    for lang in LANGUAGES:
        chapters = [key for key in load_texts(lang) if key in CHAPTER_NAMES]
        assert chapters == list(CHAPTER_NAMES), f"the tables of {lang}.toml stand in their order"


def test_chapters_are_named_by_their_key_and_never_by_a_number():
    number = {"ko": r"\d+장", "en": r"chapter \d", "ja": r"\d+章"}
    for lang in LANGUAGES:
        written = (ROOT / "exam" / "texts" / f"{lang}.toml").read_text(encoding="utf-8")
        assert not re.search(number[lang], written, re.IGNORECASE), f"{lang}.toml"
    place = CHAPTER_NAMES.index("students") + 1
    assert f"[{place}장](#chapter-students)" in load_texts("ko").questions.answered[3]


def test_the_page_for_teachers_names_chapters_by_their_titles():
    """A number would be wrong as soon as a chapter is added."""
    written = (ROOT / "assets" / "TEACHING.md").read_text(encoding="utf-8")
    assert not re.search(r"\d+장|chapter \d", written, re.IGNORECASE)
    titles = {load_texts(lang)[name].title for lang in ("ko", "en") for name in CHAPTER_NAMES}
    plan = [line.split("|")[2] for line in written.splitlines() if re.match(r"\| \d+–", line)]
    named = {title for cell in plan for title in re.findall(r"\*(.+?)\*", cell)}
    assert len(named) == 8 and named <= titles, named - titles


def test_a_missing_text_is_named():
    with pytest.raises(AttributeError, match=r"'no_such' is missing in \[students\] of en.toml"):
        _ = load_texts("en").students.no_such


# Tables whose texts are chosen by a key that the code has from elsewhere, or given to the browser.
TABLES = {"failure", "guess", "missed", "writing", "refused", "bar", "step"}
TABLES |= {"axis", "alts", "rows", "titles"}


def test_every_text_is_used():
    """By its key, somewhere in the code; a chapter's own in the chapter or where all are shown."""
    chapters = ROOT / "exam" / "lesson" / "chapters"
    sources = {name: (chapters / f"{name}.py").read_text("utf-8") for name in CHAPTER_NAMES}
    code = {*(ROOT / "exam").rglob("*.py"), *(ROOT / "assets").rglob("*.js")}
    code = {ROOT / "streamlit_app.py", *code} - {chapters / f"{name}.py" for name in sources}
    shared = "\n".join(path.read_text("utf-8") for path in code)
    for path in texts_of(load_texts("ko")):
        written = shared + sources.get(path.split(".")[0], "\n".join(sources.values()))
        key = next(part for part in reversed(path.split(".")) if not part.isdigit())
        table = path.split(".")[-2] if path.count(".") > 1 else ""
        name = rf"\.{table}(\[|\.as_dict)" if table in TABLES else rf"\b{key}"
        is_used = re.search(name, written)
        assert is_used, f"{path} is in the texts, and no code names it"


# Numbers of the lesson's own examples, with where they come from.
SPOKEN = {
    "batch_sizes": {100},
    "repetition": {4},  # a quarter
    "twenty_exams": {20},  # the lesson's twenty exams
    "pianist": {0, 4, 5, 9, 20},
    "questions": {4, 32, 99, 200},  # 32+32+32+4, 99+1, the 200th pass
}


def constants_of(name: str) -> set[float]:
    """The numbers by which a chapter's experiment is made, and those of the exams themselves."""
    allowed = {QUESTIONS, PASSES_TO_KNOW_TWENTY}
    for constant, value in vars(import_module(f"exam.lesson.chapters.{name}")).items():
        if constant.isupper():
            if isinstance(value, range):
                allowed |= {len(value), value[0], value[-1]}
                continue
            values = value if isinstance(value, (tuple, dict)) else (value,)
            values = [*values, *values.values()] if isinstance(values, dict) else values
            allowed |= {len(values), *(each for each in values if isinstance(each, int | float))}
    return allowed


def test_numbers_in_the_texts_are_those_of_the_experiment():
    for lang, name in itertools.product(LANGUAGES, CHAPTER_NAMES):
        known = constants_of(name) | SPOKEN.get(name, set())
        for key, text in texts_of(load_texts(lang)[name]).items():
            bare = re.sub(r"\{[^}]*\}|\[[^]]*\]\(#chapter-\w+\)", "", text)  # fields, links
            numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", bare)}
            unknown = numbers - known
            assert not unknown, (
                f"{name}{key} in {lang}.toml says {unknown}: a constant of {name}.py?"
            )


def test_no_korean_elsewhere():
    for lang in set(LANGUAGES) - {"ko"}:
        for key, text in texts_of(load_texts(lang)).items():
            assert not any("가" <= letter <= "힣" for letter in text), f"{key} in {lang}.toml"


def test_bold_ends_where_markdown_lets_it():
    """Two asterisks between a sign and a letter, as in **5%**예요, would be shown as such."""
    for lang in LANGUAGES:
        for key, text in texts_of(load_texts(lang)).items():
            parts = text.split("**")
            for bold, behind in zip(parts[1::2], parts[2::2], strict=True):
                is_shown = re.search(r"[\w}]$", bold) or not re.match(r"\w", behind)
                assert is_shown, f"{key} in {lang}.toml"


def test_what_the_browser_fills_in_has_formats_that_it_knows():
    for lang in LANGUAGES:
        for key, text in texts_of(load_texts(lang)).items():
            if FILLED_IN_BROWSER.search(key):
                for _, name, spec, _ in string.Formatter().parse(text):
                    is_known = not spec or re.fullmatch(r"\.\df|,|[^/]+\|[^/]+", spec)
                    assert not name or is_known, f"{key} in {lang}.toml"


def test_korean_particles_after_a_number():
    for number, particles in {
        1: "1이 1과 1로",
        2: "2가 2와 2로",
        3: "3이 3과 3으로",
        7: "7이 7과 7로",
        10: "10이 10과 10으로",
        14: "14가 14와 14로",
        100: "100이 100과 100으로",
        6: "6이 6과 6으로",
        9: "9가 9와 9로",
        5: "5가 5와 5로",
        8: "8이 8과 8로",
    }.items():
        assert Sentence("{n:/이/가} {n:/과/와} {n:/으로/로}")(n=number) == particles
    assert Sentence("{n:.2f/과/와}")(n=0.815) == "0.81과"


def test_a_missing_field_is_noticed():
    with pytest.raises(KeyError):
        load_texts("ko").queued_behind(epoch=3)


def test_languages_stand_in_the_same_order_on_every_disk():
    assert LANGUAGES == ("ko", "en", "ja")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_failure_asks_for_no_button_that_a_chapter_alone_has_not(lang):
    words = load_texts(lang)
    assert words.start not in words.failure.worker


# What is read beside story and question before the first action; the pianist's comes before both.
BEFORE = {"sheet": ["without_key"], "learning_rate": ["slope_title"]}


@pytest.mark.parametrize("name", MEASURED)
def test_little_is_read_before_the_first_action(name):
    for lang, most in (("ko", 200), ("en", 350), ("ja", 200)):
        captions = load_texts(lang)[name]
        if name == "pianist":
            text = (
                captions.story
                + "".join(captions.titles.as_dict().values())
                + captions.forgetting_below
            )
        else:
            text = "".join(captions[key] for key in ("story", "question", *BEFORE.get(name, [])))
        letters = len(re.sub(r"\{[^}]*\}|\*\*", "", text))
        assert letters <= most, f"{letters} letters before the first action of {name} in {lang}"
