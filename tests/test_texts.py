"""Every language has every text, with the same fields, and counts its nouns."""

import re
import string
from types import SimpleNamespace

import pytest

from exam.texts import LANGUAGES, Sentence, load_texts


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def texts_of(part, path: str = "") -> dict[str, str]:
    """Every text by its path: chapter, key and, in a list, place."""
    if isinstance(part, str):
        return {path: part}
    parts = vars(part) if isinstance(part, SimpleNamespace) else dict(enumerate(part))
    return {
        name: text
        for key, each in parts.items()
        for name, text in texts_of(each, f"{path}.{key}").items()
    }


def test_korean_comes_first():
    assert LANGUAGES[0] == "ko" and "en" in LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_texts_with_the_same_fields(lang):
    korean, other = texts_of(load_texts("ko")), texts_of(load_texts(lang))
    assert korean.keys() == other.keys()
    for key, text in korean.items():
        assert fields(text) == fields(other[key]), key
        assert other[key].strip(), key


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "ko"])
def test_no_korean_elsewhere(lang):
    for key, text in texts_of(load_texts(lang)).items():
        assert not any("가" <= letter <= "힣" for letter in text), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bold_ends_where_markdown_lets_it(lang):
    """Two stars between a sign and a letter, as in **5%**예요, would be shown as stars."""
    for key, text in texts_of(load_texts(lang)).items():
        parts = text.split("**")
        for bold, behind in zip(parts[1::2], parts[2::2], strict=True):
            assert re.search(r"[\w}]$", bold) or not re.match(r"\w", behind), key


@pytest.mark.parametrize(
    ("number", "particles"),
    [(1, "1이 1과 1로"), (2, "2가 2와 2로"), (3, "3이 3과 3으로"), (7, "7이 7과 7로")]
    + [(10, "10이 10과 10으로"), (14, "14가 14와 14로"), (100, "100이 100과 100으로")]
    + [(6, "6이 6과 6으로"), (9, "9가 9와 9로"), (5, "5가 5와 5로"), (8, "8이 8과 8로")],
)
def test_korean_particles_after_a_number(number, particles):
    assert Sentence("{n:/이/가} {n:/과/와} {n:/으로/로}")(n=number) == particles
    assert Sentence("{n:.2f/과/와}")(n=0.815) == "0.81과"


def test_counted_nouns():
    say = load_texts("en")
    one = {"batch_size": 100, "batches": "100", "updates": 1, "epochs": 20, "all_updates": 20}
    assert "→ **1 update** a pass" in say.updates_sum(**one)
    assert "**1,000 updates** a pass" in say.updates_sum(**one | {"updates": 1000})


def test_a_missing_field_is_noticed():
    with pytest.raises(KeyError):
        load_texts("ko").stopped(epoch=3)
