"""Explanations, upstream changes and deferrals over the API: the same guards, the same refusals as on the pages."""

import pytest

from casework.models import Case
from config import journey
from config.journey import receipt_picture
from parties.tokens import create_token
from policy.verdict import Refused
from records import actions
from records.models import AdverseRecord
from tests.integration.test_casework_cells import bring_to
from tests.integration.test_records_sweep import fresh, take
from tests.records_world import days_ago, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return office()


def send(client, actor, path, body=None, files=None):
    headers = {"Authorization": f"Bearer {create_token(actor, 'x')}"}
    if files is not None:
        return client.post(f"/api/v1/{path}", {**body, **files}, headers=headers)
    return client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def test_an_explanation(world, client):
    record = take()
    path = f"records/{record.public_id}/explanation"
    answer = send(client, world.enterprise, path, {"text": "已全部召回。"})
    assert (answer.status_code, answer.json()["status"], answer.json()["number"]) == (201, "pending", 1)
    assert send(client, world.enterprise, path, {"text": "请打13812345678"}).json()["code"] == "private"
    assert send(client, world.stranger, path, {"text": "x"}).status_code == 403
    assert send(client, world.officer, f"{path}/show").status_code == 403
    assert send(client, world.approver, f"{path}/decline", {"codes": ["R-F01"]}).json()["code"] == "codes"
    assert send(client, world.approver, f"{path}/decline").json()["code"] == "no_reason"
    assert send(client, world.approver, f"{path}/show").json()["status"] == "live"
    assert send(client, world.approver, f"{path}/show").status_code == 404
    assert send(client, world.enterprise, f"{path}/withdraw").json()["status"] == "withdrawn"


def test_an_upstream_change(world, client):
    record = take()
    path = f"records/{record.public_id}/upstream"
    body = {
        "kind": "change",
        "document_number": "青政复决〔2026〕9号",
        "effective_on": days_ago(1).isoformat(),
        "decided_by": "青禾区人民政府",
        "reason": "计算错误。",
        "fine_amount": "2000",
    }
    refused = send(client, world.officer, path, {**body, "fine_amount": "x"}, {"file": receipt_picture(1)})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_value")
    answer = send(client, world.officer, path, body, {"file": receipt_picture(1)})
    assert answer.status_code == 201
    assert answer.json()["changes"] == [{"field": "fine_amount", "old": "20000.00", "new": "2000.00"}]
    again = send(client, world.officer, path, body, {"file": receipt_picture(1)})
    assert (again.status_code, again.json()["code"]) == (409, "reported")
    assert send(client, world.officer, f"{path}/confirm").json()["code"] == "same_person"
    assert send(client, world.lead_officer, f"{path}/dismiss").json()["code"] == "no_reason"
    assert send(client, world.lead_officer, f"{path}/confirm").json()["status"] == "confirmed"
    assert fresh(record).fine_amount == 2000
    assert send(client, world.lead_officer, f"{path}/confirm").status_code == 404


def test_a_deferral_with_another_day_than_asked_for(client):
    players = journey.cast()
    case = bring_to(players, "deferral", Case.Status.ACCEPTED, 8500)
    day = case.requested_until - journey.timedelta(days=20)
    body = {"outcome": "granted", "opinion": "属实", "granted_until": day.isoformat()}
    assert send(client, players.officer, f"cases/{case.number}/recommend", body).status_code == 200
    answer = send(client, players.colleague, f"cases/{case.number}/decide", {"outcome": "granted"})
    assert answer.json()["status"] == "granted"
    assert AdverseRecord.objects.get(pk=case.record_id).deferred_until == day


def test_an_objection_whose_record_is_revoked_upstream_ends_by_itself(client):
    """The applicant was right: two ways to the same end must not leave a case that nobody can close."""
    players = journey.cast()
    case = bring_to(players, "objection", Case.Status.RECOMMENDED, 8510)
    with journey.journal.journalled():
        actions.revoke(case.record, None, "青政复决〔2026〕9号", "撤销")
    assert Case.objects.get(pk=case.pk).status == Case.Status.ENDED
    with pytest.raises(Refused):
        journey.cases.decide(players.approver, case, Case.Status.UPHELD)
    with pytest.raises(Refused):
        actions.defer(case.record, None, days_ago(-3), "测试")


def test_a_finding(world, client):
    record = take(decision_date=days_ago(100))
    path = f"records/{record.public_id}/findings"
    body = {"kind": "false_materials", "found_on": days_ago(1).isoformat(), "reason": "缴款凭证系伪造。"}
    wrong = send(client, world.officer, path, {**body, "kind": "x"}, {"file": receipt_picture(1)})
    assert wrong.status_code == 422
    assert send(client, world.stranger, path, body, {"file": receipt_picture(1)}).status_code == 403
    early = {**body, "found_on": days_ago(200).isoformat()}
    assert send(client, world.officer, path, early, {"file": receipt_picture(1)}).json()["code"] == "found_on"
    answer = send(client, world.officer, path, body, {"file": receipt_picture(1)})
    assert (answer.status_code, answer.json()["status"], answer.json()["bars"]) == (201, "proposed", False)
    one = f"{path}/{answer.json()['id']}"
    key = {"Authorization": f"Bearer {create_token(world.enterprise, 'x')}"}
    assert client.get(f"/api/v1/{path}", headers=key).json() == []
    assert send(client, world.officer, f"{one}/confirm").status_code == 403
    assert send(client, world.approver, f"{one}/confirm").json()["bars"] is True
    assert [finding["kind"] for finding in client.get(f"/api/v1/{path}", headers=key).json()] == ["false_materials"]
    assert send(client, world.officer, f"{one}/propose_lift").json()["code"] == "no_reason"
    assert send(client, world.officer, f"{one}/propose_lift", {"note": "复核属实。"}).json()["status"] == "lifting"
    assert send(client, world.lead_officer, f"{one}/lift").json()["status"] == "lifted"
    assert send(client, world.lead_officer, f"{one}/lift").status_code == 409
    assert send(client, world.lead_officer, f"{path}/999999/lift").status_code == 404
