"""One record's whole journey in a real browser, against a whole installation: web, worker, platform."""

import re
from datetime import date, timedelta

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.house import PASSWORD, eventually, running_house


@pytest.fixture(scope="module")
def house():
    with running_house() as running:
        yield running


@pytest.fixture
def person(new_page, house):
    """Sign somebody in through the form: ``person("officer")`` gives a page of a browser of their own."""

    def sign_in(username, **options):
        page = new_page(base_url=house.url, **options)
        page.goto("/accounts/login/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(re.compile(r"^(?!.*login).*$"))
        return page

    return sign_in


def receipt(folder, number=1):
    """A payment receipt as a picture file."""
    path = folder / f"缴款凭证{number}.png"
    picture = Image.new("RGB", (800, 500), "white")
    ImageDraw.Draw(picture).text((60, 60), f"RECEIPT {number}: fine paid in full", fill="black", font_size=32)
    picture.save(path)
    return path


def case_number(page) -> str:
    return page.get_by_text(re.compile(r"(XF|YY)\d{8}-\d{4}")).first.inner_text()


def write_intake_file(folder, months_ago=5):
    """A penalty file as an authority sends it: title row, Chinese headings, amounts in 万元."""
    from config.demo.office import MARKET, code_of

    decided = date.today() - timedelta(days=31 * months_ago)
    path = folder / "双公示-行政处罚.csv"
    path.write_text(
        "青屿区市场监督管理局行政处罚信息,,,,,,,,\n"
        "行政相对人名称,统一社会信用代码,行政处罚决定书文号,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,罚款金额（万元）,处罚决定日期,处罚机关\n"
        f"青屿海澜食品有限公司,{code_of(0)},青市监处罚〔{decided.year}〕901号,未按规定明码标价,未标明价格,《价格法》第四十二条,罚款,罚款5000元,0.5,{decided:%Y/%m/%d},{MARKET}\n"
        f"查无此码公司,91370299MA0000000X,青市监处罚〔{decided.year}〕902号,虚假宣传,虚假宣传,《广告法》,罚款,罚款5000元,0.5,{decided:%Y/%m/%d},{MARKET}\n",
        encoding="gb18030",
    )
    return path, f"青市监处罚〔{decided.year}〕901号"


def test_repair_from_intake_to_receipt(house, person, new_page, axe, tmp_path):
    # 1. Intake: the officer uploads the authority's file, looks at how it is understood, starts, and sees what became
    # of every row.
    officer = person("officer")
    path, document_number = write_intake_file(tmp_path)
    officer.goto("/imports/")
    axe(officer)
    officer.locator("input[type=file]").set_input_files(path)
    officer.get_by_role("button", name="上传").click()
    expect(officer.locator("main")).to_contain_text("现在还什么都没有写入")
    expect(officer.locator("main")).to_contain_text(document_number)
    axe(officer)
    officer.get_by_role("button", name="开始录入").click()
    expect(officer.get_by_text(document_number).first).to_be_visible()
    expect(officer.locator("main")).to_contain_text("已录入")
    expect(officer.locator("main")).to_contain_text("未录入")
    axe(officer)

    # 2. Notification: two letters in the inbox; opening one is its service.
    clerk = person("enterprise")
    clerk.goto("/notices/")
    axe(clerk)
    letter = clerk.locator("main").get_by_role("link", name=re.compile("信用修复告知书")).first
    letter.click()
    axe(clerk)
    expect(clerk.locator("main")).to_contain_text("送达")

    # 3. The enterprise sees what it can do, applies, proves, signs.
    clerk.goto("/my/records/")
    axe(clerk)
    clerk.locator("main a[href*='/my/records/']", has_text=document_number).first.click()
    axe(clerk)
    expect(clerk.locator("main")).to_contain_text("现在就可以申请修复")
    record_url = clerk.url
    clerk.get_by_role("link", name=re.compile("申请信用修复|申请修复")).first.click()
    axe(clerk)
    clerk.get_by_role("button", name="开始申请").click()
    axe(clerk)
    clerk.get_by_role("link", name="说明履行情况").click()
    axe(clerk)
    clerk.get_by_role("button", name="保存并继续").click()
    expect(clerk.get_by_role("alert")).to_contain_text("请填写履行完毕的日期")
    axe(clerk)
    clerk.get_by_label("什么时候履行完毕").fill((date.today() - timedelta(days=60)).isoformat())
    clerk.get_by_label("怎样履行的").fill("罚款已缴清，价格已按规定标明。")
    clerk.get_by_label("联系电话").fill("0532-00000010")
    clerk.get_by_role("button", name="保存并继续").click()
    clerk.get_by_role("link", name="上传履行证明").click()
    clerk.get_by_label("选择文件").set_input_files(receipt(tmp_path))
    clerk.get_by_role("button", name="上传").click()
    expect(clerk.locator("main")).to_contain_text("缴款凭证1.png")
    axe(clerk)
    clerk.get_by_role("link", name="好了，继续").click()
    clerk.get_by_role("link", name="签署信用承诺书").click()
    axe(clerk)
    clerk.get_by_label("签署人姓名").fill("张三")
    clerk.get_by_label(re.compile("我已读完")).check()
    clerk.get_by_role("button", name="签署承诺书").click()
    clerk.get_by_role("link", name="核对并提交").click()
    axe(clerk)
    clerk.get_by_role("button", name="提交").click()
    axe(clerk)
    number = case_number(clerk)
    assert number.startswith("XF")

    # 4. The officer asks for what is missing, gets it, accepts and recommends.
    officer.goto("/desk/")
    axe(officer)
    officer.get_by_role("link", name=number).click()
    axe(officer)
    expect(officer.get_by_role("img", name=re.compile("缴款凭证1.png"))).to_be_visible()
    officer.get_by_text("材料不齐，要求补正").click()
    officer.locator("form[action$='/do/supplement/'] input[type=checkbox]").first.check()
    officer.get_by_role("button", name="签发补正通知书").click()
    expect(officer.locator("main")).to_contain_text("补正通知书已签发")

    clerk.goto(record_url)
    clerk.goto("/my/records/")
    clerk.locator("main a[href*='/my/records/']", has_text=document_number).first.click()
    clerk.get_by_role("link", name=number).first.click()
    axe(clerk)
    clerk.get_by_role("link", name="去补正").click()
    axe(clerk)
    clerk.get_by_role("link", name="上传补充材料").click()
    clerk.get_by_label("选择文件").set_input_files(receipt(tmp_path, 2))
    clerk.get_by_role("button", name="再传一份").click()
    clerk.get_by_role("link", name="好了，继续").click()
    clerk.get_by_label("答复").fill("已补上盖章的缴款凭证。")
    clerk.get_by_role("button", name="补齐了，提交补正").click()
    case_url = clerk.url

    officer.goto("/desk/")
    officer.get_by_role("link", name=number).click()
    second_tab = officer.context.new_page()
    second_tab.goto(officer.url)
    officer.get_by_role("button", name="受理并签发受理通知书").click()
    expect(officer.locator("main")).to_contain_text("受理通知书已签发")
    # The other tab still shows the button: a second press changes nothing and says so (409).
    with second_tab.expect_response(lambda answer: "/do/accept/" in answer.url) as answer:
        second_tab.get_by_role("button", name="受理并签发受理通知书").click()
    assert answer.value.status == 409
    expect(second_tab.locator("main")).to_contain_text("已经有人办过了")
    axe(second_tab)
    second_tab.close()
    officer.get_by_label("准予修复").check()
    officer.get_by_label("审查意见").fill("缴款凭证与决定书一致，义务已履行完毕。")
    axe(officer)
    officer.get_by_role("button", name="提交初审意见，送复核").click()
    expect(officer.locator("main")).to_contain_text("等待另一位审批人复核")

    # 5. A different officer of the lead office sends back once, then approves.
    approver = person("approver")
    approver.goto("/desk/")
    approver.get_by_role("link", name=number).click()
    axe(approver)
    approver.get_by_text("退回初审", exact=True).click()
    approver.get_by_label("退回的原因").fill("请核对缴款日期。")
    approver.get_by_role("button", name="退回一步").click()
    officer.goto("/desk/")
    officer.get_by_role("link", name=number).click()
    expect(officer.locator("main")).to_contain_text("请核对缴款日期")
    officer.get_by_label("准予修复").check()
    officer.get_by_label("审查意见").fill("已核对：缴款日期无误。")
    officer.get_by_role("button", name="提交初审意见，送复核").click()
    approver.goto("/desk/")
    approver.get_by_role("link", name=number).click()
    approver.get_by_role("button", name=re.compile("准予修复，终止公示")).click()
    expect(approver.locator("main")).to_contain_text("已决定：准予修复")
    axe(approver)

    # 6. The decision is rendered in the background and can be verified by anybody.
    clerk.goto(case_url)
    clerk.get_by_role("link", name="准予信用修复决定书").click()

    def rendered():
        clerk.reload()
        return clerk.get_by_role("link", name=re.compile("PDF|下载|打开")).count()

    eventually(rendered, 150, "the decision's PDF")
    axe(clerk)
    notice_number = re.search(r"青信修准〔\d{4}〕\d+号", clerk.locator("main").inner_text()).group()
    target = tmp_path / "decision.pdf"
    exported = house.manage("export_notice", notice_number, str(target))
    assert exported.returncode == 0, exported.stderr
    assert target.read_bytes().startswith(b"%PDF")

    # 7. The platform took the record down and its receipt shows.
    clerk.goto(record_url)

    def confirmed():
        clerk.reload()
        return "已确认撤下" in clerk.locator("main").inner_text()

    eventually(confirmed, 150, "the platform's receipt")
    axe(clerk)
    assert document_number not in str([row for row in house.shown_by_platform() if row.get("shown", True)])

    # 9. It has left the public register, and every promise holds.
    public = new_page(base_url=house.url)
    public.goto("/register/?q=青屿海澜食品有限公司")
    axe(public)
    assert document_number not in public.locator("main").inner_text()
    checked = house.manage("check_invariants")
    assert checked.returncode == 0, checked.stdout
    assert house.manage("journal", "verify").returncode == 0


def test_objection_corrects_a_record_without_javascript_on_a_phone(house, person, new_page, axe, tmp_path):
    clerk = person("enterprise", viewport=PHONE, java_script_enabled=False)
    clerk.goto("/my/records/")
    clerk.locator("main a[href*='/my/records/']").first.click()
    clerk.get_by_role("link", name=re.compile("异议")).first.click()
    clerk.get_by_role("button", name="开始填写").click()
    clerk.get_by_role("link", name="说明哪里有误").click()
    clerk.get_by_label("信息错误").check()
    clerk.get_by_label(re.compile("对哪一项有异议")).select_option("violation_type")
    clerk.get_by_label(re.compile("您认为应当是什么")).fill("标签瑕疵")
    clerk.get_by_label("情况说明").fill("决定书写的是标签瑕疵。")
    clerk.get_by_label("联系电话").fill("0532-00000010")
    clerk.get_by_role("button", name="保存并继续").click()
    clerk.get_by_role("link", name="上传证明").click()
    clerk.get_by_label("选择文件").set_input_files(receipt(tmp_path, 7))
    clerk.get_by_role("button", name="上传").click()
    clerk.get_by_role("link", name="好了，继续").click()
    clerk.get_by_role("link", name="签署信用承诺书").click()
    clerk.get_by_label("签署人姓名").fill("张三")
    clerk.get_by_label(re.compile("我已读完")).check()
    clerk.get_by_role("button", name="签署承诺书").click()
    clerk.get_by_role("link", name="核对并提交").click()
    clerk.get_by_role("button", name="提交").click()
    number = case_number(clerk)
    assert number.startswith("YY")

    officers = [person("officer"), person("safety")]
    for officer in officers:
        officer.goto("/desk/")
    officer = next(page for page in officers if page.get_by_role("link", name=number).count())
    officer.get_by_role("link", name=number).click()
    officer.get_by_role("button", name=re.compile("受理并标注异议")).click()
    officer.get_by_label("异议成立", exact=True).check()
    officer.get_by_label("更正", exact=True).check()
    officer.get_by_label(re.compile("更正哪一项")).select_option("violation_type")
    officer.get_by_label(re.compile("更正为")).fill("标签瑕疵")
    officer.get_by_label("审查意见").fill("经核对决定书，录入有误。")
    axe(officer)
    officer.get_by_role("button", name="提交初审意见，送复核").click()

    approver = person("approver", java_script_enabled=False)
    approver.goto("/desk/")
    approver.get_by_role("link", name=number).click()
    approver.get_by_role("button", name=re.compile("异议成立，按核实结果处理")).click()
    expect(approver.locator("main")).to_contain_text("异议成立")

    def corrected():
        return "标签瑕疵" in str(house.shown_by_platform())

    eventually(corrected, 150, "the correction at the platform")
    assert house.manage_json("check_invariants")["ok"] is True


def test_signing_in_is_asked_for_and_strangers_see_nothing(house, person, new_page):
    nobody = new_page(base_url=house.url)
    nobody.goto("/desk/")
    expect(nobody).to_have_url(re.compile("login"))
    stranger = person("enterprise2")
    answer = stranger.goto("/cases/1/")
    assert answer.status == 403
    assert stranger.goto("/evidence/1/").status == 403
    assert stranger.goto("/desk/").status == 403
