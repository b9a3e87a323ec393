"""Everybody told when a calendar year is loaded: who, where each looks, once, and seen when opened."""

import datetime as dt
import json

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from casework import actions
from casework.models import Case
from config import journey
from exchange import actions as exchange
from exchange.models import Delivery, OutboundEvent, Subscriber
from journal.models import Entry
from parties.models import Agency, User
from parties.tokens import create_token
from policy.deadlines.models import DeadlineChange, DeadlineTold
from policy.deadlines.queries import news_for, news_of
from policy.holidays import import_years, read_years
from records.life.models import UpstreamChange
from tests.integration.test_casework_cells import bring_to
from tests.integration.test_policy_deadlines import at

pytestmark = pytest.mark.django_db
S = Case.Status
DOCUMENT = "国务院办公厅关于2027年部分节假日安排的通知（试验用）"


def year_2027(*days: str, worked: str = "2027-01-09", announced: str = "2026-11-20"):
    """New Year 2027: free until Sunday 3 January (or as told), Saturday 9 January worked."""
    first, last = days or ("2027-01-01", "2027-01-03")
    return read_years(
        {
            "year": [
                {
                    "year": 2027,
                    "source": DOCUMENT,
                    "announced_on": dt.date.fromisoformat(announced),
                    "holidays": [
                        {"name": "元旦", "from": dt.date.fromisoformat(first), "until": dt.date.fromisoformat(last)}
                    ],
                    "workdays": [{"name": "元旦调休", "day": dt.date.fromisoformat(worked)}],
                }
            ]
        }
    )


@pytest.fixture
def players():
    return journey.cast()


@pytest.fixture
def case(players):
    """A real repair case, accepted on 31 December 2026: seven working days end on 12 January, or on the 11th when
    Saturday the 9th is worked."""
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    Case.objects.filter(pk=case.pk).update(accepted_at=at("2026-12-31"))
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def as_(client):
    def sign_in(user):
        user = user if isinstance(user, User) else User.objects.get(username=user)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def told(thing_type="casework.case") -> set[str]:
    rows = DeadlineTold.objects.filter(change__thing_type=thing_type).select_related("user")
    return {row.user.username for row in rows}


def test_who_is_told_of_a_case(players, case):
    second = User.objects.create_user("second-agent", role=User.Role.ENTERPRISE)
    Agency.objects.create(user=second, subject=case.subject)
    former = User.objects.create_user("former-agent", role=User.Role.ENTERPRISE)
    Agency.objects.create(user=former, subject=case.subject, active=False)
    import_years(None, year_2027())
    assert told() == {"enterprise", "second-agent", "officer", "officer2"}, "not the lead office: it cannot take it now"


def test_when_it_waits_for_approval_the_approvers_are_told(players):
    case = bring_to(players, "repair", S.RECOMMENDED, 1)
    Case.objects.filter(pk=case.pk).update(accepted_at=at("2026-12-31"))
    import_years(None, year_2027())
    assert told() == {"enterprise", "approver", "approver2"}


def test_while_a_supplement_is_awaited_the_office_is_told_too(players):
    case = bring_to(players, "repair", S.SUPPLEMENT_REQUESTED, 1)
    case.supplements.update(requested_at=at("2026-12-24"))
    import_years(None, year_2027())
    assert {"enterprise", "officer", "officer2"} <= told()


def test_what_is_kept_of_it(players, case):
    import_years(players.approver, year_2027())
    change = DeadlineChange.objects.get()
    assert (change.number, change.record_id, change.step) == (case.number, case.record.public_id, "decide")
    assert (change.old_date, change.old_provisional) == (dt.date(2027, 1, 12), True)
    assert (change.new_date, change.new_provisional) == (dt.date(2027, 1, 11), False)
    assert (change.source, change.announced_on) == (DOCUMENT, dt.date(2026, 11, 20))
    line = Entry.objects.get(verb="casework.deadline_moved")
    assert (line.actor_id, line.data["source"], line.data["told"]) == (players.approver.pk, DOCUMENT, 3)


def test_a_date_that_only_becomes_certain_is_told_too(players):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    Case.objects.filter(pk=case.pk).update(accepted_at=at("2026-12-24"))
    import_years(None, year_2027())
    news = news_of(Case(pk=case.pk))
    assert not news.moved and news.change.old_provisional and not news.change.new_provisional
    assert "确定为 2027年1月5日 星期二，不再是暂定" in news.text
    assert Entry.objects.filter(verb="casework.deadline_confirmed", thing_id=str(case.pk)).exists()
    assert not Entry.objects.filter(verb="casework.deadline_moved").exists()
    assert news_for(players.clerk)


