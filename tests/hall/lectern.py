"""What tests do at the lectern: a projected page that goes from step to step."""

from collections.abc import Iterator

from playwright.sync_api import Locator, Page, TimeoutError

from tests.browser import settled, wait_until_idle

# The lowest edge of what a step shows, beneath which the bar of the lectern begins.
LOWEST = """() => Math.max(0, ...[...document.querySelectorAll(
        "[data-testid='stMainBlockContainer'] *:not(.vega-embed, .vega-embed *)," +
        "svg.marks")]
    .filter(e => e.checkVisibility() &&
        !e.closest(".st-key-lectern, .st-key-heading, [class*='_spoken'], .live"))
    .map(e => e.getBoundingClientRect()).filter(box => box.width && box.height)
    .map(box => box.bottom))"""

# The share of the screen that belongs to what a step shows: pictures, each with its own caption, or
# the question with its choices and what it speaks of, how many have guessed, and the way in.
SHARE = """() => {
    const bar = document.querySelector(".st-key-lectern").offsetTop, shown = [...document
        .querySelectorAll("svg.marks, .sheet, .strip, .units, .printed, .missed, .desks, .rows," +
            ".hall-sheet, .digits, .count, img.qr, [data-testid='stVerticalBlock']:has(" +
            "> [data-testid='stLayoutWrapper'] > .st-key-hall_question)")]
        .filter(e => e.checkVisibility() && !e.closest(".st-key-lectern"))
        .map(e => e.getBoundingClientRect());
    let inside = 0;
    for (let x = 0.5; x < 100; x++)
        for (let y = 0.5; y < 100; y++) {
            const [left, top] = [x * innerWidth / 100, y * innerHeight / 100];
            inside += top < bar && shown.some(box =>
                box.left <= left && left < box.right && box.top <= top && top < box.bottom);
        }
    return inside / 10_000;
}"""

FILLS = f"least => ({SHARE})() >= least"
FITS = f"() => ({LOWEST})() <= document.querySelector('.st-key-lectern').offsetTop + 1"

STEP = """[...document.querySelector("[class*='st-key-at_']")?.classList ?? [
    "st-key-at_study" + document.querySelector(".st-key-step_next button")?.innerText]]
    .find(name => name.startsWith("st-key-at_"))"""

# What may have kept a press of the clicker from leading to another step.
AT_REST = """() => {
    const app = document.querySelector("[data-testid='stApp']").dataset,
        {scrollTop, scrollHeight, clientHeight} = document.querySelector("[data-testid='stMain']");
    return JSON.stringify({...app, scrollTop, scrollHeight, clientHeight,
        focus: document.activeElement.outerHTML.slice(0, 200),
        next: document.querySelector(".st-key-step_next button")?.outerHTML.slice(0, 200)});
}"""


def bar(page: Page) -> Locator:
    return page.locator(".st-key-lectern")


def next_step(page: Page) -> Locator:
    return page.locator(".st-key-step_next button")


def open_lectern(page: Page, address: str) -> None:
    page.goto(address)
    bar(page).wait_for()
    wait_until_shown(page)


def wait_until_shown(page: Page) -> None:
    """Until what the step shows is computed, drawn, and moves no more."""
    wait_until_idle(page)
    page.wait_for_function("!document.querySelector(\"[data-testid='stProgress']\")")
    wait_until_idle(page)
    page.evaluate("window.settled = undefined")  # of the step before, which may be as high
    settled(page)


def step(page: Page) -> str:
    """The key of what is shown: the place and the part of it."""
    return page.evaluate(STEP)


def click_on(page: Page, key: str = "PageDown") -> None:
    """A press of the clicker, until another step is shown."""
    was = step(page)
    page.keyboard.press(key)
    try:
        page.wait_for_function(f"was => {STEP} !== was", arg=was)
    except TimeoutError:
        raise AssertionError(f"{key} leads nowhere from {was}: {page.evaluate(AT_REST)}") from None
    wait_until_shown(page)


def steps(page: Page) -> Iterator[str]:
    """The steps of the chapter that is shown, each by what the button to the next one says."""
    while True:
        label = next_step(page).inner_text() if next_step(page).count() else ""
        yield label
        if label.endswith("→") or not label:
            return
        click_on(page)
