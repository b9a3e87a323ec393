"""The pages of the rules in a real browser: no barrier, nothing sideways on a small phone, and usable without script."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from policy.models import Rule
from tests import portal_scene
from tests.browser.conftest import DESK, PHONE


@pytest.fixture
def administrator(db):
    return portal_scene.build().people["administrator"]


def keep(page, name: str) -> None:
    """Save a picture when SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_barrier_and_nothing_sideways(new_page, live_server, sign_in, axe, administrator, size, language):
    page = new_page(viewport=PHONE if size == "phone" else DESK)
    sign_in(page, administrator)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    rule = Rule.objects.get(key="publicity.general.maximum_months", pack__code="sector-market")
    for name, path in (("rules", "/rules/"), ("rule", f"/rules/{rule.pk}/"), ("calendar", "/rules/calendar/")):
        page.goto(live_server.url + path)
        keep(page, f"{name}-{size}-{language}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
        axe(page)


def test_verifying_without_script(new_page, live_server, sign_in, administrator):
    page = new_page(java_script_enabled=False)
    sign_in(page, administrator)
    page.goto(live_server.url + "/rules/?unverified=on&text=受理期限")
    rule = Rule.objects.get(key="accept.working_days")
    page.locator(f"main a[href='/rules/{rule.pk}/']").first.click()
    page.get_by_role("button", name="已核对，登记为已核验").click()
    expect(page.locator("main")).to_contain_text("已登记为已核验")
    expect(page.locator("main")).to_contain_text("由“否”改为“是”")
    rule.refresh_from_db()
    assert rule.verified
