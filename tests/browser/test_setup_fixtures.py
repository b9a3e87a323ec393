"""The browser fixtures themselves: they find what they are there to find."""

import pytest

from tests.browser.conftest import PHONE


def test_axe_finds_barriers(page, axe):
    page.set_content("<html><body><img src='x.png'><a href='/'></a></body></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_the_home_page_has_style_and_no_barrier(new_page, live_server, axe, viewport):
    page = new_page(viewport=viewport) if viewport else new_page()
    answer = page.goto(live_server.url)
    assert answer.status == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert page.evaluate("[...document.styleSheets].some(sheet => sheet.cssRules.length > 100)"), "no style sheet"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
    axe(page)


def test_a_broken_policy_is_seen(browser, live_server):
    """The page fixture complains about scripts that the policy forbids; here we look at what it would hear."""
    page, heard = browser.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.goto(live_server.url)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('style'), {textContent: 'p {color: red}'}))"
    )
    page.wait_for_timeout(200)
    page.close()
    assert any("Content Security Policy" in text for text in heard), heard
