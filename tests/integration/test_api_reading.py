"""Records, letters, the register and the rules over the API: what is told, to whom, and what never is."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from notices import tasks
from notices.models import Notice, ProofOfService
from notices.storage import read
from records import actions
from tests.api_tools import BASE, Caller
from tests.integration.test_api_problems import check_problem
from tests.integration.test_portal_register import end
from tests.integration.test_records_register import identity_number, take
from tests.records_world import code, days_ago, draft, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7 " + notice.number.encode())
    return office()


@pytest.fixture
def call():
    return Caller()


def several(world, count=3):
    return [take(draft(document_number=f"青市监处罚〔2026〕{n}号"))[1] for n in range(1, count + 1)]


# --- Records ------------------------------------------------------------------------------------------------


def test_everybody_lists_what_is_theirs(world, call):
    several(world, 2)
    take(draft(document_number="青应急罚〔2026〕1号", authority_name=world.other.name, subject_code=code(12)))
    sees = {"enterprise": 2, "officer": 2, "colleague": 1, "lead_officer": 3, "approver": 3, "auditor": 3}
    sees |= {"administrator": 3, "stranger": 0, "platform": 0}
    for name, count in sees.items():
        assert len(call(getattr(world, name), "get", "/records").json()["items"]) == count, name
    assert Client().get(f"{BASE}/records").status_code == 401


def test_a_list_is_read_on_from_the_last_one(world, call):
    made = [record.public_id for record in several(world, 5)]
    seen, after = [], ""
    while True:
        page = call(world.officer, "get", "/records", after=after, limit=2).json()
        seen += [item["id"] for item in page["items"]]
        if not page["more"]:
            break
        after = seen[-1]
    assert seen == made[::-1]
    foreign = take(draft(authority_name=world.other.name, subject_code=code(12)))[1]
    check_problem(call(world.officer, "get", "/records", after=foreign.public_id), 422, "unknown_after")


def test_lists_are_narrowed(world, call):
    first, second = several(world, 2)
    found = call(world.officer, "get", "/records", document_number="青市监处罚(2026)第2 号").json()["items"]
    assert [item["id"] for item in found] == [second.public_id]
    end(first, "repaired", world)
    found = call(world.officer, "get", "/records", status="repaired").json()["items"]
    assert [item["id"] for item in found] == [first.public_id]


def test_one_record_with_everything_about_it(world, call):
    record = several(world, 1)[0]
    answer = call(world.enterprise, "get", f"/records/{record.public_id}").json()
    assert (answer["status"], answer["severity"], answer["fine_amount"]) == ("publicised", "general", "20000.00")
    assert (answer["publicity_from"], answer["publicity_until"]) == (
        record.publicity_from.isoformat(),
        record.publicity_until.isoformat(),
    )
    conditions = {one["code"]: one for one in answer["eligibility"]["conditions"]}
    waiting = conditions["minimum_period"]
    assert (waiting["met"], waiting["needs"], answer["eligibility"]["can_apply"]) == (False, "time", False)
    assert waiting["text"] and waiting["cure"] and waiting["title"] and waiting["article"]
    assert {notice["kind"] for notice in answer["notices"]} == {"adverse_record", "repair_guidance"}
    assert not any(notice["served"] for notice in answer["notices"])
    assert answer["because"] and all(line["text"] for line in answer["because"])
    assert (answer["cases"], answer["late_days"]) == ([], None)
    assert call(world.officer, "get", f"/records/{record.public_id}").json()["late_days"] == 0


def test_a_draft_counts_and_the_mark_shows(world, call):
    record = take(draft(decision_date=days_ago(300)))[1]
    assert call(world.enterprise, "post", f"/records/{record.public_id}/repair").status_code == 201
    actions.set_objection_mark(record, None, True, "YY1")
    answer = call(world.enterprise, "get", f"/records/{record.public_id}").json()
    assert [(case["kind"], case["status"], case["number"]) for case in answer["cases"]] == [("repair", "draft", None)]
    assert answer["objection_marked"]
    assert answer["eligibility"]["can_apply"], "a draft is no obstacle to itself"


def test_numbers_of_people_are_masked_for_everybody(world, call):
    number = identity_number()
    record = take(
        draft(
            subject_kind="person",
            subject_code="",
            subject_name="田小禾",
            identity_number=number,
            facts=f"田小禾（身份证号{number}，电话13812345678）逾期未还。",
        )
    )[1]
    for reader in (world.officer, world.auditor):
        text = call(reader, "get", f"/records/{record.public_id}").content.decode()
        assert number not in text and "13812345678" not in text and "138****5678" in text
        assert number not in call(reader, "get", "/records").content.decode()


def test_explain_is_what_the_command_prints(world, call):
    record = several(world, 1)[0]
    printed = StringIO()
    call_command("rules", "explain", record.public_id, "--json", stdout=printed)
    assert call(world.enterprise, "get", f"/records/{record.public_id}/explain").json() == json.loads(
        printed.getvalue()
    )
    later = (timezone.localdate() + dt.timedelta(days=200)).isoformat()
    assert call(world.officer, "get", f"/records/{record.public_id}/explain", on=later).json()["on"] == later
    check_problem(call(world.stranger, "get", f"/records/{record.public_id}/explain"), 403, "not_yours")
    wrong = call(world.officer, "get", f"/records/{record.public_id}/explain", on="1950-01-01")
    [error] = check_problem(wrong, 422, "invalid")["errors"]
    assert error["parameter"] == "on"


# --- Letters ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", "/pdf"])
def test_opening_a_letter_by_its_addressee_is_service_and_by_the_office_is_not(world, call, suffix):
    record = several(world, 1)[0]
    letter = Notice.objects.get(kind="adverse_record")
    path = f"/notices/{letter.number}{suffix}"
    for early in (world.enterprise, world.officer):
        assert call(early, "get", path).status_code == (409 if suffix else 200)
    assert not ProofOfService.objects.exists(), "what is not made yet is not served"
    tasks.render(letter.pk)
    assert call(world.enterprise, "get", "/notices").json()["unread"] == 2
    for reader in (world.officer, world.approver, world.auditor, world.administrator):
        assert call(reader, "get", path).status_code == 200
    check_problem(call(world.stranger, "get", path), 403, "not_yours")
    assert not ProofOfService.objects.exists()
    answer = call(world.enterprise, "get", path)
    proof = ProofOfService.objects.get()
    assert (proof.notice, proof.received_by, proof.method) == (letter, world.enterprise, "inbox")
    call(world.enterprise, "get", path)
    assert ProofOfService.objects.get() == proof, "the first opening counts"
    if suffix:
        letter.refresh_from_db()
        assert answer.getvalue() == read(letter)
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
    else:
        assert answer.json()["service"]["received_by"] == str(world.enterprise)
    assert call(world.enterprise, "get", "/notices", unread=True).json()["unread"] == 1
    assert record.public_id


def test_the_inbox_is_read_on_and_listing_serves_nothing(world, call):
    several(world, 2)
    first = call(world.enterprise, "get", "/notices", limit=3).json()
    rest = call(world.enterprise, "get", "/notices", limit=3, after=first["items"][-1]["number"]).json()
    assert (len(first["items"]), first["more"], len(rest["items"]), rest["more"]) == (3, True, 1, False)
    assert call(world.officer, "get", "/notices").json()["items"] == []
    assert not ProofOfService.objects.exists()
    check_problem(call(world.enterprise, "get", "/notices", after="青信修〔2026〕999号"), 422, "unknown_after")


def test_a_damaged_file_is_not_given_out(world, call, media_root):
    several(world, 1)
    letter = Notice.objects.get(kind="adverse_record")
    tasks.render(letter.pk)
    letter.refresh_from_db()
    (media_root / letter.pdf.name).write_bytes(b"%PDF another")
    problem = check_problem(call(world.enterprise, "get", f"/notices/{letter.number}/pdf"), 500, "damaged")
    assert problem["cure"]
    assert not ProofOfService.objects.exists()


def test_revoking_needs_a_reason_and_happens_once(world, call):
    several(world, 1)
    letter = Notice.objects.get(kind="adverse_record")
    path = f"/notices/{letter.number}/revoke"
    [error] = check_problem(call(world.approver, "post", path, {"reason": " "}), 422, "invalid")["errors"]
    assert error == {"detail": "请填写撤销理由。", "pointer": "#/reason"}
    assert "revoke" in call(world.approver, "get", f"/notices/{letter.number}").json()["may"]
    answer = call(world.approver, "post", path, {"reason": "文号引用错误"}).json()
    assert (answer["status"], answer["revocation_reason"], answer["may"]) == ("revoked", "文号引用错误", [])
    check_problem(call(world.approver, "post", path, {"reason": "再来"}), 403, "already_revoked")


# --- Rules --------------------------------------------------------------------------------------------------


def test_rules_are_found_read_and_verified(world, call):
    unverified = call(world.officer, "get", "/rules", unverified=True).json()["items"]
    assert unverified and not any(rule["verified"] for rule in unverified)
    first = unverified[0]
    assert first["key"] and first["name"] and first["title"] and first["value_in_words"]
    detail = call(world.administrator, "get", f"/rules/{first['id']}").json()
    assert detail["governs"] and detail["history"]
    path = f"/rules/{first['id']}/verify"
    check_problem(call(world.administrator, "post", path, {"seen": "x"}), 409, "stale")
    assert call(world.administrator, "post", path, {"seen": detail["digest"]}).json()["verified"]
    check_problem(call(world.administrator, "post", path, {"seen": detail["digest"]}), 403, "verified_already")
    [error] = check_problem(call(world.officer, "get", "/rules", sector="x"), 422, "invalid")["errors"]
    assert error["parameter"] == "sector"


def test_the_calendar_names_its_source(world, call):
    years = call(world.officer, "get", "/calendar").json()["items"]
    assert {year["year"] for year in years} >= {2024, 2025, 2026}
    assert all(year["source"] and year["free"] for year in years)


def test_the_journal_is_read_on_and_checked(world, call):
    several(world, 2)
    first = call(world.auditor, "get", "/journal", limit=2).json()
    rest = call(world.auditor, "get", "/journal", limit=2, after=first["items"][-1]["sequence"]).json()
    sequences = [line["sequence"] for line in first["items"] + rest["items"]]
    assert sequences == sorted(sequences, reverse=True) and len(set(sequences)) == 4
    assert first["chain"]["intact"] and all(line["intact"] for line in first["items"])
    [error] = check_problem(call(world.auditor, "get", "/journal", since="gestern"), 422, "invalid")["errors"]
    assert error["parameter"] == "since"
