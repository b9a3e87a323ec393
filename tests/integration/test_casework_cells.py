"""Every (state x verb x role) cell of both case FSMs: what is allowed, and that a refusal changes nothing.

The table below is written by hand from the rules, not derived from the guards: it is the expectation.
"""

import itertools

import pytest

from casework import actions, guards
from casework.kinds import all_kinds, specific
from casework.models import Case, DecisionExtension, Review
from config import journey
from journal.actions import journalled
from journal.models import Entry
from notices.models import Notice
from parties.models import Authority, User
from policy.verdict import Refused
from records.actions import revoke

pytestmark = pytest.mark.django_db

S = Case.Status
STATES = list(S)
ROLES = (
    "clerk",  # acts for the subject
    "stranger",  # an enterprise's clerk of somebody else
    "officer",  # of the determining authority
    "colleague",  # another officer of the same authority
    "other_officer",  # of another authority
    "lead_officer",  # an officer of the lead office
    "approver",
    "auditor",
    "administrator",
    "platform",
)
VERBS = list(guards.GUARDS)

OUTCOMES = {
    "repair": (S.APPROVED, S.REFUSED),
    "objection": (S.UPHELD, S.DISMISSED),
    "deferral": (S.GRANTED, S.NOT_GRANTED),
}
CODES = {
    "repair": ("R-D01", "R-S01", "R-F01"),
    "objection": ("O-D01", "O-S01", "O-N01"),
    "deferral": ("E-D01", "E-S01", "E-F01"),
}
#: (kind, state) -> verb -> roles that may.
RECEIVE = {"accept", "decline", "request_supplement"}


def may(kind: str, state: str, verb: str, role: str) -> bool:
    """The expectation, as the rules say it in words."""
    if verb == "submit":
        return state == S.DRAFT and role == "clerk"
    if verb == "answer_supplement":
        return state == S.SUPPLEMENT_REQUESTED and role == "clerk"
    if verb == "withdraw":
        return state in (S.DRAFT, S.SUBMITTED, S.SUPPLEMENT_REQUESTED, S.ACCEPTED) and role == "clerk"
    if verb in RECEIVE:
        receivers = {"officer", "colleague"} | ({"lead_officer", "approver"} if kind == "objection" else set())
        return state == S.SUBMITTED and role in receivers
    if verb == "recommend":
        return state == S.ACCEPTED and role in ("officer", "colleague")
    if verb == "extend_decision":
        # The rules name an extension for repairs only; whoever decides approves it, once the case is accepted.
        return kind == "repair" and state in (S.ACCEPTED, S.RECOMMENDED) and role == "approver"
    if verb in ("decide", "send_back"):
        # A deferral may be decided by a second officer of the authority that decided (行政处罚法 66).
        deciders = {"approver", "colleague"} if kind == "deferral" else {"approver"}
        return state == S.RECOMMENDED and role in deciders
    raise AssertionError(verb)


def people(players) -> dict[str, User]:
    def find(name):
        return User.objects.get(username=name)

    platform = User.objects.create(username="platform-x", role=User.Role.PLATFORM)
    return {
        "clerk": players.clerk,
        "stranger": find("enterprise2"),
        "officer": players.officer,
        "colleague": players.colleague,
        "other_officer": find("safety"),
        "lead_officer": find("lead"),
        "approver": players.approver,
        "auditor": find("auditor"),
        "administrator": find("administrator"),
        "platform": platform,
    }


def draft(players, kind: str, number: int) -> Case:
    record = journey.take_in(players, number)
    if kind == "repair":
        case = journey.repair.start(players.clerk, record)
        journey.repair.describe(players.clerk, case, record.decision_date, "已缴清", "1")
    elif kind == "deferral":
        case = journey.deferrals.start(players.clerk, record)
        until = journey.add_months(journey.timezone.localdate(), 2)
        journey.deferrals.describe(
            players.clerk, case, ground="hardship", requested_until=until, statement="周转困难", contact_phone="1"
        )
    else:
        case = journey.objections.start(players.clerk, record)
        journey.objections.describe(
            players.clerk, case, ground="wrong", field="", claimed_value="", statement="写错了", contact_phone="1"
        )
    actions.attach_evidence(players.clerk, case, journey.receipt_picture(number), "performance")
    if kind != "deferral":
        actions.sign_commitment(players.clerk, case, "张三")
    return specific(Case.objects.get(pk=case.pk))


def bring_to(players, kind: str, state: str, number: int) -> Case:
    """Bring a new case into ``state`` by the real verbs; states of the other kind are skipped."""
    case = draft(players, kind, number)
    good, bad = OUTCOMES[kind]
    decline, supplement, refuse = CODES[kind]
    if state == S.DRAFT:
        return case
    if state == S.WITHDRAWN:
        return actions.withdraw(players.clerk, case)
    actions.submit(players.clerk, case)
    if state == S.ENDED:
        with journalled():
            revoke(case.record, None, "青政复决〔2026〕9号", "原决定已撤销")
        return specific(Case.objects.get(pk=case.pk))
    if state == S.DECLINED:
        actions.decline(players.officer, case, [decline])
    elif state == S.SUPPLEMENT_REQUESTED:
        actions.request_supplement(players.officer, case, [supplement])
    elif state != S.SUBMITTED:
        actions.accept(players.officer, case)
        if state != S.ACCEPTED:
            outcome = good if state in (S.RECOMMENDED, good) else bad
            if kind == "objection" and outcome == good:
                journey.objections.verify(players.officer, case, remedy="revoke")
            if kind == "deferral" and outcome == good:
                journey.deferrals.propose(players.officer, case, granted_until=case.requested_until)
            actions.recommend(players.officer, case, outcome, "意见", [refuse])
            if state != S.RECOMMENDED:
                actions.decide(players.approver, case, outcome, codes=[refuse])
    return specific(Case.objects.get(pk=case.pk))


