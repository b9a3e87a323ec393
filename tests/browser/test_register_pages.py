"""The register's and the queries' pages in a real browser: no barrier, nothing sideways, usable by keys and scriptless."""

import os
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from notices import tasks
from notices.models import Notice
from portal.views.public import READING
from records import actions
from records.enquiries.actions import ask, ask_own, issue_statement
from records.models import AdverseRecord, QueryRecord
from tests.browser.conftest import DESK, PHONE
from tests.integration.test_records_queries import authorised, picture, statutory
from tests.integration.test_records_register import take
from tests.records_world import code, days_ago, draft, office

SIZES = {"desk": DESK, "phone": PHONE}


@pytest.fixture
def world(transactional_db, monkeypatch):
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7 " + notice.number.encode())
    world = office()
    world.record = take(draft())[1]
    world.marked = take(draft(document_number="青市监处罚〔2026〕31号", decision_date=days_ago(40)))[1]
    world.gone = take(draft(document_number="青市监处罚〔2026〕7号", decision_date=days_ago(200)))[1]
    with transaction.atomic():
        actions.set_objection_mark(world.marked, world.officer, True, "YY1")
        actions.remove_after_repair(world.gone, world.approver, "XF1")
    for number in range(22):
        take(draft(subject_name=f"青禾第{number + 1}号食品有限公司", subject_code=code(40 + number)))
    return world


def keep(page, name: str) -> None:
    """Save a picture when SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def look(live_server, axe):
    def look_at(page, name: str, path: str) -> None:
        page.goto(live_server.url + path)
        keep(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
        axe(page)

    return look_at


@pytest.mark.parametrize("size", SIZES)
def test_public_pages(new_page, look, world, live_server, size):
    page = new_page(viewport=SIZES[size])
    for name, path in (
        ("register", "/register/"),
        ("found", "/register/?q=澄江"),
        ("many", "/register/?q=号食品"),
        ("common", "/register/?q=有限公司"),
        ("short", "/register/?q=青"),
        ("nothing", "/register/?q=没有这一家"),
        ("entry", f"/register/{world.marked.public_id}/"),
        ("gone", f"/register/{world.gone.public_id}/"),
    ):
        look(page, f"{name}-{size}", path)
    for _ in range(READING[0].tries):
        page.request.get(live_server.url + f"/register/{world.record.public_id}/")
    look(page, f"too-fast-{size}", "/register/?q=澄江")
    expect(page.locator("h1")).to_have_text("查得太快了")


@pytest.mark.parametrize("size", SIZES)
def test_queries_pages(new_page, look, world, live_server, sign_in, size):
    made = [
        ask(world.officer, authorised()),
        ask(world.officer, statutory()),
        ask(world.officer, statutory(code=code(99))),
    ]
    issue_statement(world.officer, made[0])
    own = ask_own(world.enterprise, world.subject)
    tasks.render(own.pk)
    officer, clerk, auditor = (new_page(viewport=SIZES[size]) for _ in range(3))
    sign_in(officer, world.officer)
    look(officer, f"query-new-{size}", "/queries/new/")
    officer.get_by_role("button", name="查询并记录").click()
    expect(officer.locator(".govuk-error-summary")).to_contain_text("请写明为什么要查")
    keep(officer, f"query-errors-{size}")
    look(officer, f"query-authorised-{size}", reverse("records:query", args=[made[0].pk]))
    look(officer, f"query-unknown-{size}", reverse("records:query", args=[made[2].pk]))
    sign_in(clerk, world.enterprise)
    look(clerk, f"my-records-{size}", "/my/records/")
    look(clerk, f"who-asked-{size}", "/my/queries/")
    look(clerk, f"statement-{size}", reverse("notices:detail", args=[own.number]))
    sign_in(auditor, world.auditor)
    look(auditor, f"queries-{size}", "/queries/")


def test_searching_by_keys_alone(new_page, live_server, world):
    page = new_page()
    page.goto(live_server.url + "/register/")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("澄江")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("找到 2 条")
    link = page.get_by_role("link", name="青禾澄江食品有限公司").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("青禾澄江食品有限公司")


def test_everything_without_script(new_page, live_server, world, sign_in, tmp_path):
    page = new_page(java_script_enabled=False)
    page.goto(live_server.url + "/register/")
    page.get_by_label("单位名称，或 18 位统一社会信用代码").fill("号食品")
    page.locator("main").get_by_role("button", name="查询").click()
    page.get_by_role("link", name="下一页").click()
    expect(page.locator(".xx-result")).to_have_count(2)

    sign_in(page, world.enterprise)
    page.goto(live_server.url + "/my/records/")
    page.get_by_role("button", name="出具信用信息查询报告").click()
    notice = Notice.objects.get(kind=Notice.Kind.CREDIT_STATEMENT)
    expect(page.locator("main")).to_contain_text(notice.number)
    expect(page.locator("main")).to_contain_text("文件正在生成")
    tasks.render(notice.pk)
    page.reload()
    expect(page.get_by_role("link", name="打开文书（PDF）")).to_be_visible()

    sign_in(page, world.officer)
    page.goto(live_server.url + "/queries/new/")
    page.get_by_label("统一社会信用代码，或自然人的身份证号码").fill(code(11))
    page.get_by_label("用途").fill("投标资格审查")
    page.get_by_label("授权查询：被查询人书面授权").check()
    page.get_by_label("授权人").fill("青禾澄江食品有限公司")
    page.get_by_label("授权日期").fill(days_ago(1).isoformat())
    proof = tmp_path / "授权书.png"
    proof.write_bytes(picture().read())
    page.get_by_label("授权书", exact=False).last.set_input_files(proof)
    page.get_by_role("button", name="查询并记录").click()
    expect(page.locator("main")).to_contain_text(world.record.document_number)
    page.get_by_role("button", name="出具信用信息查询报告").click()
    assert Notice.objects.filter(kind=Notice.Kind.CREDIT_STATEMENT).count() == 2
    assert QueryRecord.objects.filter(kind="authorised", proof_sha256__gt="").count() == 1
    assert AdverseRecord.objects.filter(status="publicised").count() == 24
