"""Cases over the API: the same guard, the same refusal as on the page."""

import json

import pytest
from django.urls import reverse

from casework.models import Case
from config import journey
from parties.models import User
from parties.tokens import create_token
from tests.integration.test_casework_cells import bring_to

pytestmark = pytest.mark.django_db
S = Case.Status


@pytest.fixture
def players():
    return journey.cast()


@pytest.fixture
def call(client):
    """Call the API as somebody, by token: ``call("officer", "post", "/cases/…/accept", {...})``."""
    keys = {}

    def do(username, method, address, body=None):
        if username not in keys:
            keys[username] = create_token(User.objects.get(username=username), "test")
        return getattr(client, method)(
            f"/api/v1{address}",
            data=json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers={"Authorization": f"Bearer {keys[username]}"},
        )

    return do


def test_a_case_is_decided_over_the_api(players, call):
    case = bring_to(players, "repair", S.SUBMITTED, 8500)
    base = f"/cases/{case.number}"
    read = call("officer", "get", base).json()
    assert read["may"] == ["accept", "decline", "request_supplement"]
    assert read["clock"]["working_days_left"] >= 0
    assert call("officer", "post", f"{base}/accept", {"version": read["version"]}).json()["status"] == "accepted"
    done = call("officer", "post", f"{base}/recommend", {"outcome": "approved", "opinion": "已核对"})
    assert done.json()["status"] == "recommended"
    assert call("approver", "post", f"{base}/decide", {"outcome": "approved"}).json()["status"] == "approved"


REFUSALS = [
    ("safety", "accept", {}, 403, "not_yours"),
    ("approver", "accept", {}, 403, "not_your_office"),
    ("officer", "decide", {"outcome": "approved"}, 403, "not_an_approver"),
    ("officer", "accept", {"version": 999}, 409, "stale"),
    ("officer", "decline", {}, 422, "codes"),
    ("officer", "decline", {"codes": ["NO-SUCH"]}, 422, "codes"),
    ("officer", "recommend", {"outcome": "upheld"}, 422, "outcome"),
    ("officer", "explode", {}, 422, "invalid"),
    ("officer", "decline", {"codes": "R-D01"}, 422, "invalid"),
    ("officer", "accept", {"opinion": "a\u0000b"}, 422, "invalid"),
]


@pytest.mark.parametrize(("username", "verb", "body", "status", "code"), REFUSALS)
def test_refusals_are_problems_and_change_nothing(players, call, username, verb, body, status, code):
    case = bring_to(players, "repair", S.SUBMITTED, 8510)
    answer = call(username, "post", f"/cases/{case.number}/{verb}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert Case.objects.get(pk=case.pk).status == S.SUBMITTED


def test_lists_show_what_one_may_read_and_nothing_else(players, call, client):
    case = bring_to(players, "repair", S.SUBMITTED, 8520)
    sees = {"officer": 1, "lead": 1, "approver": 1, "auditor": 1, "enterprise": 1, "safety": 0, "enterprise2": 0}
    for username, count in sees.items():
        assert call(username, "get", "/cases").json()["count"] == count, username
        assert call(username, "get", f"/cases/{case.number}").status_code == (200 if count else 403), username
    assert client.get("/api/v1/cases").status_code == 401


def test_the_page_of_all_cases_shows_the_same(players, client):
    case = bring_to(players, "repair", S.APPROVED, 8530)
    sees = {"officer": 200, "auditor": 200, "approver": 200, "safety": 200, "enterprise": 403, "administrator": 403}
    for username, status in sees.items():
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(reverse("casework:cases"), {"status": "approved"})
        assert answer.status_code == status
        shown = case.number in answer.content.decode()
        assert shown == (username in ("officer", "auditor", "approver")), username
