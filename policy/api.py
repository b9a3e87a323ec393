"""The rules and the calendar over the API: what the rules pages show, and 核验, under the same guards."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from policy import actions, guards, listing
from policy.forms import RuleFilter
from policy.models import Rule
from policy.shapes import QUERY, Key, Short, ask, checked

router = Router(tags=["rules"])


class RuleOut(Schema):
    """One number or list that the law gives, for a span of dates."""

    id: int
    key: str = Field(examples=["publicity.general.minimum_months"])
    name: str
    value: Any
    value_in_words: str
    unit: str
    title: str = Field(description="The legal basis.")
    article: str
    mark: str = Field(description="V compared with the original, P reported, R general knowledge, I inferred.")
    verified: bool = Field(description="核验: somebody compared it with the official text.")
    effective_from: date
    effective_until: date | None
    in_force: bool
    sectors: list[str] = Field(description="Empty: every sector.")
    pack: str
    edited: bool = Field(description="An administrator changed what the pack says.")
    note: str


class RuleList(Schema):
    items: list[RuleOut]


class Said(Schema):
    field: str
    old: str
    new: str


class RuleChangeOut(Schema):
    """One edit of a rule; the last one is how it came."""

    at: datetime
    who: str
    first: bool
    fields: list[Said]


class RuleDetail(RuleOut):
    governs: str = Field(description="For whom this rule is the one that governs today.")
    digest: str = Field(description="Of what the rule says now; give it back to verify what you have seen.")
    history: list[RuleChangeOut]


class SeenIn(Schema):
    """What was compared with the official text: the digest that the rule was read with."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"seen": "9f2c…"}]})

    seen: Short


class DayOut(Schema):
    day: date
    name: str


class YearOut(Schema):
    """An announced year: its source and every day that differs from the plain week."""

    year: int
    source: str
    announced_on: date
    free: list[DayOut]
    worked: list[DayOut]


class CalendarOut(Schema):
    items: list[YearOut]


def _rule(line: listing.Line) -> dict[str, Any]:
    rule = line.rule
    names = ("key", "value", "unit", "mark", "verified", "effective_from", "effective_until", "sectors", "note")
    return {
        **{name: getattr(rule, name) for name in names},
        "id": rule.pk,
        "name": line.name,
        "value_in_words": line.value,
        "title": rule.basis_title,
        "article": rule.basis_article,
        "in_force": line.in_force,
        "pack": rule.pack.code,
        "edited": rule.is_edited,
    }


def _detail(rule: Rule) -> dict[str, Any]:
    return {
        **_rule(listing.Line(rule, rule.holds(timezone.localdate()))),
        "governs": listing.governs_for(rule),
        "digest": rule.content_digest(),
        "history": [
            {
                "at": change.at,
                "who": change.who,
                "first": change.first,
                "fields": [{"field": name, "old": old, "new": new} for name, old, new in change.fields],
            }
            for change in listing.history_of(rule)
        ],
    }


@router.get("/rules", response=RuleList, summary="The rules, with basis, dates and 核验")
def list_rules(
    request: HttpRequest,
    text: Annotated[str, Query(max_length=60, description="In name, key, basis or note.")] = "",
    pack: Annotated[str, Query(max_length=60)] = "",
    sector: Annotated[str, Query(max_length=40)] = "",
    span: Annotated[str, Query(pattern="^(all)?$", description="all: also what does not hold today.")] = "",
    unverified: bool = False,
) -> dict[str, Any]:
    """Return every rule that matches, in the order of their keys. Nothing is left out, so there is no next page."""
    ask(guards.can_read_rules(request.user))
    given = {"text": text, "pack": pack, "sector": sector, "span": span, "unverified": unverified}
    form = RuleFilter(given)
    checked(form, QUERY)
    return {"items": [_rule(line) for line in listing.found(**form.wanted())]}


@router.get("/rules/{rule_id}", response=RuleDetail, summary="One rule: for whom it governs, who changed it when")
def read_rule(request: HttpRequest, rule_id: Key) -> dict[str, Any]:
    ask(guards.can_read_rules(request.user))
    return _detail(get_object_or_404(Rule.objects.select_related("pack"), pk=rule_id))


@router.post("/rules/{rule_id}/verify", response=RuleDetail, summary="核验: it was compared with the official text")
def verify_rule(request: HttpRequest, rule_id: Key, body: SeenIn) -> dict[str, Any]:
    """State that the rule as read (``digest``) says what the official text says. 409 if it was edited since."""
    rule = actions.verify(request.user, get_object_or_404(Rule, pk=rule_id), body.seen)
    return _detail(rule)


@router.get("/calendar", response=CalendarOut, summary="Announced years: holidays and make-up days")
def read_calendar(request: HttpRequest) -> dict[str, Any]:
    ask(guards.can_read_rules(request.user))
    return {
        "items": [
            {
                "year": found["year"].year,
                "source": found["year"].source,
                "announced_on": found["year"].announced_on,
                "free": [{"day": one.day, "name": one.name} for one in found["free"]],
                "worked": [{"day": one.day, "name": one.name} for one in found["worked"]],
            }
            for found in listing.years()
        ]
    }
