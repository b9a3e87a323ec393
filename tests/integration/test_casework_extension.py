"""延长办理期限: who, when, once; told, journalled, counted; by page and by program under the same guard."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework import actions, guards, timeline
from casework.clock import clock_now
from casework.kinds import specific
from casework.models import Case, DecisionExtension
from config import journey
from config.invariants import walk
from journal.models import Entry
from notices import rendering, summaries
from notices.models import Notice
from parties.models import Agency, Authority, User
from parties.tokens import create_token
from policy.deadlines.models import DeadlineChange
from policy.deadlines.queries import news_of
from policy.holidays import import_years
from policy.models import Rule
from policy.verdict import Refused, Stale
from tests.integration.test_casework_cells import bring_to
from tests.integration.test_casework_races import together, winners
from tests.integration.test_deadline_news import year_2027
from tests.integration.test_policy_deadlines import at

S = Case.Status
WHY = "缴款凭证与代收银行的记录不一致，需向银行核查。"


@pytest.fixture
def players(db):
    return journey.cast()


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def fresh(case) -> Case:
    return specific(Case.objects.get(pk=case.pk))


def letter(case) -> Notice:
    return Notice.objects.get(thing_type="casework.case", thing_id=str(case.pk), kind=Notice.Kind.DECISION_EXTENSION)


def refusal(actor, case, reason=WHY) -> str:
    before = Entry.objects.count(), Notice.objects.count(), DecisionExtension.objects.count()
    with pytest.raises(Refused) as refused:
        actions.extend_decision(actor, case, reason)
    assert refused.value.verdict.reason and refused.value.verdict.cure
    assert (Entry.objects.count(), Notice.objects.count(), DecisionExtension.objects.count()) == before
    return refused.value.verdict.code


@pytest.mark.parametrize("status", [S.ACCEPTED, S.RECOMMENDED])
def test_everything_that_belongs_to_it_is_there(players, status):
    case = bring_to(players, "repair", status, 1)
    old = clock_now(case)
    extension = actions.extend_decision(players.approver, case, WHY, version=case.version)
    case, new = fresh(case), clock_now(case)
    assert (case.status, new.step) == (status, "decide"), "it goes on where it stood"
    assert (extension.number, extension.working_days, extension.reason) == (1, 10, WHY)
    assert (extension.old_due, extension.new_due) == (old.due, new.due)
    assert new.left == old.left + 10
    rules = Rule.objects.filter(pk__in=extension.rule_ids).values_list("key", flat=True)
    assert set(rules) == {"decide.extension_working_days", "decide.extension_times"}
    assert any("延长10个工作日" in line.text and line.basis == extension.basis for line in new.because)
    notice = letter(case)
    assert notice.issuer.is_lead and notice.addressee == case.subject and notice.number.startswith("青信修展")
    assert set(extension.rule_ids) <= set(notice.rule_ids)
    assert (notice.facts["extension"]["old_due_on"], notice.facts["due_on"]) == (
        old.due.isoformat(),
        new.due.isoformat(),
    )
    line = Entry.objects.get(verb="repair.extend_decision")
    assert (line.actor_id, line.data["notice"], line.data["extension"]) == (players.approver.pk, notice.number, 1)
    assert rendering.render(notice).startswith(b"%PDF")
    assert list(walk()) == []


def test_the_case_is_decided_within_the_extended_limit(players):
    case = bring_to(players, "repair", S.ACCEPTED, 2)
    actions.extend_decision(players.approver, case, WHY)
    actions.recommend(players.officer, case, S.APPROVED, "已核对")
    actions.decide(players.approver, case, S.APPROVED)
    assert fresh(case).status == S.APPROVED
    assert list(walk()) == []


def test_the_applicant_is_told_and_reads_why(players, as_):
    case = bring_to(players, "repair", S.ACCEPTED, 3)
    extension = actions.extend_decision(players.approver, case, WHY)
    client = as_(players.clerk)
    inbox = client.get(reverse("notices:inbox")).content.decode()
    assert "延长办理期限通知书" in inbox and "您的申请需要更多时间办理" in inbox
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    day = f"{extension.new_due.year}年{extension.new_due.month}月{extension.new_due.day}日"
    assert "延长办理期限通知书" in page and "延长10个工作日" in page and day in page
    public = [step["title"] for step in timeline.steps(fresh(case))]
    assert any(title.startswith("办结期限由") and day in title for title in public)
    assert day in summaries.in_short(letter(case)).text


def test_it_is_extended_as_often_as_the_rules_say(players):
    case = bring_to(players, "repair", S.ACCEPTED, 4)
    actions.extend_decision(players.approver, case, WHY)
    assert refusal(players.approver, case) == refusal(players.second_approver, case) == "extended_already"
    Rule.objects.filter(key="decide.extension_times").update(value=2)
    for rule in Rule.objects.filter(key="decide.extension_times"):
        rule.save()  # the tables in memory follow the history
    second = actions.extend_decision(players.second_approver, case, "银行尚未答复。")
    assert second.number == 2 and clock_now(fresh(case)).due == second.new_due
    assert refusal(players.approver, case) == "extended_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionExtension.objects.filter(pk=second.pk).update(number=1)
    assert list(walk()) == []


def test_on_the_last_day_but_not_after_it(players, monkeypatch):
    """Accepted on Thursday 5 November 2026: seven working days end on Monday the 16th."""
    case = bring_to(players, "repair", S.ACCEPTED, 5)
    Case.objects.filter(pk=case.pk).update(accepted_at=at("2026-11-05"))
    case = fresh(case)
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-17"))
    assert refusal(players.approver, case) == "limit_passed"
    assert "extend_decision" not in guards.allowed_verbs(players.approver, case)
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-16"))
    extension = actions.extend_decision(players.approver, case, WHY)
    assert (extension.old_due, extension.new_due) == (dt.date(2026, 11, 16), dt.date(2026, 11, 30))


def test_an_old_page_and_an_empty_reason_change_nothing(players):
    case = bring_to(players, "repair", S.ACCEPTED, 6)
    assert refusal(players.approver, case, "  ") == "no_reason"
    version = case.version
    actions.recommend(players.officer, case, S.APPROVED, "已核对")
    with pytest.raises(Stale):
        actions.extend_decision(players.approver, case, WHY, version=version)
    assert not DecisionExtension.objects.exists()


def test_the_preparer_and_the_applicants_people_do_not_extend(players):
    case = bring_to(players, "repair", S.RECOMMENDED, 7)
    officer = players.officer
    officer.role, officer.authority = User.Role.APPROVER, Authority.objects.get(is_lead=True)
    officer.save()
    assert refusal(officer, case) == "same_person"
    Agency.objects.create(user=players.approver, subject=case.subject)
    assert refusal(players.approver, case) == "own_case"


def test_whoever_has_taken_the_approval_extends(players):
    case = bring_to(players, "repair", S.RECOMMENDED, 8)
    actions.claim(players.second_approver, case)
    assert refusal(players.approver, case) == "taken"
    actions.extend_decision(players.second_approver, case, WHY)


@pytest.mark.parametrize("kind", ["objection", "deferral"])
def test_where_the_rules_name_no_extension_none_is_promised_or_given(players, kind):
    case = bring_to(players, kind, S.ACCEPTED, 9)
    assert refusal(players.approver, case) == "no_extension"
    accepted = Notice.objects.get(thing_type="casework.case", thing_id=str(case.pk))
    assert accepted.facts["extension_possible"] is False


def test_an_acceptance_promises_it_where_the_rules_name_it(players):
    case = bring_to(players, "repair", S.ACCEPTED, 10)
    accepted = Notice.objects.get(thing_type="casework.case", thing_id=str(case.pk))
    assert accepted.facts["extension_possible"] is True
    keys = Rule.objects.filter(pk__in=accepted.rule_ids).values_list("key", flat=True)
    assert "decide.extension_working_days" in keys


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_extend_once():
    players = journey.cast()
    case = bring_to(players, "repair", S.ACCEPTED, 11)
    results = together(
        lambda: actions.extend_decision(players.approver, case, WHY),
        lambda: actions.extend_decision(players.second_approver, case, WHY),
    )
    assert len(winners(results)) == 1, results
    [lost] = [error for error in results if isinstance(error, Exception)]
    assert isinstance(lost, Refused) and lost.verdict.code == "extended_already"
    assert DecisionExtension.objects.count() == Notice.objects.filter(kind="decision_extension").count() == 1
    assert list(walk()) == []


def test_a_new_calendar_moves_the_extended_limit(players):
    """Accepted on 24 December 2026, extended: 17 working days end in January, which is provisional."""
    case = bring_to(players, "repair", S.ACCEPTED, 12)
    Case.objects.filter(pk=case.pk).update(accepted_at=at("2026-12-24"))
    extension = actions.extend_decision(players.approver, fresh(case), WHY)
    assert clock_now(fresh(case)).provisional and letter(case).facts["due_provisional"]
    import_years(None, year_2027())
    news = news_of(Case(pk=case.pk))
    assert (news.change.old_date, news.change.new_date) == (extension.new_due, clock_now(fresh(case)).due)
    assert not news.change.new_provisional
    assert list(walk()) == [], "the row says what was told then"


def test_news_of_the_limit_as_it_was_before_lapses(players):
    case = bring_to(players, "repair", S.ACCEPTED, 13)
    Case.objects.filter(pk=case.pk).update(accepted_at=at("2026-12-31"))
    import_years(None, year_2027())
    assert news_of(Case(pk=case.pk)) is not None
    actions.extend_decision(players.approver, fresh(case), WHY)
    assert news_of(Case(pk=case.pk)) is None
    assert DeadlineChange.objects.get().lapsed_at is not None


def test_the_page_shows_the_days_warns_and_extends(players, as_):
    case = bring_to(players, "repair", S.ACCEPTED, 14)
    url = reverse("casework:case", args=[case.pk])
    page = as_(players.approver).get(url).content.decode()
    assert "可以延长 10 个工作日" in page and "办结延长期限：10 个工作日" in page, "the unverified rules are named"
    do = reverse("casework:verb", args=[case.pk, "extend_decision"])
    empty = {"extend_decision-version": case.version, "extend_decision-opinion": ""}
    answer = as_(players.approver).post(do, empty)
    assert answer.status_code == 422 and "请写明为什么要延长" in answer.content.decode()
    answer = as_(players.approver).post(do, {**empty, "extend_decision-opinion": WHY}, follow=True)
    page = answer.content.decode()
    assert "办结期限已延长到" in page and WHY in page and "规定最多延长 1 次" in page
    assert "延长并签发通知书" not in page
    assert "延长并签发通知书" not in as_(players.officer).get(url).content.decode()
    assert DecisionExtension.objects.get().decided_by == players.approver
    assert as_(players.officer).post(do, {**empty, "extend_decision-opinion": WHY}).status_code in (403, 409)


def test_the_preview_prints_the_reason_of_the_form(players, as_, monkeypatch):
    case = bring_to(players, "repair", S.ACCEPTED, 15)
    printed = []
    monkeypatch.setattr(rendering, "preview", lambda kind, issuer, to, facts: printed.append((kind, facts)) or b"%PDF")
    url = reverse("casework:preview", args=[case.pk, "decision_extension"])
    assert as_(players.approver).get(url, {"extend_decision-opinion": WHY}).status_code == 200
    [(kind, facts)] = printed
    assert (kind, facts["opinion"], facts["extension"]["days"]) == ("decision_extension", WHY, 10)
    assert as_(players.officer).get(url).status_code == 403
    assert not DecisionExtension.objects.exists()


def test_a_program_extends_under_the_same_guard(players, client):
    case = bring_to(players, "repair", S.ACCEPTED, 16)
    keys = {name: create_token(User.objects.get(username=name), "test") for name in ("officer", "approver")}

    def call(who, method, address, body=None):
        return getattr(client, method)(
            f"/api/v1/cases/{case.number}{address}",
            data=json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers={"Authorization": f"Bearer {keys[who]}"},
        )

    read = call("approver", "get", "").json()
    assert read["may"] == ["extend_decision"]
    rules = {item["rule"] for item in read["unverified"] if item["notice"] == "decision_extension"}
    assert {"decide.extension_working_days", "decide.extension_times"} <= rules
    assert call("officer", "get", "").json()["may"] == ["recommend"]
    empty = call("approver", "post", "/extend_decision", {"opinion": " "})
    assert (empty.status_code, empty.json()["code"]) == (422, "opinion")
    other = call("officer", "post", "/extend_decision", {"opinion": WHY})
    assert (other.status_code, other.json()["code"]) == (403, "not_an_approver")
    done = call("approver", "post", "/extend_decision", {"opinion": WHY, "version": read["version"]})
    assert done.status_code == 200 and done.json()["status"] == "accepted"
    assert done.json()["clock"]["working_days_left"] == read["clock"]["working_days_left"] + 10
    told = call("approver", "get", "").json()["extensions"]
    assert [(one["number"], one["working_days"], one["reason"]) for one in told] == [(1, 10, WHY)]
    again = call("approver", "post", "/extend_decision", {"opinion": WHY})
    assert (again.status_code, again.json()["code"]) == (403, "extended_already")
    assert call("approver", "get", "").json()["may"] == []


def test_what_is_changed_behind_its_back_is_found(players):
    case = bring_to(players, "repair", S.ACCEPTED, 17)
    extension = actions.extend_decision(players.approver, case, WHY)

    def broken() -> list[str]:
        return [item.row.partition("/")[0] for item in walk(["extension"])]

    assert broken() == []
    rows = DecisionExtension.objects.filter(pk=extension.pk)
    with transaction.atomic():
        rows.update(new_due=extension.new_due + dt.timedelta(days=1))
        assert broken().count("casework.decisionextension") == 2, "neither the notice nor the journal says so"
        transaction.set_rollback(True)
    with transaction.atomic():
        Notice.objects.filter(pk=letter(case).pk).update(kind=Notice.Kind.ACCEPTANCE)
        assert broken() == ["casework.decisionextension"]
        transaction.set_rollback(True)
    with transaction.atomic():
        Notice.objects.all().delete()
        DecisionExtension.objects.create(
            case_id=case.pk,
            number=2,
            working_days=10,
            reason="无人知道",
            decided_by=players.approver,
            decided_at=timezone.now(),
            old_due=extension.new_due,
            new_due=extension.new_due + dt.timedelta(days=14),
        )
        assert broken().count("casework.decisionextension") == 3, "both without a notice, one without a line"
        transaction.set_rollback(True)
    with transaction.atomic():
        rows.delete()
        assert sorted(broken()) == ["journal.entry", "notices.notice"]
        transaction.set_rollback(True)
    assert broken() == []
