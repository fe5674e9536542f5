"""Settings refuse what is out of range; the address refuses politely."""

import pytest
from streamlit.testing.v1 import AppTest

from exam.model.settings import BATCH_SIZE, EPOCHS, SETTINGS
from exam.page import share
from exam.page.address import hint, is_local, link_to, reachable, read_address
from exam.page.share import MAX_QR_LINK
from exam.rooms.seal import seal
from exam.texts import LANGUAGES, choose_language, load_texts

DEFAULTS = {"batch_size": 10, "epochs": 20, "student": 1, "misprints": 10, "lang": "ko"}
DEFAULTS |= {"start": False, "projected": False, "reveal": False, "presenter": False}
DEFAULTS |= {"only": "", "room": "", "secret": "", "plan": (), "state": ""}
SECRET = "k3" * 11


def read(**parameters: str | list[str]) -> tuple[dict, list[str]]:
    lists = {name: [v] if isinstance(v, str) else v for name, v in parameters.items()}
    return read_address(lambda name: lists.get(name, []))


def test_an_empty_address_opens_the_defaults():
    assert read() == (DEFAULTS, [])


def test_an_address_sets_everything():
    numbers = {"batch_size": "1", "epochs": "200", "student": "30", "misprints": "0"}
    others = {"lang": "en", "start": "true", "projected": "false", "only": "pianist"}
    others |= {"room": "khjm", "secret": SECRET, "presenter": "true", "plan": "sheet,pianist"}
    others |= {"state": seal("pianist.close.0.1 sheet.0-3", SECRET)}
    chosen, wrong = read(**numbers, **others)
    assert wrong == []
    assert chosen == {name: int(text) for name, text in numbers.items()} | {
        "lang": "en",
        "start": True,
        "projected": False,
        "reveal": False,
        "only": "pianist",
        "room": "KHJM",
        "secret": SECRET,
        "presenter": True,
        "plan": ("sheet", "pianist"),
        "state": others["state"],
    }
    for plan in ("", "none", "sheet,", "sheet,sheet", "sheet pianist", "Sheet"):
        chosen, wrong = read(plan=plan)
        assert (chosen["plan"], wrong) == ((), ["plan"])
        assert "`pianist`" in hint("plan", load_texts("en"))
    assert read(only="study")[0]["only"] == "study"


def test_the_browser_chooses_the_language_where_the_address_does_not():
    assert read_address(lambda name: [], "en")[0]["lang"] == "en"
    for locale, lang in {"en-US": "en", "en": "en", "ko-KR": "ko", "ja-JP": "ja", "": "ko"}.items():
        assert choose_language(locale) == lang
    assert choose_language(None) == "ko"


WRONG = ["abc", "0", "-1", "1e9", "10.5", "20.5", "", " 5", "+5", "1_0", "９", "nan", "9" * 10_000]
WRONG += ["<script>alert(1)</script>", "null", "True", "0x10", "201", "5\n", "١"]


@pytest.mark.parametrize("name", ["batch_size", "epochs", "student"])
def test_a_wrong_number_gives_the_default_and_a_hint(name):
    for text in WRONG:
        assert read(**{name: text}) == (DEFAULTS, [name]), repr(text[:20])


def test_repeated_parameters_are_wrong():
    assert read(epochs=["30", "40"]) == (DEFAULTS, ["epochs"])
    assert read(room=["KHJM", "KHJM"]) == (DEFAULTS, ["room"])


@pytest.mark.parametrize(
    ("name", "text"),
    [("lang", "fr"), ("lang", ""), ("start", "yes"), ("only", "all"), ("only", "door")],
)
def test_a_wrong_choice_gives_the_default_and_a_hint(name, text):
    assert read(**{name: text}) == (DEFAULTS, [name])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("room", code)
        for code in ("", "KHJ", "KHJMM", "KH1M", "OIQD", "ＫＨＪＭ", "<b>x", "x" * 9999)
    ]
    + [("secret", secret) for secret in ("", "short", SECRET + "=", "é" * 22, "x" * 9999)]
    + [("presenter", text) for text in ("", "yes", "1", "True")],
    ids=lambda text: text[:20],
)
def test_what_is_no_room_is_none_and_is_said(name, text):
    assert read(**{name: text}) == (DEFAULTS, [name])
    for texts in map(load_texts, LANGUAGES):
        assert hint(name, texts) == texts.hall.refused[name]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_hint_names_the_parameter_and_its_range_and_not_what_came(lang):
    texts = load_texts(lang)
    for setting in SETTINGS:
        text = hint(setting.name, texts)
        for part in (setting.name, setting.lowest, setting.highest, setting.default):
            assert str(part) in text
    assert "`pianist`" in hint("only", texts) and "study" in hint("only", texts)
    assert "ko" in hint("lang", texts) and "true" in hint("start", texts)


def test_every_number_in_range_is_read_and_no_other():
    values = {n: BATCH_SIZE.read(str(n)) for n in range(-5, 300)}
    assert {n for n, value in values.items() if value is not None} == set(range(1, 101))
    assert all(value in (None, n) for n, value in values.items())


def test_what_may_be_set_passes_the_check():
    for setting in SETTINGS:
        for value in (setting.lowest, setting.default, setting.highest):
            setting.check(value)
    with pytest.raises(ValueError, match="epochs must be a whole number from 1 to 200, got 201"):
        EPOCHS.check(201)


def test_the_link_opens_what_it_says():
    link = link_to("https://example.org/page/?embed=true&old=1#top", batch_size=7, start="true")
    assert link == "https://example.org/page/?batch_size=7&start=true"
    assert link_to("https://example.org", room="KHJM") == "https://example.org/?room=KHJM"


def test_a_broken_or_endless_address_of_a_browser_stops_nothing():
    """A forged one, in what the browser says of itself."""
    for page in ("http://[::1", "http://[", "", "x" * 10):
        assert link_to(page, room="KHJM").endswith("?room=KHJM")
        assert not is_local(link_to(page, room="KHJM"))
        assert not is_local(page) and reachable(page) == page


def test_what_is_too_long_for_a_qr_code_is_shown_without_one():
    def show(address: str) -> None:
        from exam.page.share import show_qr_code
        from exam.texts import load_texts

        show_qr_code(address, load_texts("en"))

    for length, codes in ((30, 1), (3000, 0)):
        app = AppTest.from_function(show, args=("https://example.org/" + length * "x",)).run()
        assert not app.exception and len(app.main.children) == codes


def test_no_code_is_drawn_of_a_link_that_would_take_long(monkeypatch):
    """The link comes from an address that the browser reports."""
    drawn: list[str] = []
    monkeypatch.setattr(share.st, "html", drawn.append)
    for letters in (MAX_QR_LINK, MAX_QR_LINK + 1):
        share.show_qr_code("x" * letters, load_texts("en"))
    assert len(drawn) == 1
