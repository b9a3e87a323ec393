"""The case pages with bad input: a clear sentence, the right status, nothing lost, nothing half-written."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageFile

from casework import actions, guards
from casework.models import Case, Evidence
from config import journey
from notices.models import Notice
from parties.models import User
from tests.integration.test_casework_cells import bring_to, draft

pytestmark = pytest.mark.django_db
S = Case.Status


@pytest.fixture
def players():
    return journey.cast()


@pytest.fixture
def as_(client):
    def sign_in(user):
        user = user if isinstance(user, User) else User.objects.get(username=user)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def png(size=(20, 20)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "white").save(buffer, "PNG")
    return buffer.getvalue()


LOCKED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 9 0 R>>\n%%EOF"
)
UPLOADS = [
    ("empty", "收据.pdf", b"", "空文件"),
    ("text named pdf", "收据.pdf", b"hello, not a pdf at all", "不是 PDF、JPG 或 PNG"),
    ("html named png", "收据.png", b"<!doctype html><html><script>alert(1)</script></html>", "不是 PDF、JPG 或 PNG"),
    ("png named pdf", "收据.pdf", png(), "与文件名不符"),
    ("broken png", "收据.png", png((400, 400))[:120], "打不开"),
    ("broken pdf", "收据.pdf", b"%PDF-1.7\nnothing more", "打不开"),
    ("locked pdf", "收据.pdf", LOCKED_PDF, "打不开"),
    ("program", "收据.exe", b"MZ" + b"\0" * 200, "不是 PDF、JPG 或 PNG"),
    ("zip named jpg", "收据.jpg", b"PK\x03\x04" + b"\0" * 60, "不是 PDF、JPG 或 PNG"),
]


@pytest.mark.parametrize(("what", "name", "content", "sentence"), UPLOADS, ids=[row[0] for row in UPLOADS])
def test_an_upload_that_is_not_what_it_says(players, as_, what, name, content, sentence):
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as WeasyPrint leaves it behind in a process that rendered
    case = journey.repair.start(players.clerk, journey.take_in(players, 8000))
    answer = as_(players.clerk).post(
        reverse("casework:evidence", args=[case.pk]), {"file": SimpleUploadedFile(name, content)}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Evidence.objects.filter(case=case).exists()


def test_an_upload_that_is_too_large(players, as_, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    case = journey.repair.start(players.clerk, journey.take_in(players, 8001))
    big = SimpleUploadedFile("收据.png", png() + b"\0" * (1024 * 1024))
    answer = as_(players.clerk).post(reverse("casework:evidence", args=[case.pk]), {"file": big})
    assert answer.status_code == 422
    assert "超过1 MB" in answer.content.decode()


def test_the_same_file_twice_is_one(players, as_):
    case = journey.repair.start(players.clerk, journey.take_in(players, 8002))
    client = as_(players.clerk)
    for _ in range(2):
        client.post(reverse("casework:evidence", args=[case.pk]), {"file": SimpleUploadedFile("收据.png", png())})
    assert Evidence.objects.filter(case=case).count() == 1


def test_a_file_name_from_elsewhere_is_only_a_name(players, as_):
    case = journey.repair.start(players.clerk, journey.take_in(players, 8003))
    as_(players.clerk).post(
        reverse("casework:evidence", args=[case.pk]),
        {"file": SimpleUploadedFile("..\\..\\‮收据<b>.png", png())},
    )
    evidence = Evidence.objects.get(case=case)
    assert evidence.name == "收据<b>.png"
    assert ".." not in evidence.file.name
    page = as_(players.clerk).get(reverse("casework:evidence", args=[case.pk])).content.decode()
    assert "收据&lt;b&gt;.png" in page
    answer = as_(players.clerk).get(reverse("casework:evidence_file", args=[evidence.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


FORMS = [
    ("decline", {}, "请至少选择一项理由"),
    ("decline", {"decline-codes": ["NO-SUCH"]}, "NO-SUCH"),
    ("supplement", {}, "请至少选择一项需要补正的内容"),
]


@pytest.mark.parametrize(("verb", "data", "sentence"), FORMS)
def test_a_form_of_the_office_that_is_incomplete(players, as_, verb, data, sentence):
    case = bring_to(players, "repair", S.SUBMITTED, 8010)
    data = {f"{verb}-version": case.version, **data}
    answer = as_(players.officer).post(reverse("casework:verb", args=[case.pk, verb]), data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == S.SUBMITTED


def test_a_recommendation_to_refuse_needs_a_reason(players, as_):
    case = bring_to(players, "repair", S.ACCEPTED, 8011)
    data = {"recommend-version": case.version, "recommend-outcome": "refused", "recommend-opinion": "凭证不符"}
    answer = as_(players.officer).post(reverse("casework:verb", args=[case.pk, "recommend"]), data)
    assert answer.status_code == 422
    assert "至少选择一项理由" in answer.content.decode()


def test_a_form_without_a_version_is_taken_for_an_old_one(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8012)
    answer = as_(players.officer).post(reverse("casework:verb", args=[case.pk, "accept"]), {})
    assert answer.status_code == 409
    assert Case.objects.get(pk=case.pk).status == S.SUBMITTED


def test_a_replayed_form_does_nothing_and_says_so(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8013)
    client, url = as_(players.officer), reverse("casework:verb", args=[case.pk, "accept"])
    assert client.post(url, {"version": case.version}).status_code == 302
    again = client.post(url, {"version": case.version})
    assert again.status_code == 409
    assert "已经有人办过了" in again.content.decode()
    assert Notice.objects.filter(thing_id=str(case.pk), kind=Notice.Kind.ACCEPTANCE).count() == 1


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("enterprise2", 403),
        ("safety", 403),
        ("administrator", 403),
        ("auditor", 200),
        ("approver", 200),
        ("officer", 200),
    ],
)
def test_pages_files_and_previews_follow_one_guard(players, as_, username, status):
    case = bring_to(players, "repair", S.SUBMITTED, 8020)
    evidence = case.evidence.get()
    client = as_(username)
    for address in (
        reverse("casework:case", args=[case.pk]),
        reverse("casework:evidence_file", args=[evidence.pk]),
        reverse("casework:evidence_page", args=[evidence.pk, 1]),
    ):
        assert client.get(address).status_code == status, address


def test_an_auditor_sees_no_button_that_changes_anything(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8021)
    page = as_("auditor").get(reverse("casework:case", args=[case.pk])).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main


def test_an_officer_without_a_button_reads_why(players, as_):
    case = bring_to(players, "repair", S.RECOMMENDED, 8890)
    verdict = guards.can_decide(players.officer, case)
    assert not verdict and verdict.reason
    page = as_(players.officer).get(reverse("casework:case", args=[case.pk])).content.decode()
    assert verdict.reason in page and "这件办件现在不需要您办理" not in page
    waiting = bring_to(players, "repair", S.SUPPLEMENT_REQUESTED, 8891)
    page = as_(players.officer).get(reverse("casework:case", args=[waiting.pk])).content.decode()
    assert "正在等申请人补正" in page


def test_page_numbers_that_do_not_exist(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8022)
    evidence = case.evidence.get()
    assert as_(players.officer).get(reverse("casework:evidence_page", args=[evidence.pk, 9])).status_code == 404
    assert as_(players.officer).get("/cases/999999/").status_code == 404
    assert as_(players.officer).post(reverse("casework:verb", args=[case.pk, "explode"])).status_code == 404


DATES = [
    ("", "请填写履行完毕的日期"),
    ("2026-02-30", "没有看懂这个日期"),
    ("2099-01-01", "不能晚于今天"),
    ("1999-01-01", "早于处罚决定日期"),
    ("昨天", "没有看懂这个日期"),
]


@pytest.mark.parametrize(("value", "sentence"), DATES)
def test_a_date_of_performance_that_cannot_be(players, as_, value, sentence):
    case = journey.repair.start(players.clerk, journey.take_in(players, 8030))
    data = {"version": case.version, "performed_on": value, "statement": "已缴清", "contact_phone": "1"}
    answer = as_(players.clerk).post(reverse("repair:describe", args=[case.pk]), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "已缴清" in page, "what was typed is still there"


def test_handing_in_too_early_is_refused_with_the_day(players, as_):
    record = journey.take_in(players, 8031, months_ago=1)
    answer = as_(players.clerk).post(reverse("repair:apply", args=[record.public_id]))
    assert answer.status_code == 403
    assert str(record.earliest_application.year) in answer.content.decode()
    assert not Case.objects.filter(record=record).exists()


def test_a_draft_cannot_be_handed_in_without_proof(players, as_):
    case = journey.repair.start(players.clerk, journey.take_in(players, 8032))
    answer = as_(players.clerk).post(reverse("casework:check", args=[case.pk]), {"version": case.version})
    assert answer.status_code == 403
    assert "还差一份履行义务的证明" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == S.DRAFT


def test_the_preview_shows_the_notice_and_writes_nothing(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8040)
    before = Notice.objects.count()
    for kind in ("acceptance", "decline", "supplement"):
        answer = as_(players.officer).get(reverse("casework:preview", args=[case.pk, kind]), {"codes": ["R-D01"]})
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")
    assert Notice.objects.count() == before
    assert as_(players.officer).get(reverse("casework:preview", args=[case.pk, "adverse_record"])).status_code == 404
    assert as_(players.clerk).get(reverse("casework:preview", args=[case.pk, "acceptance"])).status_code == 403


def test_withdrawing_is_asked_once_and_done(players, as_):
    case = bring_to(players, "repair", S.ACCEPTED, 8041)
    client, url = as_(players.clerk), reverse("casework:withdraw", args=[case.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"version": case.version}).status_code == 302
    assert Case.objects.get(pk=case.pk).status == S.WITHDRAWN
    assert journey.repair.start(players.clerk, case.record).pk != case.pk


def test_the_desk_shows_each_officer_his_own_and_searches(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8050)
    url = reverse("casework:desk")
    assert case.number in as_("officer").get(url).content.decode()
    assert case.number in as_("officer").get(url, {"q": case.number, "kind": "repair"}).content.decode()
    assert case.number not in as_("officer").get(url, {"q": "没有这样的"}).content.decode()
    assert case.number not in as_("safety").get(url).content.decode()
    assert case.number not in as_("approver").get(url).content.decode()
    assert as_("enterprise").get(url).status_code == 403
    assert as_("officer").get(url, {"page": "x", "kind": "'", "status": "\x00"}).status_code == 200


def test_evidence_used_before_is_flagged(players, as_):
    first = draft(players, "repair", 8060)
    second = draft(players, "repair", 8061)
    same = SimpleUploadedFile("收据.png", png((33, 33)))
    actions.attach_evidence(players.clerk, first, same, "performance")
    same.seek(0)
    actions.attach_evidence(players.clerk, second, same, "performance")
    actions.submit(players.clerk, second)
    assert "材料曾用过" in as_("officer").get(reverse("casework:desk")).content.decode()


def test_a_character_that_cannot_be_printed_is_named_before_anything_is_issued(players, as_):
    case = bring_to(players, "repair", S.SUBMITTED, 8070)
    url = reverse("casework:preview", args=[case.pk, "decline"])
    answer = as_(players.officer).get(url, {"opinion": "材料\u0378不全"})
    assert answer.status_code == 422
    assert "U+0378" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("decision_date", "昨天", False),
        ("decision_date", "2026-02-30", False),
        ("decision_date", "2026-04-01", True),
        ("fine_amount", "五百", False),
        ("fine_amount", "500", True),
        ("violation_type", "标签瑕疵", True),
    ],
)
def test_a_claimed_value_must_be_one_that_the_field_can_hold(players, as_, field, value, good):
    case = journey.objections.start(players.clerk, journey.take_in(players, 8071))
    data = {
        "version": case.version,
        "ground": "wrong",
        "field": field,
        "claimed_value": value,
        "statement": "写错了",
        "contact_phone": "1",
    }
    answer = as_(players.clerk).post(reverse("objections:describe", args=[case.pk]), data)
    assert answer.status_code == (302 if good else 422)


def test_an_objector_promises_nothing_about_repair(players, as_):
    case = journey.objections.start(players.clerk, journey.take_in(players, 8072))
    page = as_(players.clerk).get(reverse("casework:commitment", args=[case.pk])).content.decode()
    assert "为提出异议所提交" in page
    assert "已经纠正失信行为" not in page


def test_a_decided_objection_still_shows_what_was_disputed(players):
    from casework.kinds import kind_of

    story = journey.objection_story(players, 8073)
    values = dict(kind_of(story.case).answers(journey.Objection.objects.get(pk=story.case.pk)))
    assert values["有异议时的记录"] == "5000.00"
    assert values["申请人认为应为"] == "500.00"


def test_pages_of_a_pdf_are_drawn_from_many_threads_at_once():
    import io as memory
    from concurrent.futures import ThreadPoolExecutor

    import pypdfium2

    from records.uploads import page_as_png

    document = pypdfium2.PdfDocument.new()
    for _ in range(4):
        document.new_page(300, 400)
    buffer = memory.BytesIO()
    document.save(buffer)
    with ThreadPoolExecutor(8) as threads:
        jobs = [
            threads.submit(page_as_png, buffer.getvalue(), "application/pdf", number % 4 + 1, 60)
            for number in range(200)
        ]
    assert all(job.result().startswith(b"\x89PNG") for job in jobs)
