"""The journal and the work that waits, over the API, for the auditor and the administrator. Nothing here changes."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from exchange import queries as exchange_queries
from notices import queries as notices_queries
from parties.models import Authority
from policy.shapes import QUERY, Limit, ask, checked, wrong
from portal import guards, journal_reading, running
from portal.figures import PERIODS, figures
from portal.forms import JournalFilter
from portal.views.staff import FAILURES_SHOWN

router = Router(tags=["office"])


class JournalEntryOut(Schema):
    """One line of the journal. ``intact``: its own hash still fits what it says."""

    sequence: int
    at: datetime
    actor: str
    verb: str
    thing: str = Field(examples=["records.adverserecord/12"])
    data: dict[str, Any]
    hash: str
    intact: bool


class ChainOut(Schema):
    """The newest lines recalculated; all of them: ``manage.py journal verify``."""

    length: int
    head: str
    checked: int
    intact: bool
    broken_at: int | None


class JournalOut(Schema):
    items: list[JournalEntryOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `sequence`.")
    chain: ChainOut


class WeekOut(Schema):
    """One week, Monday to Sunday: what came in and how what was closed ended."""

    start: date
    received: int
    favourable: int
    unfavourable: int
    declined: int
    withdrawn: int


class ShareOut(Schema):
    name: str
    part: int
    whole: int


class GroupOut(Schema):
    words: str
    number: int


class FiguresOut(Schema):
    """Cases by week and outcome, limits kept, days until the last platform confirmed, objections upheld."""

    since: date
    weeks: list[WeekOut]
    limits: list[ShareOut]
    objections: list[ShareOut]
    removals: list[GroupOut]
    median_days: float | None
    longest_days: int | None
    waiting: int = Field(description="Repairs that some platform has not confirmed yet.")


class SignOut(Schema):
    name: str
    well: bool
    words: str
    cure: str


class FailedNotice(Schema):
    number: str
    last_error: str


class FailedDelivery(Schema):
    id: int
    platform: str
    record_id: str
    last_error: str


class WorkOut(Schema):
    """What failed and waits for a person (the first hundred of each), and whether the machinery runs."""

    notices: list[FailedNotice]
    notices_total: int
    deliveries: list[FailedDelivery]
    deliveries_total: int
    signs: list[SignOut]


@router.get("/journal", response=JournalOut, summary="The journal, newest line first, and its chain's state")
def read_journal(
    request: HttpRequest,
    verb: Annotated[str, Query(max_length=60)] = "",
    actor: Annotated[str, Query(max_length=100)] = "",
    thing: Annotated[str, Query(max_length=60, description="`app.model/key`, or a part of either.")] = "",
    since: Annotated[str, Query(max_length=10, description="2026-04-01")] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="`sequence` of the last line that you have.")] = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    ask(guards.can_read_journal(request.user))
    form = JournalFilter({"verb": verb, "actor": actor, "thing": thing, "since": since, "until": until})
    lines = journal_reading.filtered(checked(form, QUERY))
    if after:
        lines = lines.filter(sequence__lt=after)
    found = list(lines[: limit + 1])
    chain = journal_reading.chain_state()
    return {
        "items": [
            {
                "sequence": row.entry.sequence,
                "at": row.entry.at,
                "actor": row.entry.actor_name,
                "verb": row.entry.verb,
                "thing": f"{row.entry.thing_type}/{row.entry.thing_id}",
                "data": row.entry.data,
                "hash": row.entry.hash,
                "intact": row.intact,
            }
            for row in journal_reading.checked(found[:limit])
        ],
        "more": len(found) > limit,
        "chain": {name: getattr(chain, name) for name in ("length", "head", "checked", "intact", "broken_at")},
    }


@router.get("/work", response=WorkOut, summary="What failed and waits for a person")
def read_work(request: HttpRequest) -> dict[str, Any]:
    ask(guards.can_see_work(request.user))
    notices, deliveries = notices_queries.in_trouble(), exchange_queries.failed()
    return {
        "notices": [{"number": one.number, "last_error": one.last_error} for one in notices[:FAILURES_SHOWN]],
        "notices_total": notices.count(),
        "deliveries": [
            {
                "id": one.pk,
                "platform": one.subscriber.name,
                "record_id": one.event.subject,
                "last_error": one.last_error,
            }
            for one in deliveries[:FAILURES_SHOWN]
        ],
        "deliveries_total": deliveries.count(),
        "signs": [
            {name: getattr(sign, name) for name in ("name", "well", "words", "cure")} for sign in running.signs()
        ],
    }


@router.get("/figures", response=FiguresOut, summary="The office's figures")
def read_figures(
    request: HttpRequest,
    weeks: Annotated[int, Query(description="12, 26 or 52.")] = PERIODS[0],
    office: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="An authority; for those who see all.")] = None,
) -> dict[str, Any]:
    ask(guards.can_see_figures(request.user))
    if weeks not in PERIODS:
        raise wrong(_("weeks 应为 12、26 或 52。"), "weeks", place=QUERY)
    chosen = request.user.authority
    if guards.sees_every_office(request.user):
        chosen = get_object_or_404(Authority, pk=office) if office else None
    found = figures(timezone.localdate(), weeks, chosen)
    return {
        "since": found.since,
        "weeks": [asdict(week) for week in found.weeks],
        "limits": [asdict(share) for share in found.limits],
        "objections": [asdict(share) for share in found.objections],
        "removals": [{"words": str(words), "number": number} for words, number in found.removals.groups],
        "median_days": found.removals.median_days,
        "longest_days": found.removals.longest_days,
        "waiting": found.removals.waiting,
    }
