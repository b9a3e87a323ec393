"""The figures page: counted from the cases, for the people who may see them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Case
from exchange import actions as exchange
from exchange.models import Delivery, OutboundEvent
from parties.models import User
from portal.charts import bars
from portal.figures import figures
from tests.integration.exchange_tools import emit
from tests.integration.test_records_register import take
from tests.records_world import code, draft, office

pytestmark = pytest.mark.django_db
S, K = Case.Status, Case.Kind
#: A Friday; the week began on Monday the 23rd.
TODAY = dt.date(2026, 11, 27)
BEIJING = ZoneInfo("Asia/Shanghai")


def at(day: str, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), BEIJING)


@pytest.fixture
def world(db):
    world = office()
    world.made = 0

    def case(kind, status, submitted, accepted=None, closed=None, authority=None, **changes):
        world.made += 1
        record = take(draft(document_number=f"青市监处罚〔2026〕{world.made}号", subject_code=code(100 + world.made)))[
            1
        ]
        return Case.objects.create(
            kind=kind,
            status=status,
            number=f"T{world.made}",
            record=record,
            subject=record.subject,
            opened_by=world.enterprise,
            authority=authority or world.market,
            submitted_at=submitted,
            accepted_at=accepted,
            closed_at=closed,
            **changes,
        )

    world.case = case
    return world


def test_weeks_are_beijing_weeks_and_every_case_is_in_one_place(world):
    world.case(K.REPAIR, S.APPROVED, at("2026-11-16"), at("2026-11-17"), at("2026-11-23", 0))
    world.case(K.OBJECTION, S.DISMISSED, at("2026-11-16"), at("2026-11-17"), at("2026-11-22", 23))
    world.case(K.DEFERRAL, S.GRANTED, at("2026-11-23"), at("2026-11-24"), at("2026-11-25"))
    world.case(K.REPAIR, S.DECLINED, at("2026-11-24"), None, at("2026-11-25"))
    world.case(K.REPAIR, S.WITHDRAWN, at("2026-11-24"), None, at("2026-11-26"))
    world.case(K.REPAIR, S.ENDED, at("2026-09-01"), at("2026-09-02"), at("2026-11-26"))
    world.case(K.REPAIR, S.SUBMITTED, at("2026-11-26"))
    # Long ago; an unsent draft; and a withdrawn draft: no case of the office's.
    world.case(K.REPAIR, S.APPROVED, at("2026-01-05"), at("2026-01-06"), at("2026-01-07"))
    world.case(K.REPAIR, S.DRAFT, None)
    world.case(K.REPAIR, S.WITHDRAWN, None, None, at("2026-11-25"))
    found = figures(TODAY, 12)
    assert (len(found.weeks), found.since) == (12, dt.date(2026, 9, 7))
    last, this = found.weeks[-2:]
    assert (last.start, last.end) == (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    assert (last.received, last.unfavourable, last.closed) == (2, 1, 1)
    assert (this.received, this.favourable, this.declined, this.withdrawn, this.closed) == (4, 2, 1, 2, 5)
    assert sum(week.closed for week in found.weeks) == 6
    assert sum(share.whole for share in found.limits) == 4, "what was withdrawn or ended is not judged"


@pytest.mark.parametrize(
    ("accepted", "closed", "kept"),
    [
        # Handed in on Monday the 9th: 3 working days for acceptance (Thursday), 7 from acceptance for the decision.
        ("2026-11-12", "2026-11-23", True),
        ("2026-11-13", "2026-11-16", False),
        ("2026-11-12", "2026-11-24", False),
    ],
)
def test_limits_are_those_of_the_rules(world, accepted, closed, kept):
    world.case(K.REPAIR, S.APPROVED, at("2026-11-09"), at(accepted), at(closed))
    [share] = figures(TODAY, 12).limits
    assert (share.name, share.part, share.whole) == (world.market.name, int(kept), 1)


def test_a_case_that_was_supplemented_is_counted_from_the_answer(world):
    world.case(
        K.REPAIR, S.DECLINED, at("2026-10-12"), None, at("2026-11-12"), resubmitted_at=at("2026-11-10")
    )  # fmt: skip
    world.case(K.REPAIR, S.DECLINED, at("2026-10-12"), None, at("2026-11-12"), authority=world.other)
    shares = figures(TODAY, 12).limits
    assert [(share.name, share.rest) for share in shares] == [(world.other.name, 1), (world.market.name, 0)]
    assert [share.name for share in figures(TODAY, 12, world.other).limits] == [world.other.name]


def test_a_removal_ends_when_the_last_platform_has_confirmed(world):
    quick, slow, waiting, unseen = (
        world.case(K.REPAIR, S.APPROVED, at("2026-11-16"), at("2026-11-16"), at("2026-11-17")) for _ in range(4)
    )
    # Nobody was subscribed when the records came in, so nothing was told of them.
    one, other = (exchange.subscribe(None, name, "http://127.0.0.1:9/") for name in "甲乙")
    for case in (quick, slow, waiting):
        emit(OutboundEvent.Type.REMOVED, case.record.public_id)

    def confirm(case, platform, day):
        found = Delivery.objects.get(subscriber=platform, event__subject=case.record.public_id)
        receipt = exchange.confirm(None, found, f"HZ{found.pk}", at("2026-11-17"))
        type(receipt).objects.filter(pk=receipt.pk).update(received_at=at(day))

    for case, days in ((quick, ("2026-11-16", "2026-11-17")), (slow, ("2026-11-26", "2026-11-17"))):
        confirm(case, one, days[0])
        confirm(case, other, days[1])
    confirm(waiting, one, "2026-11-17")
    found = figures(TODAY, 12).removals
    assert (found.median_days, found.longest_days, found.waiting) == (5.5, 10, 1)
    assert [number for _words, number in found.groups] == [1, 0, 0, 1, 0, 1]
    assert unseen.record.public_id, "a record that no platform showed counts nowhere"


def test_objections_stand_under_the_source_of_the_record(world):
    for status in (S.UPHELD, S.DISMISSED, S.WITHDRAWN):
        world.case(K.OBJECTION, status, at("2026-11-16"), at("2026-11-17"), at("2026-11-18"))
    case = world.case(K.OBJECTION, S.UPHELD, at("2026-11-16"), at("2026-11-17"), at("2026-11-18"))
    type(case.record).objects.filter(pk=case.record.pk).update(data_provider="青禾区数据中心")
    case = world.case(K.OBJECTION, S.UPHELD, at("2026-11-16"), at("2026-11-17"), at("2026-11-18"))
    type(case.record).objects.filter(pk=case.record.pk).update(data_provider="青禾区数据中心")
    shares = figures(TODAY, 12).objections
    assert [(each.name, each.part, each.whole) for each in shares] == [
        ("青禾区数据中心", 2, 2),
        (world.market.name, 1, 2),
    ]


def test_nothing_yet_is_said_in_words(world, client):
    client.force_login(world.auditor)
    page = client.get(reverse("portal:figures")).content.decode()
    for sentence in ("这段时间没有办结的办件", "这段时间没有准予修复的办件", "这段时间没有作出决定的异议"):
        assert sentence in page


@pytest.mark.parametrize("who", ["officer", "lead_officer", "approver", "auditor", "administrator"])
def test_an_authority_sees_its_own_and_the_lead_office_all(world, client, who):
    now = timezone.now()
    world.case(K.OBJECTION, S.UPHELD, now, now, now)
    world.case(K.OBJECTION, S.UPHELD, now, now, now, authority=world.other)
    client.force_login(getattr(world, who))
    every = who != "officer"
    shown = client.get(reverse("portal:figures"), {"weeks": "52"})
    assert {share.name for share in shown.context["figures"].limits} == {
        world.market.name,
        *([world.other.name] if every else []),
    }
    chosen = client.get(reverse("portal:figures"), {"office": world.other.pk, "weeks": "52"})
    assert [share.name for share in chosen.context["figures"].limits] == [
        world.other.name if every else world.market.name
    ]
    for nonsense in ({"weeks": "9999"}, {"office": "x"}, {"weeks": "\0", "office": "999999999999999999999"}):
        assert client.get(reverse("portal:figures"), nonsense).status_code == 200
    assert reverse("portal:figures") in [item.url for item in shown.context["navigation"]]


@pytest.mark.parametrize("role", [User.Role.ENTERPRISE, User.Role.PLATFORM])
def test_figures_are_not_for_everybody(client, role):
    client.force_login(User.objects.create_user("somebody", role=role))
    assert client.get(reverse("portal:figures")).status_code == 403


def test_bars_fill_exactly_what_they_stand_for():
    assert bars(0, 0) == []
    pieces = bars(4, 1, 0, 2)
    assert [(bar.x, bar.width, bar.tone) for bar in pieces] == [("0.00%", "25.00%", 1), ("25.00%", "50.00%", 3)]
