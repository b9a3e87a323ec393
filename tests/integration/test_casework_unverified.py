"""What nobody has compared with the official text is named to the officer before a notice that rests on it goes out."""

import pytest
from django.urls import reverse
from django.utils import timezone

from casework import actions
from casework.facts import notice_facts, possible_notices, unverified_under
from casework.kinds import kind_of
from casework.models import Case
from config import journey
from journal import actions as journal
from notices.models import Notice
from notices.queries import unverified_rules
from policy.models import Rule
from records import actions as records
from tests import records_world
from tests.integration.test_casework_cells import bring_to

pytestmark = pytest.mark.django_db
S = Case.Status


@pytest.fixture
def players():
    return journey.cast()


def newest(case: Case) -> Notice:
    return Notice.objects.filter(thing_type="casework.case", thing_id=str(case.pk)).latest("issued_at", "pk")


def keys(rules) -> list[str]:
    return sorted(rule.key for rule in rules)


def reason(case, verb: str, outcome: str = "") -> list[str]:
    """One of the reasons that this kind of case knows for a step."""
    kind = kind_of(case)
    return sorted(kind.reason_codes(kind.reason_verb(verb, outcome)))[:1]


STEPS = [
    (S.SUBMITTED, "accept", "", lambda p, c: actions.accept(p.officer, c)),
    (S.SUBMITTED, "decline", "", lambda p, c: actions.decline(p.officer, c, reason(c, "decline"))),
    (
        S.SUBMITTED,
        "request_supplement",
        "",
        lambda p, c: actions.request_supplement(p.officer, c, reason(c, "request_supplement")),
    ),
    (S.RECOMMENDED, "decide", 0, None),
    (S.RECOMMENDED, "decide", 1, None),
]


@pytest.mark.parametrize("kind", ["repair", "objection", "deferral"])
@pytest.mark.parametrize(("status", "verb", "outcome", "do"), STEPS, ids=lambda value: str(value)[:20])
def test_what_is_said_beforehand_is_what_the_notice_rests_on(players, client, kind, status, verb, outcome, do):
    case = bring_to(players, kind, status, 8100)
    outcomes = kind_of(case).outcomes
    actor = players.approver if verb == "decide" else players.officer
    outcome = str(outcomes[outcome]) if verb == "decide" else ""
    possible = possible_notices(case, [verb])
    notice_kind = next(found for found, of in possible if of == outcome)
    said = unverified_under(case, notice_kind, outcome)
    if verb == "decide" and outcome != str(outcomes[0]):
        actions.decide(actor, case, outcome, codes=reason(case, "decide", outcome))
    elif verb == "decide":
        actions.decide(actor, case, outcome)
    else:
        do(players, case)
    notice = newest(case)
    assert notice.kind == notice_kind
    assert keys(said) == keys(unverified_rules(notice.rule_ids))
    # The record's class and dates stand on every one of them.
    assert set(case.record.rule_ids) <= set(notice.rule_ids)


def test_each_button_has_its_own_sentence(players, client):
    case = bring_to(players, "repair", S.SUBMITTED, 8101)
    client.force_login(players.officer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert page.count("条还没有与正式文本核对") == 3
    accept, supplement, decline = page.split("条还没有与正式文本核对")[1:]
    assert "受理后办结期限：7 个工作日" in accept, "the term that the notice opens, not the one that it ends"
    assert "补正期限：10 个工作日" in supplement
    assert "个工作日" not in decline.split("</details>")[0]
    Rule.objects.update(verified=True)
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "还没有与正式文本核对" not in page


@pytest.mark.parametrize(("kind", "notices"), [("repair", 3), ("objection", 2), ("deferral", 2)])
def test_the_approver_sees_it_too(players, client, kind, notices):
    """Of either decision and, where the rules know one, of an extension."""
    case = bring_to(players, kind, S.RECOMMENDED, 8102)
    client.force_login(players.approver, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert page.count("条还没有与正式文本核对") == notices


def test_a_program_is_told_as_well(players, client):
    case = bring_to(players, "repair", S.SUBMITTED, 8103)
    client.force_login(players.officer, backend="django.contrib.auth.backends.ModelBackend")
    told = client.get(f"/api/v1/cases/{case.number}").json()["unverified"]
    assert {item["notice"] for item in told} == {"acceptance", "decline", "supplement"}
    one = next(item for item in told if item["notice"] == "acceptance" and item["rule"] == "decide.working_days")
    assert one["outcome"] == "" and one["title"] and one["article"]


@pytest.mark.parametrize(
    ("kind", "notice_kind", "verb"),
    [
        ("repair", "acceptance", "accept"),
        ("repair", "supplement", "request_supplement"),
        ("objection", "objection_acceptance", "accept"),
        ("deferral", "acceptance", "accept"),
    ],
)
def test_the_preview_names_the_term_that_the_notice_will_name(players, kind, notice_kind, verb):
    case = bring_to(players, kind, S.SUBMITTED, 8104)
    before, _rules = notice_facts(case, notice_kind, codes=["R-S01"])
    if verb == "accept":
        actions.accept(players.officer, case)
    else:
        actions.request_supplement(players.officer, case, ["R-S01"])
    issued = newest(case).facts
    assert issued["due_on"] == before["due_on"] > timezone.localdate().isoformat()
    assert [line["text"] for line in issued["because"]] == [line["text"] for line in before["because"]]


@pytest.mark.parametrize("outcome", ["upheld", "dismissed"])
def test_the_result_of_an_objection_cites_its_article(players, outcome):
    case = bring_to(players, "objection", S.RECOMMENDED, 8105)
    facts, _rules = notice_facts(case, Notice.Kind.OBJECTION_RESULT, outcome=outcome)
    assert ("山东省社会信用条例", "第三十九条") in [(line["title"], line["article"]) for line in facts["because"]]


def test_letters_rest_on_every_term_that_they_name(players):
    record = journey.take_in(players, 8106)
    letters = Notice.objects.filter(thing_type="records.adverserecord", thing_id=str(record.pk))
    rests = {
        notice.kind: set(Rule.objects.filter(pk__in=notice.rule_ids).values_list("key", flat=True))
        for notice in letters
    }
    assert {"remedy.review_days", "remedy.suit_months"} <= rests["adverse_record"]
    assert {"accept.working_days", "decide.working_days"} <= rests["repair_guidance"]


def test_letters_name_the_terms_of_the_records_own_sector():
    general = Rule.objects.filter(key="accept.working_days").first()
    Rule.objects.create(
        pack=general.pack,
        key="accept.working_days",
        value=2,
        unit="working_days",
        basis_title="市场监督管理信用修复管理办法",
        basis_article="第十条",
        mark="P",
        effective_from=general.effective_from,
        sectors=["market"],
    )
    records_world.office()
    with journal.journalled():
        _outcome, record, _reasons = records.register(records_world.draft(sector="market"), None, None)
    guidance = Notice.objects.get(kind="repair_guidance", thing_id=str(record.pk), thing_type="records.adverserecord")
    assert guidance.facts["limits"]["accept_days"] == 2