def states_of(kind: str) -> list[str]:
    others = {state for other, outcomes in OUTCOMES.items() if other != kind for state in outcomes}
    return [state for state in STATES if state not in others]


CELLS = [(kind.code, state) for kind in all_kinds() for state in states_of(kind.code)]


def release_task(case):
    """Nobody has taken the task: what is tested here is the role, not who was quicker."""
    from casework.todo import open_task

    task = open_task(case)
    if task and task.owner_permission:
        type(task).objects.filter(pk=task.pk).update(owner=None, status="NEW")


@pytest.mark.parametrize(("kind", "state"), CELLS, ids=[f"{kind}-{state}" for kind, state in CELLS])
def test_every_verb_and_role_in_this_state(kind, state):
    players = journey.cast()
    cast = people(players)
    case = bring_to(players, kind, state, 5000 + CELLS.index((kind, state)))
    assert case.status == state
    release_task(case)
    wrong = []
    for verb, role in itertools.product(VERBS, ROLES):
        verdict = guards.GUARDS[verb](cast[role], case)
        if bool(verdict) != may(kind, state, verb, role):
            wrong.append((verb, role, verdict.code))
        if not verdict:
            assert verdict.reason, "a guard that says no says why"
    assert wrong == []


DO = {
    "submit": lambda who, case: actions.submit(who, case),
    "answer_supplement": lambda who, case: actions.answer_supplement(who, case, "补了"),
    "withdraw": lambda who, case: actions.withdraw(who, case),
    "accept": lambda who, case: actions.accept(who, case),
    "decline": lambda who, case: actions.decline(who, case, ["R-D01"]),
    "request_supplement": lambda who, case: actions.request_supplement(who, case, ["R-S01"]),
    "recommend": lambda who, case: actions.recommend(who, case, S.REFUSED, "意见", ["R-F01"]),
    "extend_decision": lambda who, case: actions.extend_decision(who, case, "需向银行核查"),
    "send_back": lambda who, case: actions.send_back(who, case, "再看看"),
    "decide": lambda who, case: actions.decide(who, case, S.REFUSED, codes=["R-F01"]),
}


@pytest.mark.parametrize("state", states_of("repair"))
def test_a_refused_verb_changes_nothing(state):
    players = journey.cast()
    cast = people(players)
    case = bring_to(players, "repair", state, 6000 + STATES.index(state))
    release_task(case)

    def everything():
        return (
            Case.objects.values().get(pk=case.pk),
            Entry.objects.count(),
            Notice.objects.count(),
            Review.objects.count(),
            DecisionExtension.objects.count(),
        )

    before = everything()
    for verb, role in itertools.product(VERBS, ROLES):
        if may("repair", state, verb, role):
            continue
        with pytest.raises(Refused):
            DO[verb](cast[role], case)
        assert everything() == before, (verb, role)


def test_reading_follows_the_same_table_for_case_and_file():
    players = journey.cast()
    cast = people(players)
    case = bring_to(players, "repair", S.SUBMITTED, 6500)
    evidence = case.evidence.get()
    readers = {"clerk", "officer", "colleague", "lead_officer", "approver", "auditor"}
    for role in ROLES:
        assert bool(guards.can_read(cast[role], case)) == (role in readers), role
        assert bool(guards.can_read_evidence(cast[role], evidence)) == (role in readers), role


@pytest.mark.parametrize("codes", [[], ["NO-SUCH"], ["R-S01"], ["R-F01", "R-S01"]], ids=str)
def test_a_step_that_needs_reasons_takes_only_its_own(codes):
    players = journey.cast()
    case = bring_to(players, "repair", S.SUBMITTED, 6850)
    accepted = bring_to(players, "repair", S.ACCEPTED, 6851)
    before = Notice.objects.count()
    for verb, arguments in (
        (actions.decline, (players.officer, case, codes)),
        (actions.request_supplement, (players.officer, case, [code.replace("R-S01", "R-D01") for code in codes])),
        (actions.recommend, (players.officer, accepted, S.REFUSED, "凭证不符", codes)),
    ):
        with pytest.raises(Refused) as refused:
            verb(*arguments)
        assert (refused.value.verdict.code, refused.value.status) == ("codes", 422)
    case.refresh_from_db()
    assert case.status == S.SUBMITTED and Notice.objects.count() == before


def test_an_agent_of_the_applicant_never_decides_even_as_an_approver():
    from parties.models import Agency

    players = journey.cast()
    case = bring_to(players, "repair", S.RECOMMENDED, 6600)
    Agency.objects.create(user=players.approver, subject=case.subject)
    with pytest.raises(Refused) as refused:
        actions.decide(players.approver, case, S.APPROVED)
    assert refused.value.verdict.code == "own_case"


def test_the_preparer_does_not_approve_even_after_a_change_of_role():
    players = journey.cast()
    case = bring_to(players, "repair", S.RECOMMENDED, 6700)
    officer = players.officer
    officer.role, officer.authority = User.Role.APPROVER, Authority.objects.get(is_lead=True)
    officer.save()
    with pytest.raises(Refused) as refused:
        actions.decide(officer, case, S.APPROVED)
    assert refused.value.verdict.code == "same_person"


def test_an_approval_needs_the_first_reviewers_agreement():
    players = journey.cast()
    case = draft(players, "repair", 6800)
    actions.submit(players.clerk, case)
    actions.accept(players.officer, case)
    actions.recommend(players.officer, case, S.REFUSED, "凭证不符", ["R-F01"])
    with pytest.raises(Refused) as refused:
        actions.decide(players.approver, case, S.APPROVED)
    assert refused.value.verdict.code == "not_recommended"
