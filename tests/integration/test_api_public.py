"""What everybody may ask over the API: the register, progress, verification; with the limits of the pages."""

import json

import pytest
from django.test import Client

from notices import actions as notices
from notices.models import Notice
from parties.limits import Limit
from portal.api import public
from tests.api_tools import BASE, Caller
from tests.integration.test_api_problems import check_problem
from tests.integration.test_api_reading import several
from tests.integration.test_portal_register import end
from tests.integration.test_records_register import identity_number, take
from tests.records_world import draft, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return office()


@pytest.fixture
def call():
    return Caller()


def test_verifying_needs_no_token_and_has_the_page_s_limit(world, call, monkeypatch):
    several(world, 1)
    letter = Notice.objects.get(kind="adverse_record")
    client = Client()

    def verify(number, check_code):
        body = json.dumps({"number": number, "check_code": check_code})
        return client.post(f"{BASE}/verify", body, content_type="application/json")

    assert verify(letter.number, letter.check_code.lower()).json()["state"] == "valid"
    assert verify(letter.number, "0000000000").json() == verify("青信修〔2026〕999号", "0000000000").json()
    errors = check_problem(verify("", ""), 422, "invalid")["errors"]
    assert {error["pointer"] for error in errors} == {"#/number", "#/check_code"}
    notices.revoke(world.approver, letter, "错号")
    assert verify(letter.number, letter.check_code).json()["state"] == "revoked"
    monkeypatch.setattr("notices.verification.LIMIT", Limit("verify-test", tries=1, seconds=60))
    assert verify(letter.number, "x").status_code == 200
    refused = verify(letter.number, "x")
    assert check_problem(refused, 429, "too_many")["cure"]
    assert int(refused["Retry-After"]) > 0


def register(path="", **query):
    return Client().get(f"{BASE}/register{path}", query)


def test_the_register_is_searched_and_read_by_everybody(world):
    made = [record.public_id for record in several(world, 3)]
    first = register(q="澄江", limit=2).json()
    rest = register(q="澄江", limit=2, after=first["items"][-1]["id"]).json()
    found = [item["id"] for item in first["items"] + rest["items"]]
    assert sorted(found) == sorted(made) and (first["more"], rest["more"]) == (True, False)
    answer = register(f"/{made[0]}")
    assert answer.json()["content"] == "罚款人民币贰万元。"
    assert answer["Cache-Control"] == "private, no-store" and "noindex" in answer["X-Robots-Tag"]
    assert register(q="青").json()["empty_because"] == "short"
    [error] = check_problem(register(q=" "), 422, "invalid")["errors"]
    assert error["parameter"] == "q"
    [error] = check_problem(register(), 422, "invalid")["errors"]
    assert error["parameter"] == "q"
    check_problem(register(q="澄江", after="R234567890123"), 422, "unknown_after")


@pytest.mark.parametrize("how", ["repaired", "revoked", "corrected", "expired", "over, sweep not yet run"])
def test_what_left_publicity_is_gone_at_once(world, how):
    record = several(world, 1)[0]
    assert register(f"/{record.public_id}").status_code == 200
    end(record, how, world)
    answer = register(f"/{record.public_id}")
    problem = check_problem(answer, 410, "gone")
    assert answer["Cache-Control"] == "private, no-store"
    assert record.subject_name not in json.dumps(problem, ensure_ascii=False)
    assert register(q="澄江").json()["items"] == []


def test_a_natural_person_is_nowhere(world):
    number = identity_number()
    row = draft(subject_kind="person", subject_code="", subject_name="田小禾甲", identity_number=number)
    record = take(row)[1]
    for text in ("田小禾甲", number):
        assert register(q=text).json()["items"] == []
    check_problem(register(f"/{record.public_id}"), 404, "not_found")
    check_problem(register("/R234567890123"), 404, "not_found")


def test_harvesting_is_limited_and_the_office_is_known_by_its_token(world, call, monkeypatch):
    record = several(world, 1)[0]
    monkeypatch.setattr(public, "READING", (Limit("register-test", tries=2, seconds=60, everywhere=False),))
    assert register(q="澄江").status_code == register(f"/{record.public_id}").status_code == 200
    assert int(register(q="澄江")["Retry-After"]) > 0
    check_problem(register(f"/{record.public_id}"), 429, "too_many")
    check_problem(call(world.enterprise, "get", "/register", q="澄江"), 429, "too_many")
    assert call(world.officer, "get", "/register", q="澄江").status_code == 200


def test_progress_needs_both_halves_and_guessing_is_limited(world, monkeypatch):
    client = Client()

    def ask(**body):
        return client.post(f"{BASE}/progress", json.dumps(body), content_type="application/json")

    unknown = check_problem(ask(number="XF20261123-0001", check_code="7KQ2M9RT4X"), 422, "invalid")
    assert unknown["errors"][0]["pointer"] == "#"
    errors = check_problem(ask(), 422, "invalid")["errors"]
    assert {error["pointer"] for error in errors} == {"#/number", "#/check_code"}
    monkeypatch.setattr(public, "GUESSING", Limit("progress-test", tries=1, seconds=60))
    ask(number="XF20261123-0001", check_code="7KQ2M9RT4X")
    check_problem(ask(number="XF20261123-0001", check_code="7KQ2M9RT4X"), 429, "too_many")
