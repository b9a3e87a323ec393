"""The PDFs themselves: every kind, every face, every refusal to print rubbish."""

import io
import logging
import re
import subprocess
from datetime import UTC, datetime

import pikepdf
import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from journal.stored import as_stored
from notices import assets, documents, freezing, rendering
from notices.models import Notice
from parties.models import Authority, Subject
from tests.notices_world import FACTS, OBJECTION, facts_of

KINDS = list(Notice.Kind.values)
NUMBER = "青信修准〔2026〕7号"


@pytest.fixture(autouse=True)
def _no_rules(monkeypatch):
    """These tests need no database: terms come with the facts."""
    monkeypatch.setattr(freezing, "_rules", lambda **keys: {})


def make_notice(kind="decline", facts=None, subject=None, issuer=None) -> Notice:
    issuer = issuer or Authority(name="青测市示范区发展和改革局", review_body="青测市人民政府")
    subject = subject or Subject(kind="entity", name="青测示范商贸有限公司", code="91370299MA9XXXXX0X")
    facts = facts_of(kind) if facts is None else facts
    return Notice(
        kind=kind,
        number=NUMBER,
        check_code="ABCDE23456",
        issued_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        facts=as_stored(freezing.frozen(kind, issuer, subject, facts)),
    )


def text_of(pdf: bytes) -> str:
    """The text as a reader copies it, without blanks and line ends."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


def words_of(pdf: bytes) -> list[tuple[str, float, float, float, float]]:
    """``(word, left, top, right, bottom)`` in millimetres from the page's top left corner, first page."""
    done = subprocess.run(["pdftotext", "-bbox", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True)
    pattern = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    found = re.findall(pattern, done.stdout.decode())
    return [(word, *(float(number) * 25.4 / 72 for number in box)) for *box, word in found]


MUST_SAY = {
    "adverse_record": ["失信信息", "2026年8月20日起", "提出异议", "至2027年5月20日"],
    "repair_guidance": ["公示期限", "修复条件", "申请材料", "申请渠道", "3个工作日", "7个工作日", "不收取任何费用"],
    "acceptance": ["予以受理", "2026年12月2日前"],
    "decline": ["不予受理", "缴款凭证未载明", "请提交载明决定文书号的缴款凭证", "60日", "6个月", "青测市人民政府"],
    "supplement": ["一次性告知", "请提交载明决定文书号的缴款凭证", "2026年12月2日前"],
    "repair_approval": ["准予信用修复", "罚款已于2026年6月2日缴清", "终止公示", "停止共享和使用", "平台", "第七条"],
    "repair_refusal": ["不予信用修复", "缴款凭证未载明", "如何补救", "行政复议", "行政诉讼"],
    "objection_acceptance": ["予以受理", "异议标注", "罚款金额", "2,000.00元"],
    "credit_statement": [
        "共1条",
        "异议标注",
        "截至2026年11月23日9时05分",
        "不是中国人民银行征信系统",
        "已经改正，缴清罚款",
    ],
    "objection_result": ["异议成立", "20,000.00元", "更正为", "2,000.00元"],
    "deferral_approval": ["延期履行申请", "准予延期履行至2027年2月28日", "暂不公示", "自动恢复"],
    "deferral_refusal": ["不予延期", "缴款凭证未载明", "行政复议", "60日", "6个月"],
    "prior_reminder": ["青图借〔2026〕15号", "所借图书2册逾期未还", "2026年12月2日前", "不作任何记录", "不向社会公示"],
    "publicity_ended": ["终止公示", "2027年5月20日", "不需要交纳任何费用"],
    "record_revoked": ["青政复决〔2026〕9号", "2026年11月18日", "终止公示", "停止共享和使用", "青测市人民政府"],
    "decision_extension": [
        "延长办理期限",
        "当事人已知悉",
        "原定期限至2026年11月25日，现延长10个工作日",
        "2026年12月2日前",
        "反映",
    ],
    "case_ended": ["终止办理", "缴款凭证未载明", "不是不予受理", "提出申请的权利"],
    "record_corrected": ["罚款金额", "由“20,000.00元”", "更正为“2,000.00元”", "青政复决〔2026〕9号", "提出异议"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_it_must(kind):
    text = text_of(rendering.render(make_notice(kind)))
    assert "—1—" in text
    text = re.sub(r"—\d+—", "", text)  # a page number may stand in the middle of a sentence
    common = [NUMBER, str(Notice.Kind(kind).label), "青测示范商贸有限公司", "91370299MA9XXXXX0X", "2026年11月23日"]
    common += ["（此处加盖印章）", "ABCDE23456", "青测市示范区发展和改革局", "一、", "0532-00000000"]
    assert [word for word in common + MUST_SAY[kind] if word not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_copes_with_nothing_given(kind):
    text = text_of(rendering.render(make_notice(kind, facts={})))
    assert str(Notice.Kind(kind).label) in text
    assert "None" not in text
    assert not re.search(r"（）|：，|，，|。。|《》|“”", text)


def test_a_dismissed_objection_gives_reasons_and_remedies():
    facts = {**FACTS, "objection": {**OBJECTION, "outcome": "dismissed", "remedy": "", "new_value": ""}}
    text = text_of(rendering.render(make_notice("objection_result", facts)))
    assert "异议不成立" in text
    assert "行政复议" in text
    assert "更正为" not in text


def test_a_basis_without_a_sentence_is_cited():
    facts = {**FACTS, "because": [{"text": "", "title": "信用修复管理办法", "article": "第三条"}]}
    assert "（一）《信用修复管理办法》第三条。" in text_of(rendering.render(make_notice("repair_approval", facts)))


def test_a_provisional_date_says_so():
    text = text_of(rendering.render(make_notice("acceptance", {**FACTS, "due_provisional": True})))
    assert "节假日安排公布后可能调整" in text


def test_a_person_is_masked_and_not_publicised():
    person = Subject(kind="person", name="张小明", identity_number="370200199001011234")
    facts = {**FACTS, "record": {**FACTS["record"], "publicity_from": None, "publicity_until": None}}
    text = text_of(rendering.render(make_notice("adverse_record", facts, person)))
    assert "证件号码：3702**********1234" in text
    assert "370200199001011234" not in text
    assert "不向社会公示" in text
    assert "你单位" not in text


def test_layout_of_the_standard():
    pdf = rendering.render(make_notice("repair_guidance"))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        width, height = (float(x) * 25.4 / 72 for x in document.pages[0].MediaBox[2:])
    assert (width, height) == pytest.approx((210, 297), abs=0.1)
    words = words_of(pdf)
    mark = next(word for word in words if word[0].startswith("青测市示范区发展"))
    assert mark[2] == pytest.approx(37 + 35, abs=2.5)  # top of the red head: 35 mm below the type area's top
    assert min(word[1] for word in words) >= 27.9  # 订口 28 mm
    assert max(word[3] for word in words) <= 210 - 26 + 0.5
    body = [word for word in words if word[2] < 297 - 35]
    assert max(word[4] for word in body) <= 297 - 35 + 1.5
    tops = sorted({round(word[2], 1) for word in body if word[4] - word[2] < 8 and word[2] > 160})
    pitches = [b - a for a, b in zip(tops, tops[1:], strict=False)]
    assert pitches
    assert pitches == pytest.approx([28.95 * 25.4 / 72] * len(pitches), abs=0.25)


def test_same_notice_same_bytes(monkeypatch):
    notice = make_notice("repair_approval")
    first = rendering.render(notice)
    monkeypatch.setattr(assets, "_house", None)  # fonts and style sheet loaded afresh, as in another process
    assert rendering.render(notice) == first
    assert first.startswith(b"%PDF-1.7")


def test_rare_characters_use_the_fallback():
    subject = Subject(kind="entity", name="青测䶮镕商贸有限公司", code="91370299MA9XXXXX0X")
    pdf = rendering.render(make_notice(subject=subject))
    assert "青测䶮镕商贸有限公司" in text_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        faces = {
            str(item.BaseFont)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert any("Noto" in face and "CJK-SC" in face for face in faces), faces


@pytest.mark.parametrize("character", ["\u0378", "\U000e1234"])
def test_a_character_without_a_glyph_stops_the_notice(character):
    subject = Subject(kind="entity", name=f"青测{character}商贸有限公司", code="91370299MA9XXXXX0X")
    with pytest.raises(rendering.RenderingError, match=f"U\\+{ord(character):04X}") as caught:
        rendering.render(make_notice(subject=subject))
    assert caught.value.permanent


def test_missing_glyphs_are_fatal_whatever_the_logging(caplog):
    logging.disable(logging.NOTSET)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.CRITICAL)
    try:
        with pytest.raises(rendering.RenderingError):
            rendering.render(make_notice(facts={"opinion": "甲\u0378乙"}))
    finally:
        root.setLevel(level)


def test_html_in_a_name_is_text():
    name = '青测<b>x</b><img src="file:///etc/passwd">&amp;有限公司'
    text = text_of(rendering.render(make_notice(subject=Subject(kind="entity", name=name, code="91370299MA9XXXXX0X"))))
    assert '<b>x</b><imgsrc="file:///etc/passwd">&amp;有限公司' in text.replace("“", '"').replace("”", '"')


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "https://example.org/x.png",
        "xinxiu-asset:../secret_key",
        "data:,x",
    ],
)
def test_nothing_but_our_own_assets_is_fetched(address):
    house = assets.for_this_process()
    with pytest.raises(FatalURLFetchingError):
        house.fetcher.fetch(address)


def test_a_document_that_asks_for_a_file_is_stopped(monkeypatch):
    monkeypatch.setattr(rendering, "render_to_string", lambda *args: '<img src="file:///etc/hostname">')
    with pytest.raises(rendering.RenderingError, match="etc/hostname"):
        rendering.render(make_notice())


def test_whatever_the_drawing_grumbles_about_is_an_error(monkeypatch):
    monkeypatch.setattr(rendering, "render_to_string", lambda *args: "<style>p { no-such: 1 }</style><p>甲</p>")
    assets.for_this_process()
    with pytest.raises(rendering.RenderingError, match="no-such"):
        rendering._draw("decline", {})


def test_an_image_that_fails_is_an_error(monkeypatch, tmp_path):
    picture = tmp_path / "seal.png"
    picture.write_bytes(b"not a picture")
    monkeypatch.setattr(assets.for_this_process().fetcher, "_files", {"xinxiu-asset:seal": picture})
    monkeypatch.setattr(rendering, "render_to_string", lambda *args: '<img src="xinxiu-asset:seal">')
    with pytest.raises(rendering.RenderingError, match="xinxiu-asset:seal"):
        rendering._draw("decline", {})


def test_a_damaged_font_is_an_error_every_time(settings, tmp_path, monkeypatch):
    settings.FONT_DIR, settings.FONT_FALLBACK_ALLOWED = tmp_path, True
    (tmp_path / "fang.otf").write_bytes(b"not a font")
    monkeypatch.setattr(assets, "_house", None)
    for _ in range(2):
        with pytest.raises(rendering.RenderingError, match="Xinxiu Fang"):
            rendering.render(make_notice())


def test_without_harfbuzz_subset_nothing_is_rendered(monkeypatch):
    monkeypatch.setattr("weasyprint.text.ffi.harfbuzz_subset", None)
    with pytest.raises(rendering.RenderingError, match="libharfbuzz-subset") as caught:
        rendering.render(make_notice())
    assert not caught.value.permanent  # somebody installs it, and the next attempt works


def test_missing_faces_are_an_error_that_can_be_mended(settings, tmp_path):
    settings.FONT_DIR, settings.FONT_FALLBACK_ALLOWED = tmp_path, False
    with pytest.raises(rendering.RenderingError, match="缺少文书字体 FandolFang-Regular.otf") as caught:
        rendering.render(make_notice())
    assert not caught.value.permanent  # they are put back, and the next attempt works


def test_fonts_fall_back_when_the_folder_is_empty_and_that_is_allowed(settings, tmp_path, monkeypatch):
    settings.FONT_DIR, settings.FONT_FALLBACK_ALLOWED = tmp_path, True
    monkeypatch.setattr(assets, "_house", None)
    text = text_of(rendering.render(make_notice()))
    assert NUMBER in text
    monkeypatch.setattr(assets, "_house", None)


def test_preview_is_marked_on_every_page():
    issuer, subject = Authority(name="青测市发展和改革局"), Subject(kind="entity", name="青测甲有限公司", code="9" * 18)
    pdf = rendering.preview("decline", issuer, subject, FACTS)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = len(document.pages)
    text = text_of(pdf)
    assert text.count("预") == text.count("览") == pages  # the mark is turned, so the two may be read apart
    assert "校验码" not in text
    assert "文号签发时编定" in text


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_every_template_escapes_markup(kind):
    hostile = '<script>alert(1)</script>&<b>"'
    facts = {key: _replace(value, hostile) for key, value in facts_of(kind).items()}
    html = rendering.render_to_string(
        f"notices/pdf/{kind}.html",
        documents.context_of(kind, make_notice(kind, facts).facts, issued_at=datetime(2026, 11, 23, tzinfo=UTC)),
    )
    assert "<script>" not in html
    assert hostile.count("<") == 3


def _replace(value, text):
    if isinstance(value, dict):
        return {key: _replace(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, text) for item in value]
    return text if isinstance(value, str) else value


def test_html_objects_are_never_made_without_our_fetcher():
    """Guards the one call: WeasyPrint's own fetcher reads files and follows redirects."""
    with pytest.raises(FatalURLFetchingError):
        HTML(string='<img src="file:///etc/hostname">', url_fetcher=assets.for_this_process().fetcher).write_pdf()
