"""Intake on screen: preview, headings, undoing and 校核纠错, at a desk and on a small phone, with and without script."""

import csv

import pytest
from playwright.sync_api import expect

from parties.models import CodeMapping
from records.models import AdverseRecord, HeadingAlias
from tests.browser.conftest import DESK, PHONE
from tests.records_world import MARKET, code, office, row

pytestmark = pytest.mark.django_db(transaction=True)


def write(folder):
    """A file with words of its own, a masked code, a late one and one with an older code only."""
    rows = [
        row(),
        row(统一社会信用代码="913702******1J283L", 行政处罚决定书文号="青市监处罚〔2026〕13号"),
        row(统一社会信用代码="", 行政处罚决定书文号="青市监处罚〔2026〕14号"),
        row(
            处罚决定日期="2026-01-15",
            行政处罚决定书文号="青市监处罚〔2026〕15号",
            行政相对人名称="青禾澄江食品集团有限公司",
        ),
    ]
    for each in rows:
        each["罚了多少"] = each.pop("罚款金额（万元）")
        each |= {"经办": "张三", "组织机构代码": code(11)[8:17]}
    path = folder / "双公示-行政处罚（第三季度）.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


@pytest.fixture
def look(axe, request):
    """No barriers, and nothing wider than the screen (a page without script cannot be asked)."""

    def check(page, name):
        if "no-script" not in request.node.name:
            fits(page)
            axe(page)

    return check


@pytest.mark.parametrize(
    ("viewport", "script"), [(DESK, True), (PHONE, True), (PHONE, False)], ids=["desk", "phone", "phone-no-script"]
)
def test_from_upload_to_undone(live_server, new_page, sign_in, look, tmp_path, viewport, script):
    world = office()
    page = new_page(base_url=live_server.url, viewport=viewport, java_script_enabled=script)
    sign_in(page, world.officer)
    page.goto("/imports/")
    look(page, "upload")
    page.get_by_label("失信信息文件").set_input_files(write(tmp_path))
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("heading", name="核对后再录入")).to_be_visible()
    look(page, "preview")
    assert not AdverseRecord.objects.exists()
    page.get_by_label("“罚了多少”是").select_option(label="罚款金额（万元）")
    page.get_by_label("“经办”是").select_option(label="不需要这一列，不再提示")
    page.get_by_role("button", name="按所选的重新预览").click()
    expect(page.locator("main")).to_contain_text("由万元换算为元")
    assert HeadingAlias.objects.filter(source=MARKET).count() == 2
    look(page, "preview-again")
    page.get_by_role("button", name="开始录入").click()
    expect(page.locator("main")).to_contain_text("迟报")
    assert AdverseRecord.objects.count() == 2
    look(page, "run")
    page.goto("/imports/headings/")
    look(page, "headings")
    page.go_back()
    page.get_by_label("撤回理由").fill("处罚机关一列整体错位")
    page.get_by_role("button", name="整批撤回这次录入").click()
    expect(page.locator("main")).to_contain_text("这次录入已经整批撤回")
    assert AdverseRecord.objects.filter(undone=True).count() == 2
    look(page, "undone")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_an_older_code_from_refused_row_to_use(live_server, new_page, sign_in, look, tmp_path, viewport):
    world = office()
    officer = new_page(base_url=live_server.url, viewport=viewport)
    sign_in(officer, world.officer)
    officer.goto("/imports/")
    officer.get_by_label("失信信息文件").set_input_files(write(tmp_path))
    officer.get_by_label("不用预览，直接录入").check()
    officer.get_by_role("button", name="上传").click()
    officer.get_by_role("link", name="提出代码对照").first.click()
    look(officer, "propose")
    expect(officer.get_by_label("旧代码", exact=True)).to_have_value(code(11)[8:17])
    officer.get_by_label("统一社会信用代码").fill("12")
    officer.get_by_label("依据").fill("营业执照")
    officer.get_by_role("button", name="提出，送核对").click()
    expect(officer.get_by_role("alert")).to_contain_text("18 位")
    look(officer, "propose-wrong")
    officer.get_by_label("统一社会信用代码").fill(code(11).lower())
    officer.get_by_role("button", name="提出，送核对").click()
    expect(officer.locator("main")).to_contain_text("就是这个组织机构代码，相符")
    look(officer, "proposed")

    checker = new_page(base_url=live_server.url, viewport=viewport)
    sign_in(checker, world.lead_officer)
    checker.goto("/imports/identity/")
    look(checker, "identity")
    checker.get_by_role("link", name=code(11)[8:17]).click()
    checker.get_by_label("核对意见").fill("与登记档案一致")
    checker.get_by_role("button", name="核对无误").click()
    checker.get_by_role("button", name="启用").click()
    expect(checker.locator("main")).to_contain_text("已启用")
    look(checker, "applied")
    assert CodeMapping.objects.get().checked_by == world.lead_officer
    checker.goto("/imports/identity/correction/")
    look(checker, "correction")
