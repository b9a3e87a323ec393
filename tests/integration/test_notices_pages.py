"""Inbox, notice, file, verification, and the command that exports: who gets what, and what is recorded."""

import json
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from notices import actions, guards, tasks, verification
from notices.models import Notice, ProofOfService
from notices.views import _where_next
from parties.models import Agency
from policy.verdict import Refused
from tests.notices_world import issue, make_world

ROLES = ["clerk", "stranger", "officer", "outsider", "approver", "auditor", "administrator", "platform"]


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7 " + notice.number.encode())
    cache.clear()
    return make_world()


@pytest.fixture
def notice(world):
    made = issue(world, "repair_refusal")
    tasks.render(made.pk)
    made.refresh_from_db()
    return made


def opened(client, user, name, notice):
    client.force_login(user)
    return client.get(reverse(f"notices:{name}", args=[notice.number]))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("clerk", True),
        ("stranger", False),
        ("officer", True),  # her office issued it
        ("outsider", False),  # another office
        ("approver", True),
        ("auditor", True),
        ("administrator", True),
        ("platform", False),
    ],
)
@pytest.mark.parametrize("page", ["detail", "pdf"])
def test_who_may_read(world, notice, client, role, may, page):
    response = opened(client, getattr(world, role), page, notice)
    assert response.status_code == (200 if may else 403)


@pytest.mark.parametrize("page", ["inbox", "detail", "pdf"])
def test_signed_out_people_sign_in_first(notice, client, page):
    response = client.get(reverse(f"notices:{page}", args=[] if page == "inbox" else [notice.number]))
    assert response.status_code == 302
    assert "login" in response["Location"]


@pytest.mark.parametrize("number", ["没有这一份", "\x00", "青" * 300])
def test_a_number_that_does_not_exist_is_not_found(world, client, number):
    client.force_login(world.auditor)
    assert client.get(reverse("notices:detail", args=[number])).status_code == 404


def test_nobody_signed_out_or_switched_off_reads(world, notice):
    world.clerk.is_active = False
    assert not guards.can_read(world.clerk, notice)
    assert not guards.can_read(None, notice)


@pytest.mark.parametrize("page", ["detail", "pdf"])
def test_opening_by_the_addressee_is_service_and_the_first_counts(world, notice, client, page):
    opened(client, world.clerk, page, notice)
    proof = ProofOfService.objects.get()
    assert (proof.notice, proof.method, proof.received_by_name) == (notice, "inbox", "李文书")
    opened(client, world.clerk, "pdf", notice)
    opened(client, world.clerk, "detail", notice)
    assert ProofOfService.objects.get().served_at == proof.served_at
    assert actions.serve(world.clerk, notice) == proof


@pytest.mark.parametrize("role", ["officer", "approver", "auditor", "administrator"])
def test_opening_by_the_office_is_not_service(world, notice, client, role):
    opened(client, getattr(world, role), "pdf", notice)
    assert not ProofOfService.objects.exists()
    with pytest.raises(Refused):
        actions.serve(getattr(world, role), notice)


def test_an_ended_agency_reads_nothing(world, notice, client):
    Agency.objects.update(active=False)
    assert opened(client, world.clerk, "pdf", notice).status_code == 403
    assert notice.number not in client.get(reverse("notices:inbox")).content.decode()


def test_a_notice_without_a_file_is_not_served_yet(world, client):
    notice = issue(world)
    page = opened(client, world.clerk, "detail", notice).content.decode()
    assert "正在生成" in page
    assert opened(client, world.clerk, "pdf", notice).status_code == 409
    assert not ProofOfService.objects.exists()


def test_the_file_is_the_issued_one_and_private(world, notice, client):
    response = opened(client, world.clerk, "pdf", notice)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 " + notice.number.encode()
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_damaged_file_is_not_given_out(world, notice, client, media_root):
    (media_root / notice.pdf.name).write_bytes(b"something else")
    response = opened(client, world.clerk, "pdf", notice)
    assert response.status_code == 500
    assert "备份" in response.content.decode()
    assert not ProofOfService.objects.exists()


