"""Every (state x verb x role) cell of a record's life, and what each verb tells to whom.

The tables are written by hand from the rules, not derived from the guards: they are the expectation.
"""

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from deferrals import guards as deferrals
from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from objections import guards as objections
from policy.models import Rule
from policy.verdict import Refused
from records import actions, guards
from records.life import guards as life
from records.life.models import Explanation, UpstreamChange
from records.life.sweep import sweep_publicity
from records.models import AdverseRecord, CorrectionProposal
from repair import guards as repair
from tests.integration.test_records_sweep import events, fresh, letters, take
from tests.integration.test_records_upstream import report
from tests.records_world import days_ago, office

pytestmark = pytest.mark.django_db
S = AdverseRecord.Status
LIVE = {S.REGISTERED, S.PUBLICISED, S.WITHHELD, S.DEFERRED}
ROLES = (
    "enterprise",  # acts for the subject
    "stranger",
    "officer",  # of the record's authority
    "colleague",  # of another authority
    "lead_officer",
    "approver",
    "auditor",
    "administrator",
    "platform",
)
OFFICE = {"officer", "lead_officer", "approver"}


@pytest.fixture
def world(db):
    return office()


def waits(value: bool) -> None:
    rule = Rule.objects.get(key="publicity.waits_for_service")
    rule.value = value
    rule.save()


def bring_to(world, state: str) -> AdverseRecord:
    """Bring a new record into ``state`` by the real verbs."""
    if state == S.WITHHELD:
        return take(category="警告", content="警告", fine_amount=None, decision_date=days_ago(100))
    if state == S.REGISTERED:
        waits(True)
    record = take(decision_date=days_ago(100))
    with transaction.atomic():
        if state == S.DEFERRED:
            actions.defer(record, None, timezone.localdate() + timedelta(days=30), "测试")
        elif state == S.REPAIRED:
            actions.remove_after_repair(record, None, "测试")
        elif state == S.REVOKED:
            actions.revoke(record, None, "测试", "测试")
    if state == S.EXPIRED:
        sweep_publicity(record.publicity_until + timedelta(days=1))
    return fresh(record)


#: verb -> (guard, states in which it may be, roles that may)
VERBS = {
    "read": (guards.can_read, set(S), OFFICE | {"enterprise", "auditor", "administrator"}),
    "apply for repair": (repair.can_apply, LIVE, {"enterprise"}),
    "object": (objections.can_object, LIVE, {"enterprise"}),
    "ask for a deferral": (deferrals.can_ask, LIVE, {"enterprise"}),
    "explain": (life.can_explain, LIVE, {"enterprise"}),
    "report a change upstream": (life.can_report_change, set(S) - {S.REVOKED}, OFFICE),
    "adopt a correction": (
        lambda actor, record: guards.can_decide_proposal(actor, CorrectionProposal(record=record)),
        set(S) - {S.REVOKED},
        OFFICE,
    ),
    "confirm a change upstream": (
        lambda actor, record: life.can_settle_change(actor, UpstreamChange(record=record, reported_by_id=0)),
        set(S),
        OFFICE,
    ),
    "moderate an explanation": (
        lambda actor, record: life.can_moderate(actor, Explanation(record=record)),
        set(S),
        {"lead_officer", "approver"},
    ),
}


@pytest.mark.parametrize("state", list(S))
def test_every_verb_and_role_in_this_state(world, state):
    record = bring_to(world, state)
    assert record.status == state
    wrong = []
    for (verb, (guard, states, roles)), role in itertools.product(VERBS.items(), ROLES):
        verdict = guard(getattr(world, role), record)
        if bool(verdict) != (state in states and role in roles):
            wrong.append((verb, role, verdict.code))
        if not verdict:
            assert verdict.reason, "a guard that says no says why"
    assert wrong == []


#: What a case, another room or the calendar does to a record: verb -> states in which it is possible.
DO = {
    "publicise": (lambda record: actions.bring_up_to_date(record.pk), {S.REGISTERED}),
    "remove_after_repair": (lambda record: actions.remove_after_repair(record, None, "测试"), LIVE),
    "defer": (lambda record: actions.defer(record, None, timezone.localdate() + timedelta(days=9), "测试"), LIVE),
    "revoke": (lambda record: actions.revoke(record, None, "测试", "测试"), set(S) - {S.REVOKED}),
    "correct": (lambda record: actions.correct(record, None, "facts", "另一事实", "测试"), set(S) - {S.REVOKED}),
    "mark": (lambda record: actions.set_objection_mark(record, None, True, "测试"), LIVE),
}


@pytest.mark.parametrize("state", list(S))
def test_every_verb_of_other_rooms_in_this_state(world, state):
    record = bring_to(world, state)
    waits(False)
    wrong = []
    for verb, (do, states) in DO.items():
        before = (
            AdverseRecord.objects.values().get(pk=record.pk),
            Entry.objects.count(),
            OutboundEvent.objects.count(),
        )
        with transaction.atomic():
            try:
                do(record)
                done = Entry.objects.count() > before[1]
            except Refused as refused:
                assert refused.status == 409 and refused.verdict.reason
                done = False
            if not done:
                after = (
                    AdverseRecord.objects.values().get(pk=record.pk),
                    Entry.objects.count(),
                    OutboundEvent.objects.count(),
                )
                assert after == before, verb
            transaction.set_rollback(True)
        if done != (state in states):
            wrong.append(verb)
    assert wrong == []


def _confirm(world, record, kind):
    actions.confirm_change(world.lead_officer, report(world.officer, record, kind))


LAST = timedelta(days=1)
#: verb -> (from, what is done, to, events it adds, letter it adds)
TOLD = {
    "registered and publicised": (None, None, S.PUBLICISED, ["published"], None),
    "registered and withheld": (None, {"category": "警告", "content": "警告", "fine_amount": None}, S.WITHHELD, [], None),
    "publicity stops": (
        S.PUBLICISED, lambda w, r: sweep_publicity(r.publicity_until + LAST), S.EXPIRED, ["removed"], "publicity_ended"
    ),
    "deferred": (S.PUBLICISED, lambda w, r: DO["defer"][0](r), S.DEFERRED, ["removed"], None),
    "deferral over": (
        S.DEFERRED, lambda w, r: sweep_publicity(r.deferred_until + LAST), S.PUBLICISED, ["published"], None
    ),
    "annulled upstream": (S.PUBLICISED, lambda w, r: _confirm(w, r, "annul"), S.REVOKED, ["revoked"], "record_revoked"),
    "annulled while withheld": (
        S.WITHHELD, lambda w, r: _confirm(w, r, "annul"), S.REVOKED, ["revoked"], "record_revoked"
    ),
    "changed upstream": (
        S.PUBLICISED, lambda w, r: _confirm(w, r, "change"), S.PUBLICISED, ["corrected", "corrected"], "record_corrected"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_who_is_told_of_what(world, what):
    start, do, end, told, letter = TOLD[what]
    if start is None:
        record = take(**(do or {}))
        assert letters(record) == ["adverse_record", "repair_guidance"]
        before, written = [], ["adverse_record", "repair_guidance"]
    else:
        record = bring_to(world, start)
        before, written = events(record), letters(record)
        with transaction.atomic():
            do(world, record)
    assert fresh(record).status == end
    assert events(record)[len(before) :] == told
    assert letters(record)[len(written) :] == ([letter] if letter else [])
    for notice in Notice.objects.filter(thing_id=str(record.pk)):
        assert notice.facts["record"]["document_number"] == record.document_number
