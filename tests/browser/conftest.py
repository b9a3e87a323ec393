"""A real Chromium for the browser tests, and axe-core to look for barriers.

    def test_home(page, live_server, axe):
        page.goto(live_server.url)
        axe(page)

Pages keep their strict Content-Security-Policy; a page that breaks it, or whose script fails, fails the test.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: The width of a small phone, CSS pixels.
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items):
    """Every test in this folder is a browser test and may use a database that other threads see."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests, with a new profile."""
    # Playwright keeps an event loop in this thread; Django would refuse to use the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser):
    """Make pages: ``new_page(viewport=PHONE, java_script_enabled=False)``; each one is another person's browser."""
    contexts, complaints = [], []

    def make(**options):
        options = {"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(message, page, complaints))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _note(message, page, complaints) -> None:
    if message.type == "error" and "Content Security Policy" in message.text:
        complaints.append(f"{page.url}: {message.text}")


@pytest.fixture
def page(new_page):
    """One page of a desk's width, in Chinese."""
    return new_page()


@pytest.fixture
def sign_in(live_server, client):
    """Sign a user in without the form: ``sign_in(page, user)``."""

    def sign(page, user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return sign


@pytest.fixture(scope="session")
def axe():
    """Look for barriers: ``axe(page)`` fails with a list of what axe-core found."""
    source = AXE.read_text(encoding="utf-8")

    def look(page):
        page.evaluate(source)  # through the browser's debugger, so the page's own policy stays in force
        found = page.evaluate("async () => (await axe.run(document)).violations")
        assert not found, f"{page.url}\n" + "\n".join(_sentence(violation) for violation in found)

    return look


def _sentence(violation) -> str:
    places = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"- {violation['id']} ({violation['impact']}): {violation['help']}: {places}"