def test_the_inbox_says_in_words_what_is_unread(world, notice, client):
    client.force_login(world.clerk)
    page = client.get(reverse("notices:inbox")).content.decode()
    assert notice.number in page
    assert "未读" in page
    opened(client, world.clerk, "detail", notice)
    page = client.get(reverse("notices:inbox")).content.decode()
    assert "未读" not in page
    assert "已打开" in page


def test_the_page_says_what_the_notice_says(world, notice, client):
    page = opened(client, world.clerk, "detail", notice).content.decode()
    assert "这次没有准予修复" in page
    assert "请提交载明决定文书号的缴款凭证" in page
    assert reverse("notices:pdf", args=[notice.number]) in page


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_every_kind_has_a_page_and_a_line_in_the_inbox(world, client, kind):
    for facts in ({}, None):
        notice = issue(world, kind, **({} if facts is None else {"facts": facts}))
        assert opened(client, world.clerk, "detail", notice).status_code == 200
    assert client.get(reverse("notices:inbox")).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_who_may_revoke(world, notice, client, role):
    client.force_login(getattr(world, role))
    may = role in ("approver", "administrator")
    response = client.post(reverse("notices:revoke", args=[notice.number]), {"reason": "决定已被撤销"})
    notice.refresh_from_db()
    assert response.status_code == (302 if may else 403)
    assert notice.is_revoked == may
    assert notice.revocation_reason == ("决定已被撤销" if may else "")


def test_revoking_needs_a_reason_and_happens_once(world, notice, client):
    client.force_login(world.approver)
    address = reverse("notices:revoke", args=[notice.number])
    assert "请填写撤销理由" in client.post(address, {"reason": " "}).content.decode()
    with pytest.raises(Refused):
        actions.revoke(world.approver, notice, "  ")
    actions.revoke(world.approver, notice, "决定已被撤销")
    assert client.post(address, {"reason": "再来一次"}).status_code == 403
    assert "不再有效" in opened(client, world.clerk, "detail", notice).content.decode()
    assert not ProofOfService.objects.exists()  # a withdrawn notice is not served any more


@pytest.mark.parametrize("role", ROLES)
def test_who_may_retry(world, client, role):
    notice = issue(world)
    Notice.objects.filter(pk=notice.pk).update(rendering="failed", last_error="没有字体")
    client.force_login(getattr(world, role))
    may = role in ("officer", "approver", "administrator")
    response = client.post(reverse("notices:retry", args=[notice.number]))
    notice.refresh_from_db()
    assert response.status_code == (302 if may else 403)
    assert notice.rendering == ("pending" if may else "failed")


def test_retry_never_leads_away_from_here(world, client):
    notice = issue(world)
    Notice.objects.filter(pk=notice.pk).update(rendering="failed", last_error="没有字体")
    client.force_login(world.administrator)
    response = client.post(reverse("notices:retry", args=[notice.number]), {"next": "https://elsewhere.example/"})
    assert response["Location"] == reverse("notices:detail", args=[notice.number])


@pytest.mark.parametrize("state", ["pending", "rendered"])
def test_nothing_to_retry(world, notice, state):
    if state == "pending":
        notice = issue(world)
    assert guards.can_retry(world.administrator, notice).code == "not_failed"


# --- Verification ----------------------------------------------------------------------------------------


def verified(client, number, code):
    return client.post(reverse("notices:verify"), {"number": number, "check_code": code}).content.decode()


def test_verify_valid(world, notice, client):
    page = verified(client, notice.number.replace("〔", "(").replace("〕", ")"), notice.check_code.lower())
    assert "文书有效" in page
    for text in (notice.number, "不予信用修复决定书", world.market.name, world.company.name):
        assert text in page
    assert "缴款凭证" not in page  # nothing of what it says


def test_verify_by_the_qr_codes_address(world, notice, client):
    address = reverse("notices:verify_code", args=[notice.check_code])
    assert "文书有效" in client.get(address, {"number": notice.number}).content.decode()
    assert notice.check_code in client.get(address).content.decode()  # without a number: the form, filled in


