"""The portal's pages through the door: who sees what, with which status, and nothing that should not be there."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casework.models import Case
from parties.codes import make_code
from parties.models import Agency, Subject, User
from portal.navigation import BY_ROLE, FIRST_PAGE, PUBLIC
from records.models import AdverseRecord
from repair.models import RepairApplication
from tests import portal_scene

pytestmark = pytest.mark.django_db

OPEN = ["home", "register", "guidance", "not_ours", "progress", "accessibility"]
INLINE = re.compile(r'\sstyle="|<style|\son[a-z]+="|<script(?![^>]*\bsrc=)')


@pytest.fixture
def scene():
    return portal_scene.build()


@pytest.fixture
def sign_in(client, scene):
    def as_(name: str):
        client.force_login(scene.people[name])
        return client

    return as_


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", OPEN)
def test_public_pages_open_for_everybody(client, scene, name, language):
    client.cookies["django_language"] = language
    response = client.get(reverse(f"portal:{name}"))
    assert response.status_code == 200
    page = response.content.decode()
    assert page.count("<h1") == 1
    assert ("信用修复不收取任何费用" in page) == (language == "zh-hans")


@pytest.mark.parametrize("role", list(BY_ROLE))
def test_every_entry_of_the_navigation_opens_for_its_role(client, scene, role):
    person = next(p for p in scene.people.values() if p.role == role)
    client.force_login(person)
    for name, _text in BY_ROLE[role]:
        assert client.get(reverse(name)).status_code == 200, name


def test_the_navigation_of_a_visitor_opens(client, scene):
    for name, _text in PUBLIC:
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize("role", list(FIRST_PAGE))
def test_after_sign_in_each_role_lands_on_its_first_page(client, scene, role):
    client.force_login(next(p for p in scene.people.values() if p.role == role))
    response = client.get(reverse("portal:start"))
    assert response.status_code == 302
    assert response["Location"] == reverse(FIRST_PAGE[role])


@pytest.mark.parametrize(
    ("name", "person", "status"),
    [
        ("my_records", "enterprise", 200),
        ("my_records", None, 302),
        ("account", "officer", 200),
        ("account", None, 302),
        ("journal", "auditor", 200),
        ("journal", "administrator", 200),
        ("journal", "officer", 403),
        ("journal", "enterprise", 403),
        ("journal", None, 302),
        ("work", "administrator", 200),
        ("work", "auditor", 200),
        ("work", "approver", 403),
        ("work", "enterprise", 403),
        ("work", None, 302),
    ],
)
def test_inner_pages_open_only_for_whom_they_are_meant(client, scene, name, person, status):
    if person:
        client.force_login(scene.people[person])
    assert client.get(reverse(f"portal:{name}")).status_code == status


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("enterprise", 200),
        ("stranger", 403),
        ("officer", 200),
        ("approver", 200),
        ("auditor", 200),
        ("administrator", 200),
        ("platform", 403),
        (None, 302),
    ],
)
@pytest.mark.parametrize("name", ["ready", "early", "marked", "minor", "reviewing", "repaired", "expired"])
def test_one_record_opens_for_its_people_and_its_office(client, scene, name, person, status):
    if person:
        client.force_login(scene.people[person])
    response = client.get(reverse("portal:my_record", args=[scene.records[name].public_id]))
    assert response.status_code == status


def test_a_refusal_says_why_and_what_to_do(sign_in, scene):
    response = sign_in("stranger").get(reverse("portal:my_record", args=[scene.records["ready"].public_id]))
    page = response.content.decode()
    assert "这条记录不在您的查看范围内" in page
    assert "怎么办" in page


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ready", "可申请修复"),
        ("early", " 起可申请"),
        ("minor", "可申请修复"),
        ("reviewing", "审核中，还剩 "),
        ("asked", "请补正材料，还剩 "),
        ("marked", "异议核查中，还剩 "),
        ("repaired", "已修复，3 个平台已撤下，1 个未确认"),
        ("expired", "公示期满"),
    ],
)
def test_the_first_column_says_what_can_be_done_now(sign_in, scene, name, words):
    page = sign_in("enterprise").get(reverse("portal:my_records")).content.decode()
    number = scene.records[name].document_number
    row = next(part for part in page.split("<tr") if number in part)
    assert words in re.sub(r"<[^>]+>", "", row.split("</td>")[0])


def test_what_waits_for_the_clerk_comes_first_and_what_is_over_last(sign_in, scene):
    page = sign_in("enterprise").get(reverse("portal:my_records")).content.decode()
    places = {name: page.index(record.document_number) for name, record in scene.records.items()}
    assert places["asked"] == min(places.values())
    over = {name for name in ("repaired", "expired") if name in places}
    assert min(places[name] for name in over) > max(place for name, place in places.items() if name not in over)


def test_a_clerk_of_many_chooses_the_subject_of_a_statement_in_one_form(sign_in, scene):
    page = sign_in("enterprise").get(reverse("portal:my_records")).content.decode()
    assert f'type="hidden" name="subject" value="{scene.subject.pk}"' in page
    for number in range(5):
        other = Subject.objects.create(kind="entity", name=f"青屿第{number}号商行", code=make_code(seed=600 + number))
        Agency.objects.create(user=scene.people["enterprise"], subject=other)
    page = sign_in("enterprise").get(reverse("portal:my_records")).content.decode()
    assert page.count("出具信用信息查询报告</button>") == 1
    assert page.count("<option") == 6 and "等 6 家单位" in page


@pytest.mark.parametrize(
    ("who", "name", "entry"),
    [
        ("enterprise", "records:about_me", "portal:my_records"),
        ("officer", "records:prior_reminders", "records:changes"),
        ("officer", "portal:figures", "portal:figures"),
    ],
)
def test_the_header_marks_the_room_one_is_in(sign_in, scene, who, name, entry):
    shown = sign_in(who).get(reverse(name))
    assert [item.url for item in shown.context["navigation"] if item.current] == [reverse(entry)]


def test_a_record_that_is_never_shown_says_so_instead_of_naming_platforms(sign_in, scene):
    page = (
        sign_in("enterprise").get(reverse("portal:my_record", args=[scene.records["minor"].public_id])).content.decode()
    )
    assert "没有发给任何平台" in page and "依法查询到它的人" in page
    page = (
        sign_in("enterprise").get(reverse("portal:my_record", args=[scene.records["ready"].public_id])).content.decode()
    )
    assert "没有发给任何平台" not in page


def test_a_clerk_without_a_subject_is_told_what_to_do(sign_in):
    page = sign_in("stranger").get(reverse("portal:my_records")).content.decode()
    assert "还没有关联单位" in page


def test_the_record_page_shows_platforms_letters_and_the_button_to_apply(sign_in, scene):
    client = sign_in("enterprise")
    ready = client.get(reverse("portal:my_record", args=[scene.records["ready"].public_id])).content.decode()
    assert reverse("repair:apply", args=[scene.records["ready"].public_id]) in ready
    assert "失信行为告知书" in ready
    repaired = client.get(reverse("portal:my_record", args=[scene.records["repaired"].public_id])).content.decode()
    assert repaired.count("已确认撤下") == 3
    assert reverse("repair:apply", args=[scene.records["repaired"].public_id]) not in repaired


def test_only_the_subjects_own_people_get_the_button(sign_in, scene):
    page = sign_in("officer").get(reverse("portal:my_record", args=[scene.records["ready"].public_id]))
    assert reverse("repair:apply", args=[scene.records["ready"].public_id]) not in page.content.decode()


# --- The public register ---------------------------------------------------------------------------------


def test_the_register_finds_by_name_and_by_code(client, scene):
    for text in ("海澜", scene.subject.code, scene.subject.code.lower()):
        page = client.get(reverse("portal:register"), {"q": text}).content.decode()
        assert scene.records["ready"].public_id in page
        assert scene.records["repaired"].public_id not in page
        assert scene.records["minor"].public_id not in page


@pytest.mark.parametrize("text", ["", "   ", "没有这家", "x" * 5000, "<script>alert(1)</script>", "%", "'\"\\"])
def test_the_register_takes_any_question(client, scene, text):
    response = client.get(reverse("portal:register"), {"q": text})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [("ready", 200), ("marked", 200), ("minor", 404), ("repaired", 404), ("expired", 404)],
)
def test_an_entry_opens_only_while_it_is_publicised(client, scene, name, status):
    response = client.get(reverse("portal:entry", args=[scene.records[name].public_id]))
    assert response.status_code == status


def test_a_natural_person_is_never_in_the_register(client, scene):
    person = Subject.objects.create(kind=Subject.Kind.PERSON, name="张某某", identity_number="11010519491231002X")
    record = portal_scene.record(
        scene, "person", 900, scene.records["ready"].decision_date, subject=person, subject_name="张某某"
    )
    assert client.get(reverse("portal:entry", args=[record.public_id])).status_code == 404
    assert record.public_id not in client.get(reverse("portal:register"), {"q": "张某某"}).content.decode()


def test_an_entry_tells_nothing_but_the_record(client, scene):
    response = client.get(reverse("portal:entry", args=[scene.records["marked"].public_id]))
    page = response.content.decode()
    assert "异议核查中" in page
    for private in ("林晓", "陈立", "XF20261123"):
        assert private not in page
    assert response["Cache-Control"] == "private, max-age=30, must-revalidate"
    assert "noarchive" in response["X-Robots-Tag"]


# --- Progress --------------------------------------------------------------------------------------------


def ask(client, number, code):
    return client.post(reverse("portal:progress"), {"number": number, "check_code": code})


def test_progress_shows_the_stage_and_nobodys_name(client, scene):
    case = scene.cases["reviewing"]
    page = ask(client, f" {case.number.lower()} ", case.check_code.lower()).content.decode()
    assert "已受理，正在审查" in page
    assert "还剩 " in page
    for private in (scene.subject.name, scene.subject.code, "林晓", case.record.document_number):
        assert private not in page


@pytest.mark.parametrize("wrong", ["number", "code"])
def test_progress_does_not_say_which_of_the_two_was_wrong(client, scene, wrong):
    case = scene.cases["reviewing"]
    number = "XF20000101-0001" if wrong == "number" else case.number
    page = ask(client, number, case.check_code if wrong == "number" else "AAAAAAAAAA").content.decode()
    assert "没有找到这个编号和查询码" in page


def test_progress_stops_guessing(client, scene):
    statuses = [ask(client, "XF20000101-0001", "AAAAAAAAAA").status_code for _ in range(12)]
    assert statuses[:10] == [200] * 10
    assert statuses[10:] == [429] * 2
    case = scene.cases["reviewing"]
    waits = int(ask(client, case.number, case.check_code)["Retry-After"])
    assert 1 <= waits <= 600, "the right code does not open it either; when to come back is said"


# --- Journal and work ------------------------------------------------------------------------------------


def test_the_journal_shows_lines_and_changes_nothing(sign_in, scene):
    page = sign_in("auditor").get(reverse("portal:journal")).content.decode()
    assert "records.register" in page
    assert "链完整" in page
    main = page.split("<main")[1].split("</main>")[0]
    assert 'method="post"' not in main


def test_the_journal_filter_stays_in_the_address(sign_in, scene):
    client = sign_in("auditor")
    page = client.get(reverse("portal:journal"), {"verb": "records."}).content.decode()
    assert "records.register" in page
    assert "notices.issue</code>" not in page
    assert client.get(reverse("portal:journal"), {"since": "no date", "page": "x"}).status_code == 200


def test_work_lists_what_failed_with_its_button_for_the_administrator_only(sign_in, scene):
    page = sign_in("administrator").get(reverse("portal:work")).content.decode()
    assert "连接被拒绝" in page
    assert page.split("<main")[1].count('method="post"') == 1
    auditors = sign_in("auditor").get(reverse("portal:work")).content.decode()
    assert "连接被拒绝" in auditors
    assert 'method="post"' not in auditors.split("<main")[1]


# --- Language, errors, inline code -----------------------------------------------------------------------


def test_the_language_is_switched_by_a_form_and_stays(client, scene):
    response = client.post(reverse("set_language"), {"language": "en", "next": reverse("portal:guidance")})
    assert response["Location"] == reverse("portal:guidance")
    assert '<html class="govuk-template" lang="en">' in client.get(reverse("portal:guidance")).content.decode()


def test_a_page_that_does_not_exist_says_so(client, scene):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()


def test_an_ended_session_keeps_what_was_typed(client, scene):
    url = reverse("repair:apply", args=[scene.records["ready"].public_id])
    response = client.post(url, {"statement": "罚款已于上月缴清，凭证见附件", "password": "a secret"})
    page = response.content.decode()
    assert response.status_code == 401
    assert "罚款已于上月缴清" in page
    assert "a secret" not in page


def test_an_old_form_is_told_so_and_keeps_what_was_typed(scene):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("portal:progress"), {"number": "XF20261123-0001"})
    assert response.status_code == 403
    assert "XF20261123-0001" in response.content.decode()


def test_pages_have_no_inline_code(client, scene):
    client.force_login(scene.people["enterprise"])
    urls = [reverse(f"portal:{name}") for name in OPEN] + [
        reverse("portal:my_records"),
        *(reverse("portal:my_record", args=[record.public_id]) for record in scene.records.values()),
        reverse("account_change_password"),
    ]
    for url in urls:
        found = INLINE.search(client.get(url).content.decode())
        assert not found, (url, found)


def test_accounts_are_not_opened_by_oneself(client, scene):
    page = client.get(reverse("account_signup")).content.decode()
    assert "账号不能自己注册" in page
    client.post(reverse("account_signup"), {"username": "x", "password1": "abcdefgh12", "password2": "abcdefgh12"})
    assert not User.objects.filter(username="x").exists()


def test_five_wrong_passwords_lock_the_account_out(client, scene):
    url = reverse("account_login")
    for _ in range(4):
        assert client.post(url, {"login": "officer", "password": "wrong"}).status_code == 200
    assert client.post(url, {"login": "officer", "password": "wrong"}).status_code == 429
    response = client.post(url, {"login": "officer", "password": portal_scene.PASSWORD})
    assert response.status_code == 429
    assert "十五分钟" in response.content.decode()


def test_signing_in_leads_to_the_first_page(client, scene):
    response = client.post(reverse("account_login"), {"login": "enterprise", "password": portal_scene.PASSWORD})
    assert response["Location"] == reverse("portal:start")
    assert AdverseRecord.objects.count() == len(scene.records)


def test_an_open_application_takes_the_place_of_the_eligibility_card(sign_in, scene):
    client = sign_in("enterprise")
    page = client.get(reverse("portal:my_record", args=[scene.records["reviewing"].public_id])).content.decode()
    assert "已受理，正在审查" in page
    assert scene.cases["reviewing"].number in page
    assert "能不能申请修复" not in page


def test_a_draft_counts_what_it_has_gathered(sign_in, scene):
    record = scene.records["ready"]
    draft = RepairApplication.objects.create(
        kind=Case.Kind.REPAIR,
        record=record,
        subject=record.subject,
        opened_by=scene.people["enterprise"],
        authority=record.authority,
    )
    url = reverse("portal:my_record", args=[record.public_id])
    before = sign_in("enterprise").get(url).context["eligibility"]
    draft.evidence.create(
        name="票据.pdf", size=1, media_type="application/pdf", sha256="0" * 64, uploaded_by=scene.people["enterprise"]
    )
    response = sign_in("enterprise").get(url)
    assert before.can_apply
    assert response.context["eligibility"].can_apply
    met = [{c.code for c in card.conditions if c.met} for card in (before, response.context["eligibility"])]
    assert len(met[1] - met[0]) == 1
    assert "接着填修复申请" in response.content.decode()


@pytest.mark.parametrize("strict", [False, True])
def test_too_much_is_refused_with_a_sentence(scene, strict):
    response = Client(enforce_csrf_checks=strict).post(reverse("portal:progress"), {"number": "x" * 6_000_000})
    assert response.status_code == 413
    assert "文件太大了" in response.content.decode()


def test_a_file_upload_that_lost_its_session_is_told_so(client, scene):
    upload = SimpleUploadedFile("records.csv", b"a,b\n1,2\n")
    response = client.post(reverse("records:import"), {"file": upload, "source": "青屿区市场监督管理局"})
    assert response.status_code == 401
    assert "选过的文件需要重新选择" in response.content.decode()
