"""A case from its draft to its decision over the API alone, and what a draft lacks in the words of the page."""

import pytest

from casework.models import Case, Evidence
from config import journey
from config.journey import receipt_picture
from parties.models import User
from records.models import AdverseRecord
from tests.api_tools import Caller
from tests.integration.test_api_problems import check_problem
from tests.integration.test_casework_cells import bring_to
from tests.records_world import days_ago

pytestmark = pytest.mark.django_db
S = Case.Status


@pytest.fixture
def players():
    return journey.cast()


@pytest.fixture
def call():
    return Caller()


def pointers(answer) -> set[str]:
    return {error["pointer"] for error in check_problem(answer, 422, "invalid")["errors"]}


def test_a_repair_from_draft_to_decision(players, call):
    record = journey.take_in(players, 8800)
    clerk, officer = players.clerk, players.officer
    path = f"/records/{record.public_id}/repair"
    check_problem(call(officer, "post", path), 403, "not_yours")
    started = call(clerk, "post", path)
    draft = started.json()
    assert (started.status_code, draft["number"], draft["status"]) == (201, None, "draft")
    assert call(clerk, "post", path).json()["id"] == draft["id"], "a second call makes no second draft"
    case = f"/cases/{draft['id']}"
    assert [step["done"] for step in draft["steps"]] == [False] * 3 and draft["why_not_submit"]
    check_problem(call(officer, "get", case), 403, "not_yours")

    describe = f"/repairs/{draft['id']}/describe"
    assert pointers(call(clerk, "post", describe, {})) == {"#/performed_on", "#/statement", "#/contact_phone"}
    late = {"performed_on": days_ago(-1).isoformat(), "statement": "已缴清", "contact_phone": "1"}
    assert pointers(call(clerk, "post", describe, late)) == {"#/performed_on"}
    good = {**late, "performed_on": days_ago(1).isoformat()}
    described = call(clerk, "post", describe, {**good, "version": draft["version"]}).json()
    check_problem(call(clerk, "post", describe, {**good, "version": draft["version"]}), 409, "stale")
    assert described["steps"][0]["done"] and described["answers"]
    assert call(clerk, "post", f"/objections/{draft['id']}/describe", {}).status_code == 404, "another kind"

    check_problem(call(clerk, "post", f"{case}/submit"), 403, "incomplete")
    assert call(clerk, "post", f"{case}/evidence", {}, files={"file": receipt_picture(1)}).status_code == 201
    letter = call(clerk, "get", f"{case}/commitment").json()
    assert letter["text"] and letter["signed_name"] == ""
    assert pointers(call(clerk, "post", f"{case}/commitment", {})) == {"#/signed_name", "#/agreed"}
    ready = call(clerk, "post", f"{case}/commitment", {"signed_name": "张三", "agreed": True}).json()
    assert (ready["commitment_signed"], ready["why_not_submit"], ready["may"]) == (True, "", ["submit", "withdraw"])
    submitted = call(clerk, "post", f"{case}/submit", {"version": ready["version"]}).json()
    assert submitted["number"] and submitted["status"] == "submitted"

    case = f"/cases/{submitted['number']}"
    mine, theirs = call(clerk, "get", case).json(), call(officer, "get", case).json()
    assert (mine["check_code"] != "", theirs["check_code"]) == (True, "")
    assert (mine["checklist"], mine["flags"], mine["owner"]) == ([], [], "")
    assert [one["met"] for one in theirs["checklist"]] and theirs["timeline"][-1]["who"]
    assert not any(step["who"] for step in mine["timeline"])
    [task] = call(officer, "get", "/desk").json()["items"]
    assert (task["case"]["number"], task["mine"], task["owner"]) == (submitted["number"], False, "")
    assert call(officer, "post", f"{case}/claim").status_code == 200
    assert call(officer, "get", "/desk", whose="mine").json()["items"][0]["mine"]
    assert call(officer, "get", "/desk", whose="free").json()["items"] == []
    call(officer, "post", f"{case}/accept")
    call(officer, "post", f"{case}/recommend", {"outcome": "approved", "opinion": "一致"})
    assert call(players.approver, "post", f"{case}/decide", {"outcome": "approved"}).json()["status"] == "approved"
    assert AdverseRecord.objects.get(pk=record.pk).status == "repaired"
    told = call(clerk, "get", case).json()
    assert len(told["notices"]) == 2 and told["closed_at"]


