"""文号: one series a kind, no gaps, no doubles, Beijing's year."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from journal.models import Entry
from notices import actions, numbers, queries
from notices.models import Notice, NumberCounter
from parties.models import Authority
from policy.models import Rule
from policy.verdict import Refused
from tests.notices_world import FACTS, issue, make_world


@pytest.fixture
def world(db):
    return make_world()


@pytest.mark.parametrize(
    ("kind", "series"),
    [
        ("adverse_record", "青信修告"),
        ("repair_guidance", "青信修修告"),
        ("acceptance", "青信修受"),
        ("decline", "青信修不受"),
        ("supplement", "青信修补"),
        ("repair_approval", "青信修准"),
        ("repair_refusal", "青信修不"),
        ("objection_acceptance", "青信修异受"),
        ("objection_result", "青信修异"),
    ],
)
def test_each_kind_counts_for_itself(world, kind, series):
    first, second = issue(world, kind), issue(world, kind)
    year = first.year
    assert (first.number, second.number) == (f"{series}〔{year}〕1号", f"{series}〔{year}〕2号")


def test_every_kind_has_a_suffix_of_its_own():
    assert set(numbers.SUFFIXES) == set(Notice.Kind)
    assert len(set(numbers.SUFFIXES.values())) == len(Notice.Kind)


def test_many_in_one_call_are_numbered_in_their_order(world):
    first = issue(world, "acceptance")
    other = Authority.objects.create(name="青禾区应急管理局", notice_prefix="青应急")
    kinds = [("acceptance", world.lead), ("decline", other), ("acceptance", other), ("acceptance", world.lead)]
    kinds += [("acceptance", world.market)]  # has no stem of its own
    letters = [actions.Letter(kind, issuer, world.company, world.company, FACTS) for kind, issuer in kinds]
    with transaction.atomic():
        notices = actions.issue_all(letters, None)
        assert actions.issue_all([], None) == []
    year = first.year
    assert [notice.number for notice in notices] == [
        f"青信修受〔{year}〕2号",
        f"青应急不受〔{year}〕1号",
        f"青应急受〔{year}〕1号",
        f"青信修受〔{year}〕3号",
        f"青信修受〔{year}〕4号",
    ]
    lines = Entry.objects.filter(verb="notices.issue").order_by("sequence")
    assert [line.data["number"] for line in lines] == [first.number, *(notice.number for notice in notices)]


def test_many_notices_have_one_wake_up_and_none_while_work_is_waiting(world):
    letter = actions.Letter("acceptance", world.lead, world.company, world.company, FACTS)
    bells = OrmQ.objects.count()
    with transaction.atomic():
        actions.issue_all([letter] * 30, None)
        actions.issue_all([letter] * 30, None)
    assert [bell.func() for bell in OrmQ.objects.order_by("id")[bells:]] == ["notices.tasks.sweep"]
    with transaction.atomic():
        actions.issue_all([letter] * 2, None)
    rung = [bell.func() for bell in OrmQ.objects.order_by("id")[bells:]]
    assert rung == ["notices.tasks.sweep"] + ["notices.tasks.render"] * 2


def test_the_issuers_own_stem_goes_first(world):
    world.market.notice_prefix = "青市监信"
    world.market.save()
    assert issue(world).series == "青市监信受"


def test_without_a_stem_nothing_is_issued(world):
    Authority.objects.update(notice_prefix="")
    with pytest.raises(Refused) as caught:
        issue(world)
    assert caught.value.verdict.code == "no_notice_prefix"
    assert Notice.objects.count() == NumberCounter.objects.count() == 0


def test_the_year_is_beijings(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    assert issue(world).number == "青信修受〔2027〕1号"


def test_a_rollback_leaves_no_gap_and_nothing_else(world):
    issue(world)
    bells, lines = OrmQ.objects.count(), Entry.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.issue(
            kind="acceptance",
            issuer=world.market,
            addressee=world.company,
            thing=world.company,
            facts=FACTS,
            actor=None,
        )
        raise ZeroDivisionError
    assert (OrmQ.objects.count(), Entry.objects.count()) == (bells, lines)
    assert issue(world).serial == 2


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_issued():
    world = make_world()
    with pytest.raises(RuntimeError):
        actions.issue(
            kind="acceptance", issuer=world.market, addressee=world.company, thing=world.company, facts={}, actor=None
        )


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_every_number_once():
    """Also the very first numbers of a series, where the counter's row does not exist yet."""
    world = make_world()
    start, trouble = threading.Barrier(4), []

    def work(name):
        try:
            start.wait(10)
            for turn in range(8):
                try:
                    with transaction.atomic():
                        actions.issue(
                            kind="repair_approval",
                            issuer=world.market,
                            addressee=world.company,
                            thing=world.company,
                            facts={},
                            actor=None,
                        )
                        if turn % 4 == 3:
                            raise ZeroDivisionError  # its number goes back and is given to somebody else
                except ZeroDivisionError:
                    continue
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert trouble == []
    serials = sorted(Notice.objects.values_list("serial", flat=True))
    assert serials == list(range(1, 4 * 6 + 1))
    assert NumberCounter.objects.get().last == 24


def test_issuing_writes_row_line_and_bell(world):
    notice = issue(world, rule_ids=[3, 5])
    notice.refresh_from_db()
    assert (notice.status, notice.rendering, notice.attempts, notice.rule_ids) == ("issued", "pending", 0, [3, 5])
    assert len(notice.check_code) == 10
    line = Entry.objects.get(thing_type="notices.notice", thing_id=str(notice.pk))
    assert (line.verb, line.data["number"], line.actor_id) == ("notices.issue", notice.number, world.officer.pk)
    assert OrmQ.objects.count() == 1


def test_what_it_says_is_frozen(world):
    notice = issue(world, addressee=world.person, facts={"remedies": {"court": ""}}, kind="decline")
    world.person.name, world.market.review_body = "改了名", "别的机关"
    world.person.save()
    world.market.save()
    notice.refresh_from_db()
    assert notice.facts["addressee"] == {"name": "张小明", "kind": "person", "code": "3702**********1234"}
    assert "370200199001011234" not in str(notice.facts)
    # An empty text does not hide what the rules and the issuer's page say.
    assert notice.facts["remedies"] == {"review_body": "", "court": "", "review_days": 60, "suit_months": 6}


def test_guidance_names_the_terms_of_todays_rules(world):
    notice = issue(world, "repair_guidance", facts={})
    assert notice.facts["limits"] == {"accept_days": 3, "decide_days": 7}


def test_unverified_rules_are_named_for_the_officer(world):
    verified = Rule.objects.filter(verified=True).first()
    unverified = Rule.objects.filter(verified=False).first()
    assert queries.unverified_rules([verified.pk, unverified.pk]) == [unverified]
    assert queries.unverified_rules([]) == []


def test_notices_about_a_thing(world):
    about_company = issue(world)
    issue(world, thing=world.person)
    assert list(queries.notices_about(world.company)) == [about_company]
