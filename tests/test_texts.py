"""Every language has every text, with the same fields, and counts its nouns."""

import string

import pytest

from exam.texts import LANGUAGES, load_texts


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_korean_comes_first():
    assert LANGUAGES[0] == "ko" and "en" in LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_texts_with_the_same_fields(lang):
    korean, other = vars(load_texts("ko")), vars(load_texts(lang))
    assert korean.keys() == other.keys()
    for key, text in korean.items():
        assert fields(text) == fields(other[key]), key
        assert other[key].strip(), key


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "ko"])
def test_no_korean_elsewhere(lang):
    for key, text in vars(load_texts(lang)).items():
        assert not any("가" <= letter <= "힣" for letter in text), key


def test_counted_nouns():
    say = load_texts("en")
    one = {"batch_size": 100, "batches": "100", "updates": 1, "epochs": 20, "all_updates": 20}
    assert "= **1 update** a pass" in say.updates_sum(**one)
    assert "**1,000 updates** a pass" in say.updates_sum(**one | {"updates": 1000})


def test_a_missing_field_is_noticed():
    with pytest.raises(KeyError):
        load_texts("ko").stopped(epoch=3)