@pytest.mark.parametrize(
    ("kind", "room", "wrong", "fields", "good"),
    [
        (
            "objection",
            "objections",
            {"ground": "wrong", "field": "fine_amount", "statement": "写错了", "contact_phone": "1"},
            {"#/claimed_value"},
            {"claimed_value": "500.00"},
        ),
        (
            "deferral",
            "deferrals",
            {
                "ground": "x",
                "requested_until": days_ago(1).isoformat(),
                "statement": "周转困难",
                "contact_phone": "1",
            },
            {"#/ground", "#/requested_until"},
            {"ground": "hardship", "requested_until": days_ago(-60).isoformat()},
        ),
    ],
)
def test_objections_and_deferrals_are_begun_and_described(players, call, kind, room, wrong, fields, good):
    record = journey.take_in(players, 8801)
    draft = call(players.clerk, "post", f"/records/{record.public_id}/{kind}").json()
    path = f"/{room}/{draft['id']}/describe"
    assert pointers(call(players.clerk, "post", path, wrong)) == fields
    described = call(players.clerk, "post", path, {**wrong, **good}).json()
    assert described["kind"] == kind and described["steps"][0]["done"]
    with_file = call(players.clerk, "post", f"/cases/{draft['id']}/evidence", {}, files={"file": receipt_picture(2)})
    assert with_file.status_code == 201
    if kind == "objection":
        call(players.clerk, "post", f"/cases/{draft['id']}/commitment", {"signed_name": "张三", "agreed": True})
    assert call(players.clerk, "post", f"/cases/{draft['id']}/submit").json()["status"] == "submitted"
    check_problem(call(players.clerk, "post", f"/records/{record.public_id}/{kind}"), 403, "open_case")


def test_files_are_read_and_taken_back(players, call):
    case = bring_to(players, "repair", S.DRAFT, 8802)
    proof = Evidence.objects.get(case=case.pk)
    answer = call(players.clerk, "get", f"/evidence/{proof.pk}")
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert call(players.clerk, "get", f"/evidence/{proof.pk}/pages/1")["Content-Type"] == "image/png"
    check_problem(call(players.clerk, "get", f"/evidence/{proof.pk}/pages/7"), 404, "not_found")
    check_problem(call(players.officer, "get", f"/evidence/{proof.pk}"), 403, "not_yours")
    check_problem(call(players.officer, "post", f"/evidence/{proof.pk}/withdraw"), 403, "not_yours")
    assert call(players.clerk, "post", f"/evidence/{proof.pk}/withdraw").json()["evidence"] == []
    broken = check_problem(
        call(players.clerk, "post", f"/cases/{case.pk}/evidence", {}, files={"file": broken_picture()}),
        422,
        "unusable_file",
    )
    assert broken["detail"]


def broken_picture():
    picture = receipt_picture(3)
    picture.file.truncate(200)
    picture.size = 200
    return picture


def test_a_supplement_is_answered(players, call):
    case = bring_to(players, "repair", S.SUPPLEMENT_REQUESTED, 8803)
    asked = call(players.clerk, "get", f"/cases/{case.number}").json()
    assert asked["supplements"][0]["items"] and "answer_supplement" in asked["may"]
    check_problem(call(players.clerk, "post", f"/cases/{case.number}/answer_supplement"), 422, "opinion")
    done = call(players.clerk, "post", f"/cases/{case.number}/answer_supplement", {"opinion": "已补"}).json()
    assert done["status"] == "submitted"


def test_the_desk_is_for_who_handles_cases(players, call):
    bring_to(players, "repair", S.SUBMITTED, 8804)
    auditor = User.objects.get(username="auditor")
    assert len(call(auditor, "get", "/desk").json()["items"]) == 1
    assert call(players.approver, "get", "/desk").json()["items"] == []
    for other in (players.clerk, User.objects.get(username="administrator")):
        check_problem(call(other, "get", "/desk"), 403, "not_an_officer")
    assert call(auditor, "get", "/desk", q="没有这样的").json()["items"] == []
    last = call(auditor, "get", "/desk").json()["items"][-1]["id"]
    assert call(auditor, "get", "/desk", after=last).json() == {"items": [], "more": False}


def test_a_notice_is_previewed_by_who_may_handle_the_case(players, call, monkeypatch):
    monkeypatch.setattr("casework.views.files.rendering.preview", lambda *given: b"%PDF-1.7")
    case = bring_to(players, "repair", S.SUBMITTED, 8805)
    path = f"/cases/{case.number}/preview"
    answer = call(players.officer, "get", f"{path}/decline", codes="R-D01", opinion="缺材料")
    assert (answer["Content-Type"], answer.content) == ("application/pdf", b"%PDF-1.7")
    check_problem(call(players.approver, "get", f"{path}/decline"), 403, "not_your_office")
    check_problem(call(players.officer, "get", f"{path}/no_such_kind"), 404, "not_found")
