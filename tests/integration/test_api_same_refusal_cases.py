"""Every step on a case asked of its page and of the API by a person of every role: both do it, or refuse alike."""

import pytest

from casework import actions as cases
from casework.models import Case
from config import journey
from tests.api_tools import Caller, Pages, ask_both
from tests.integration.test_casework_cells import bring_to, people
from tests.records_world import days_ago

pytestmark = pytest.mark.django_db


def picture():
    return journey.receipt_picture(77)


S = Case.Status
REPAIR = {"performed_on": days_ago(1).isoformat(), "statement": "已缴清", "contact_phone": "1"}
OBJECTION = {"ground": "wrong", "field": "", "claimed_value": "", "statement": "写错了", "contact_phone": "1"}
DEFERRAL = {
    "ground": "hardship",
    "requested_until": days_ago(-60).isoformat(),
    "statement": "周转困难",
    "contact_phone": "1",
}

#: name -> case -> (page, API call).
STEPS = {
    "read": lambda c: (("get", "casework:case", [c.pk]), ("get", f"/cases/{c.pk}")),
    "describe": lambda c: (
        ("post", f"{ROOM[c.kind]}:describe", [c.pk], {**DESCRIBED[c.kind], "version": c.version}),
        ("post", f"/{PATH[c.kind]}/{c.pk}/describe", {**DESCRIBED[c.kind], "version": c.version}),
    ),
    "attach": lambda c: (
        ("post", "casework:evidence", [c.pk], {"file": picture()}),
        ("post", f"/cases/{c.pk}/evidence", {}, {"file": picture()}),
    ),
    "take a proof back": lambda c: (
        ("post", "casework:withdraw_evidence", [c.evidence.first().pk]),
        ("post", f"/evidence/{c.evidence.first().pk}/withdraw"),
    ),
    "a proof": lambda c: (
        ("get", "casework:evidence_file", [c.evidence.first().pk]),
        ("get", f"/evidence/{c.evidence.first().pk}"),
    ),
    "a proof's page": lambda c: (
        ("get", "casework:evidence_page", [c.evidence.first().pk, 1]),
        ("get", f"/evidence/{c.evidence.first().pk}/pages/1"),
    ),
    "sign": lambda c: (
        ("post", "casework:commitment", [c.pk], {"signed_name": "张三", "agreed": "on"}),
        ("post", f"/cases/{c.pk}/commitment", {"signed_name": "张三", "agreed": True}),
    ),
    "submit": lambda c: (
        ("post", "casework:check", [c.pk], {"version": c.version}),
        ("post", f"/cases/{c.pk}/submit", {"version": c.version}),
    ),
    "answer": lambda c: (
        ("post", "casework:supplement", [c.pk], {"version": c.version, "answer": "已补"}),
        ("post", f"/cases/{c.pk}/answer_supplement", {"version": c.version, "opinion": "已补"}),
    ),
    "withdraw": lambda c: (
        ("post", "casework:withdraw", [c.pk], {"version": c.version}),
        ("post", f"/cases/{c.pk}/withdraw", {"version": c.version}),
    ),
    "accept": lambda c: (
        ("post", "casework:verb", [c.pk, "accept"], {"version": c.version}),
        ("post", f"/cases/{c.pk}/accept", {"version": c.version}),
    ),
    "accept an older version": lambda c: (
        ("post", "casework:verb", [c.pk, "accept"], {"version": c.version + 1}),
        ("post", f"/cases/{c.pk}/accept", {"version": c.version + 1}),
    ),
    "claim": lambda c: (("post", "casework:verb", [c.pk, "claim"]), ("post", f"/cases/{c.pk}/claim")),
}
ROOM = {"repair": "repair", "objection": "objections", "deferral": "deferrals"}
PATH = {"repair": "repairs", "objection": "objections", "deferral": "deferrals"}
DESCRIBED = {"repair": REPAIR, "objection": OBJECTION, "deferral": DEFERRAL}
#: On a page these lead to another page when the case is in another state: nothing is done, nothing refused.
LEAD_AWAY = {("submit", S.SUBMITTED), ("submit", S.SUPPLEMENT_REQUESTED), ("answer", S.DRAFT), ("answer", S.SUBMITTED)}
#: Every kind is asked what it does by itself; what all share is asked of one.
OWN = ("describe", "submit", "sign")
STATES = (S.DRAFT, S.SUBMITTED, S.SUPPLEMENT_REQUESTED)


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind in ROOM for state in STATES])
def test_steps_on_a_case_by_page_and_api(kind, state):
    players = journey.cast()
    case = bring_to(players, kind, state, 9100)
    actors, both = people(players).values(), (Caller(), Pages())
    steps = {
        name: step
        for name, step in STEPS.items()
        if (name, state) not in LEAD_AWAY and (kind == "repair" or name in OWN)
    }
    different = {name: ask_both(*step(case), actors, both) for name, step in steps.items()}
    assert {name: found for name, found in different.items() if found} == {}


def test_a_preview_and_a_case_that_somebody_has_taken(monkeypatch):
    players = journey.cast()
    monkeypatch.setattr("notices.rendering.preview", lambda *given: b"%PDF-1.7")
    case = bring_to(players, "repair", S.SUBMITTED, 9101)
    preview = (
        ("get", "casework:preview", [case.pk, "acceptance"]),
        ("get", f"/cases/{case.number}/preview/acceptance"),
    )
    actors, both = people(players).values(), (Caller(), Pages())
    assert ask_both(*preview, actors, both) == []
    cases.claim(players.officer, case)
    assert ask_both(*STEPS["accept"](Case.objects.get(pk=case.pk)), actors, both) == []


@pytest.mark.parametrize("kind", list(ROOM))
@pytest.mark.parametrize("state", [S.SUBMITTED, S.ACCEPTED, S.RECOMMENDED])
def test_extending_a_limit_by_page_and_api(monkeypatch, kind, state):
    players = journey.cast()
    monkeypatch.setattr("notices.rendering.preview", lambda *given: b"%PDF-1.7")
    case = bring_to(players, kind, state, 9102)
    why = "需向银行核查。"
    form = {"extend_decision-version": case.version, "extend_decision-opinion": why}
    asked = {
        "extend": (
            ("post", "casework:verb", [case.pk, "extend_decision"], form),
            ("post", f"/cases/{case.number}/extend_decision", {"version": case.version, "opinion": why}),
        ),
        "look at its notice": (
            ("get", "casework:preview", [case.pk, "decision_extension"]),
            ("get", f"/cases/{case.number}/preview/decision_extension"),
        ),
    }
    actors, both = people(players).values(), (Caller(), Pages())
    different = {name: ask_both(*pair, actors, both) for name, pair in asked.items()}
    assert {name: found for name, found in different.items() if found} == {}