def test_loading_the_same_year_twice_tells_nobody_twice(players, case):
    import_years(None, year_2027())
    import_years(None, year_2027())
    assert DeadlineChange.objects.count() == 1
    assert DeadlineTold.objects.filter(user=players.clerk).count() == 1
    assert len(news_for(players.clerk)) == 1


def test_a_table_put_right_is_one_piece_of_news_from_the_day_last_known(players, case):
    import_years(None, year_2027())  # 12 → 11 January
    import_years(None, year_2027("2027-01-01", "2027-01-05"))  # two more free days: 13 January
    assert DeadlineChange.objects.count() == 2
    (news,) = news_for(players.clerk)
    assert (news.old, news.change.new_date) == (dt.date(2027, 1, 12), dt.date(2027, 1, 13))


def test_new_year_2027_as_the_applicant_sees_it(players, case, as_):
    client = as_(players.clerk)
    record_page = reverse("portal:my_record", args=[case.record.public_id])
    places = [reverse("portal:my_records"), reverse("notices:inbox")]
    assert all(DOCUMENT not in client.get(place).content.decode() for place in places)
    import_years(None, year_2027())
    for place in places:
        page = client.get(place).content.decode()
        assert "办结期限由 2027年1月12日 星期二 改为 2027年1月11日 星期一。" in page
        assert DOCUMENT in page and reverse("casework:case", args=[case.pk]) in page
    assert news_for(players.clerk), "a list is not an opening"
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "由 2027年1月12日 星期二 改为 2027年1月11日 星期一" in page and "新</strong>" in page
    assert DeadlineTold.objects.get(user=players.clerk).seen_at is not None
    assert not news_for(players.clerk)
    assert all("重新计算了" not in client.get(place).content.decode() for place in places)
    again = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert DOCUMENT in again and "新</strong>" not in again, "it still says why, as long as the deadline runs"
    assert client.get(record_page).status_code == 200


def test_opening_the_record_counts_as_seen_too(players, case, as_):
    import_years(None, year_2027())
    page = as_(players.clerk).get(reverse("portal:my_record", args=[case.record.public_id])).content.decode()
    assert "改为 2027年1月11日" in page
    assert not news_for(players.clerk)


def test_the_officers_desk_has_a_notice_and_a_marker_until_he_opens_the_case(players, case, as_):
    import_years(None, year_2027())
    client = as_(players.officer)
    page = client.get(reverse("casework:desk")).content.decode()
    assert "1 个期限重新计算了" in page and "期限已重算" in page
    client.get(reverse("casework:case", args=[case.pk]))
    page = client.get(reverse("casework:desk")).content.decode()
    assert "重新计算了" not in page and "期限已重算" not in page
    colleague = as_(players.colleague).get(reverse("casework:desk")).content.decode()
    assert "期限已重算" in colleague, "one person's opening is not another's"


def test_the_api_says_it_and_does_not_count_as_seen(players, case, client):
    import_years(None, year_2027())
    key = create_token(players.officer, "test")
    answer = client.get(f"/api/v1/cases/{case.number}", headers={"Authorization": f"Bearer {key}"})
    said = json.loads(answer.content)["deadline_change"]
    assert (said["step"], said["old"], said["old_provisional"]) == ("decide", "2027-01-12", True)
    assert (said["new"], said["provisional"], said["source"]) == ("2027-01-11", False, DOCUMENT)
    assert said["seen_at"] is None and news_for(players.officer)


def test_a_case_that_was_never_moved_says_so_by_saying_nothing(players, client):
    case = bring_to(players, "repair", S.ACCEPTED, 1)
    import_years(None, year_2027())
    key = create_token(players.officer, "test")
    answer = client.get(f"/api/v1/cases/{case.number}", headers={"Authorization": f"Bearer {key}"})
    assert json.loads(answer.content)["deadline_change"] is None
    assert not told()


def test_what_is_over_concerns_nobody_any_more(players):
    case = bring_to(players, "repair", S.SUBMITTED, 1)
    Case.objects.filter(pk=case.pk).update(submitted_at=at("2026-12-31"))
    import_years(None, year_2027("2027-01-01", "2027-01-04"))
    assert news_for(players.officer)
    actions.accept(players.officer, Case.objects.get(pk=case.pk))
    assert not news_for(players.officer) and not news_for(players.clerk)
    assert news_of(Case(pk=case.pk)) is None