def test_verify_revoked(world, notice, client):
    actions.revoke(world.approver, notice, "决定已被撤销")
    page = verified(client, notice.number, notice.check_code)
    assert "文书已撤销" in page
    assert "决定已被撤销" not in page


def test_verify_masks_a_person(world, client):
    notice = issue(world, addressee=world.person)
    page = verified(client, notice.number, notice.check_code)
    assert "张**" in page
    assert "张小明" not in page
    assert "3702" not in page


def test_a_wrong_code_and_an_unknown_number_look_the_same(world, notice, client):
    wrong = verification.verify(notice.number, "WRONGWRONG")
    assert wrong == verification.verify("青信修准〔2026〕999号", notice.check_code) == verification.Answer("unknown")
    page = verified(client, notice.number, "WRONGWRONG")
    assert "查不到这份文书" in page
    assert world.company.name not in page


@pytest.mark.parametrize(
    ("number", "code"), [("", ""), ("青" * 500, "X" * 500), ("\x00", "\x00"), ("〔〕", "----------")]
)
def test_verify_takes_any_text(world, notice, number, code):
    assert verification.verify(number, code).state == "unknown"


def test_verify_is_limited_by_address(world, notice, client):
    for _ in range(verification.LIMIT.tries):
        assert client.post(reverse("notices:verify"), {"number": "甲", "check_code": "X"}).status_code == 200
    response = client.post(reverse("notices:verify"), {"number": notice.number, "check_code": notice.check_code})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 61
    by_code = client.get(reverse("notices:verify_code", args=[notice.check_code]), {"number": notice.number})
    assert by_code.status_code == 429
    elsewhere = client.post(reverse("notices:verify"), {"number": "甲", "check_code": "X"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


# --- Export ----------------------------------------------------------------------------------------------


def test_export_writes_the_issued_file(notice, tmp_path):
    target, out = tmp_path / "out.pdf", StringIO()
    call_command("export_notice", notice.number, str(target), "--json", stdout=out)
    result = json.loads(out.getvalue())
    assert (result["ok"], result["sha256"]) == (True, notice.sha256)
    assert target.read_bytes() == b"%PDF-1.7 " + notice.number.encode()


@pytest.mark.parametrize("trouble", ["unknown", "not_rendered", "changed", "missing", "unwritable"])
def test_export_refuses_with_a_sentence(world, notice, tmp_path, media_root, trouble):
    number, target = notice.number, tmp_path / "out.pdf"
    if trouble == "unknown":
        number = "青信修准〔1999〕1号"
    elif trouble == "not_rendered":
        number = issue(world).number
    elif trouble == "changed":
        (media_root / notice.pdf.name).write_bytes(b"changed")
    elif trouble == "missing":
        (media_root / notice.pdf.name).unlink()
    else:
        target = tmp_path / "no such folder" / "out.pdf"
    with pytest.raises(CommandError):
        call_command("export_notice", number, str(target), stdout=StringIO())
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("export_notice", number, str(target), "--json", stdout=out)
    assert left.value.code == 1
    assert json.loads(out.getvalue())["error"]
    assert not target.exists()


def test_a_letter_leads_on_to_what_it_is_about(world, notice, client):
    # About a case: to the case; a request to supplement, opened by the applicant: to exactly what is missing.
    case = {"thing_type": "casework.case", "thing_id": "7", "facts": {}}
    for changes, user, address in (
        (case, world.clerk, reverse("casework:case", args=[7])),
        (case | {"kind": Notice.Kind.SUPPLEMENT}, world.clerk, reverse("casework:supplement", args=[7])),
        (
            {"thing_type": "records.adverserecord", "facts": {"record": {"public_id": "R7"}}},
            world.clerk,
            "/my/records/R7/",
        ),
        ({"facts": {}}, world.clerk, ""),
    ):
        changed = Notice.objects.get(pk=notice.pk)
        for name, value in changes.items():
            setattr(changed, name, value)
        assert _where_next(changed, user.works_here) == address
    assert opened(client, world.clerk, "detail", notice).status_code == 200
