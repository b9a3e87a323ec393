"""Two people at once, double clicks, old pages: exactly one wins, the other is told, nothing is doubled."""

import threading

import pytest
from django.db import connection

from casework import actions
from casework.models import Case, Decision
from config import journey
from config.invariants import walk
from exchange.models import OutboundEvent
from notices.models import Notice
from parties.models import Authority, User
from policy.verdict import Refused, Stale
from tests.integration.test_casework_cells import bring_to, draft

S = Case.Status


def together(*jobs):
    """Run the jobs at the same moment in threads of their own; return what each gave or raised."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place, job):
        barrier.wait()
        try:
            results[place] = job() or "done"
        except Exception as error:  # noqa: BLE001 - what each thread met is the result
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def winners(results):
    return [result for result in results if not isinstance(result, Exception)]


@pytest.mark.django_db(transaction=True)
def test_two_approvers_decide_at_once_and_one_wins():
    players = journey.cast()
    case = bring_to(players, "repair", S.RECOMMENDED, 7000)
    results = together(
        lambda: actions.decide(players.approver, case, S.APPROVED),
        lambda: actions.decide(players.second_approver, case, S.APPROVED),
    )
    assert len(winners(results)) == 1
    assert all(isinstance(error, Refused) for error in results if isinstance(error, Exception)), results
    assert Decision.objects.filter(case=case).count() == 1
    assert OutboundEvent.objects.filter(subject=case.record.public_id, type=OutboundEvent.Type.REMOVED).count() == 1
    assert Notice.objects.filter(thing_id=str(case.pk), kind=Notice.Kind.REPAIR_APPROVAL).count() == 1
    assert list(walk()) == []


@pytest.mark.django_db(transaction=True)
def test_four_presses_of_one_button_accept_once():
    players = journey.cast()
    case = bring_to(players, "repair", S.SUBMITTED, 7010)
    results = together(*[lambda: actions.accept(players.officer, case, version=case.version)] * 4)
    assert len(winners(results)) == 1
    assert all(isinstance(error, Stale) for error in results if isinstance(error, Exception)), results
    assert Notice.objects.filter(thing_id=str(case.pk), kind=Notice.Kind.ACCEPTANCE).count() == 1
    assert list(walk()) == []


@pytest.mark.django_db(transaction=True)
def test_accepting_and_declining_at_once_gives_one_of_them():
    players = journey.cast()
    case = bring_to(players, "repair", S.SUBMITTED, 7020)
    colleague = User.objects.get(username="officer2")
    results = together(
        lambda: actions.accept(players.officer, case), lambda: actions.decline(colleague, case, ["R-D01"])
    )
    assert len(winners(results)) == 1
    assert Case.objects.get(pk=case.pk).status in (S.ACCEPTED, S.DECLINED)
    assert list(walk()) == []


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_apply_make_one_draft():
    players = journey.cast()
    record = journey.take_in(players, 7030)
    results = together(*[lambda: journey.repair.start(players.clerk, record)] * 3)
    assert {result.pk for result in winners(results)} == {Case.objects.get(record=record).pk}
    assert len(winners(results)) == 3


@pytest.mark.django_db(transaction=True)
def test_many_cases_at_once_keep_numbers_gapless_and_the_chain_whole():
    players = journey.cast()
    cases = [draft(players, "repair", 7040 + index) for index in range(6)]

    def hand_in_and_accept(case):
        actions.submit(players.clerk, case)
        actions.accept(players.officer, case)

    results = together(*[lambda case=case: hand_in_and_accept(case) for case in cases])
    assert len(winners(results)) == 6, results
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert [int(number[-4:]) for number in numbers] == list(range(1, 7))
    assert list(walk()) == []


@pytest.mark.django_db
def test_an_old_page_changes_nothing_and_says_what_happened():
    players = journey.cast()
    case = bring_to(players, "repair", S.SUBMITTED, 7050)
    opened_with = case.version
    actions.request_supplement(players.officer, case, ["R-S01"])
    with pytest.raises(Stale) as stale:
        actions.accept(players.officer, case, version=opened_with)
    assert stale.value.status == 409
    assert Case.objects.get(pk=case.pk).status == S.SUPPLEMENT_REQUESTED


@pytest.mark.django_db
def test_a_colleague_takes_over_and_the_first_officer_is_told():
    players = journey.cast()
    case = bring_to(players, "repair", S.SUBMITTED, 7060)
    colleague = User.objects.get(username="officer2")
    actions.claim(players.officer, case)
    with pytest.raises(Refused) as refused:
        actions.accept(colleague, case)
    assert refused.value.verdict.code == "taken"
    actions.claim(colleague, case)
    actions.accept(colleague, case)
    assert list(walk()) == []


@pytest.mark.django_db
def test_sent_back_case_returns_to_its_first_reviewer():
    from casework.todo import open_task

    players = journey.cast()
    case = bring_to(players, "repair", S.RECOMMENDED, 7070)
    actions.send_back(players.approver, case, "请核对缴款日期")
    assert open_task(Case.objects.get(pk=case.pk)).owner == players.officer
    actions.recommend(players.officer, case, S.APPROVED, "已核对")
    actions.decide(players.approver, case, S.APPROVED)
    assert Case.objects.get(pk=case.pk).status == S.APPROVED
    assert list(walk()) == []


@pytest.mark.django_db
def test_lead_office_handles_cases_of_an_authority_that_is_not_online():
    players = journey.cast()
    Authority.objects.filter(pk=players.authority.pk).update(is_online=False)
    case = draft(players, "repair", 7080)
    assert case.authority.is_lead
    actions.submit(players.clerk, case)
    lead = User.objects.get(username="lead")
    actions.accept(lead, case)
    actions.recommend(lead, case, S.APPROVED, "已核对")
    actions.decide(players.approver, case, S.APPROVED)
    assert list(walk()) == []


@pytest.mark.django_db
def test_supplement_is_asked_only_once():
    players = journey.cast()
    case = bring_to(players, "repair", S.SUPPLEMENT_REQUESTED, 7090)
    actions.answer_supplement(players.clerk, case, "补了")
    with pytest.raises(Refused) as refused:
        actions.request_supplement(players.officer, case, ["R-S01"])
    assert refused.value.verdict.code == "supplement_once"
    actions.accept(players.officer, case)


@pytest.mark.django_db
def test_a_case_that_dies_between_two_lines_leaves_nothing(monkeypatch):
    """The transaction of a decision fails at its last line: nothing of it remains."""
    players = journey.cast()
    case = bring_to(players, "repair", S.RECOMMENDED, 7100)
    before = (Notice.objects.count(), OutboundEvent.objects.count())

    def die(*args, **kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr("casework.todo.move_on", die)
    with pytest.raises(RuntimeError):
        actions.decide(players.approver, case, S.APPROVED)
    monkeypatch.undo()
    case = Case.objects.get(pk=case.pk)
    assert case.status == S.RECOMMENDED
    assert case.record.status == "publicised"
    assert (Notice.objects.count(), OutboundEvent.objects.count()) == before
    assert list(walk()) == []
    actions.decide(players.approver, case, S.APPROVED)