def test_sent_to_approval_the_same_deadline_runs_on(players, case):
    import_years(None, year_2027())
    actions.recommend(players.officer, case, "approved", "属实")
    assert news_for(players.colleague) and news_of(Case(pk=case.pk)) is not None
    actions.send_back(players.approver, Case.objects.get(pk=case.pk), "再看看")
    assert news_of(Case(pk=case.pk)) is not None


def test_an_upstream_change_is_due_on_another_day(players, as_):
    record = journey.take_in(players, 1)
    change = UpstreamChange.objects.create(
        record=record, kind="annul", document_number="青政复决〔2026〕9号", effective_on=dt.date(2026, 12, 30),
        decided_by="区政府", reason="撤销", file="upstream/x.png", file_name="x.png", media_type="image/png",
        sha256="0" * 64, reported_by=players.officer, reported_at=timezone.now(),
    )  # fmt: skip
    import_years(None, year_2027("2027-01-01", "2027-01-04"))  # 31 Dec, 5 and 6 Jan instead of 31 Dec, 4 and 5 Jan
    assert {"officer", "officer2", "approver", "lead"} <= told("records.upstreamchange")
    assert "enterprise" not in told("records.upstreamchange")
    client = as_(players.colleague)
    listed = client.get(reverse("records:changes")).content.decode()
    assert "跟进撤销、变更的期限由 2027年1月5日 星期二 改为 2027年1月6日 星期三。" in listed
    page = client.get(reverse("records:change", args=[change.pk])).content.decode()
    assert "2027年1月6日 星期三" in page and DOCUMENT in page
    assert not news_for(players.colleague)
    assert Entry.objects.filter(verb="records.deadline_moved", thing_id=str(change.pk)).exists()


def test_a_take_down_is_due_on_another_day(players, as_):
    record = journey.take_in(players, 1)
    Subscriber.objects.create(name="平台", url="https://platform.invalid/", secret="whsec_c2NlbmU=")
    with transaction.atomic():
        event = exchange.emit(OutboundEvent.Type.REMOVED, record.public_id, {"document_number": record.document_number})
    OutboundEvent.objects.filter(pk=event.pk).update(time=at("2026-12-30"))
    import_years(None, year_2027("2027-01-01", "2027-01-04"))
    people = told("exchange.outboundevent")
    assert {"approver", "lead", "administrator"} <= people and not people & {"enterprise", "officer"}
    work = as_("administrator").get(reverse("portal:work")).content.decode()
    assert "平台撤下期限由" in work and reverse("portal:my_record", args=[record.public_id]) in work
    as_("administrator").get(reverse("portal:my_record", args=[record.public_id]))
    assert not news_for(User.objects.get(username="administrator"))
    approver = User.objects.get(username="approver")
    assert news_for(approver)
    exchange.confirm(None, event.deliveries.get(), "HZ1", timezone.now())
    assert not news_for(approver), "confirmed: nobody waits for it"


def test_a_confirmed_take_down_tells_nobody(players):
    record = journey.take_in(players, 1)
    Subscriber.objects.create(name="平台", url="https://platform.invalid/", secret="whsec_c2NlbmU=")
    with transaction.atomic():
        event = exchange.emit(OutboundEvent.Type.REMOVED, record.public_id, {"document_number": "x"})
    OutboundEvent.objects.filter(pk=event.pk).update(time=at("2026-12-30"))
    event.deliveries.update(status=Delivery.Status.CONFIRMED)
    import_years(None, year_2027("2027-01-01", "2027-01-04"))
    assert not told("exchange.outboundevent")


def test_whether_a_record_came_in_late_is_counted_again(players):
    record, other = (journey.take_in(players, number) for number in (1, 2))
    for one, late in ((record, 1), (other, 0)):
        type(one).objects.filter(pk=one.pk).update(
            decision_date=dt.date(2026, 12, 31), registered_at=at("2027-01-13" if late else "2027-01-05"),
            late_days=late, reported_late=bool(late),
        )  # fmt: skip
    import_years(None, year_2027("2027-01-01", "2027-01-05"))  # the seventh working day is the 13th, not the 12th
    record.refresh_from_db()
    assert (record.late_days, record.reported_late) == (0, False)
    (line,) = Entry.objects.filter(verb="records.late_recounted")
    assert (line.thing_id, line.data["old"], line.data["new"]) == (str(record.pk), 1, 0)
