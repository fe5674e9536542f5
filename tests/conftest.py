"""One server and one Chromium for all tests of the page; a fresh visit for each."""

import gc

import pytest

from tests.browser import launch, running_server


def pytest_collection_finish():
    """Freeze Keras' objects, since Streamlit collects garbage after every run."""
    gc.freeze()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running
    log = running.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # others may use the machine as well
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def context(browser):
    """What all pages share: to load Streamlit anew for each would take a second more."""
    shared = browser.new_context(viewport={"width": 900, "height": 700}, locale="ko-KR")
    shared.set_default_timeout(60_000)
    yield shared
    shared.close()


@pytest.fixture
def page(context):
    visit = context.new_page()
    errors: list[str] = []
    visit.on("pageerror", lambda error: errors.append(str(error)))
    yield visit
    assert visit.get_by_test_id("stException").count() == 0
    for each in context.pages:  # and what it has opened
        each.close()
    context.clear_cookies()
    assert errors == []
