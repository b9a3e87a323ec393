"""What people are told later, in a real browser: moved deadlines, findings and ended cases, without barriers or script."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from casework.models import Case
from config import journey
from policy.holidays import import_years
from records import actions as records
from records.findings import actions as findings
from records.uploads import inspect
from tests.browser.conftest import DESK, PHONE
from tests.integration.test_casework_cells import bring_to
from tests.integration.test_casework_ended import report
from tests.integration.test_deadline_news import year_2027
from tests.integration.test_policy_deadlines import at


@pytest.fixture
def story(transactional_db):
    """One case moved by New Year 2027, one ended by an annulment, one subject with a finding."""
    players = journey.cast()
    moved, ended, barred = (bring_to(players, "repair", Case.Status.ACCEPTED, number) for number in (1, 2, 3))
    Case.objects.filter(pk=moved.pk).update(accepted_at=at("2026-12-31"))
    import_years(None, year_2027())
    records.confirm_change(players.colleague, report(players, ended.record))
    found = findings.propose(
        players.officer, barred.record, kind="false_materials", found_on=timezone.localdate() - dt.timedelta(days=1),
        reason="缴款凭证经收款银行核实，没有这笔缴款。", document=inspect(journey.receipt_picture(1)),
    )  # fmt: skip
    findings.confirm(players.approver, found)
    return players, moved, ended, barred.record, found


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_barrier_and_nothing_sideways(new_page, live_server, sign_in, axe, story, size):
    players, moved, ended, record, found = story
    own = f"/my/records/{record.public_id}/"
    pages = {
        players.clerk: ["/my/records/", "/notices/", own, f"/cases/{moved.pk}/", f"/cases/{ended.pk}/"],
        players.officer: ["/desk/", "/changes/", f"/records/{record.public_id}/finding/", f"/cases/{ended.pk}/"],
        players.approver: [f"/changes/findings/{found.pk}/", own],
    }
    for person, paths in pages.items():
        page = new_page(viewport=PHONE if size == "phone" else DESK)
        sign_in(page, person)
        for path in paths:
            page.goto(live_server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                f"{path} scrolls sideways"
            )
            axe(page)


def test_without_script_the_news_is_read_and_gone(new_page, live_server, sign_in, story):
    players, moved, _ended, _record, _found = story
    page = new_page(java_script_enabled=False)
    sign_in(page, players.clerk)
    page.goto(live_server.url + "/my/records/")
    news = page.get_by_role("region", name="放假安排公布，1 个期限重新计算了")
    expect(news).to_contain_text("由 2027年1月12日 星期二 改为 2027年1月11日 星期一")
    news.get_by_role("link", name=moved.number).click()
    expect(page.locator(".xx-clock")).to_contain_text("改为 2027年1月11日 星期一")
    page.goto(live_server.url + "/my/records/")
    expect(news).to_have_count(0)
