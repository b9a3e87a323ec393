"""The alias table of each source over the API: what headings mean in its files; teach, forget."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from policy.shapes import After, Key, Limit, Short, ask, stretch
from records import guards
from records.actions import forget, teach
from records.actions.teaching import MOST_AT_ONCE
from records.intake.aliases import choices_of_fields, fold_source
from records.models import HeadingAlias

router = Router(tags=["imports"])

Heading = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=200)]
Named = Annotated[str, StringConstraints(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=200)]


class HeadingOut(Schema):
    """What one heading means in the files of one source."""

    id: int
    source: str
    heading: str
    field: str = Field(description="Canonical field; empty: the column is passed over.")
    unit: str = Field(description="元 or 万元, for amounts.")
    active: bool
    taught_by: str
    taught_at: datetime
    may_change: bool


class HeadingList(Schema):
    items: list[HeadingOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")
    meanings: list[str] = Field(
        description="What a heading may be said to mean: a field, or `field|unit` of an amount."
    )


class TeachIn(Schema):
    """Headings of one source, each with its meaning; ``""`` passes a column over."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"source": "青屿区城市管理局", "headings": {"罚没款": "fine_amount|元", "案卷页数": ""}},
            ]
        },
    )

    source: Named
    headings: Annotated[dict[Heading, Short], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Taught(Schema):
    items: list[HeadingOut] = Field(description="The rows that changed; none if all was known already.")


def _out(request: HttpRequest, alias: HeadingAlias) -> dict[str, Any]:
    names = ("source", "heading", "field", "unit", "active", "taught_at")
    return {
        **{name: getattr(alias, name) for name in names},
        "id": alias.pk,
        "taught_by": str(alias.taught_by or ""),
        "may_change": bool(guards.can_teach(request.user, alias.source)),
    }


@router.get("/headings", response=HeadingList, summary="What headings mean in the files of each source")
def list_headings(
    request: HttpRequest,
    source: Annotated[str, Query(max_length=200, description="数据来源单位.")] = "",
    after: After = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    ask(guards.can_import(request.user))
    rows = HeadingAlias.objects.filter(active=True).select_related("taught_by")
    if source.strip():
        rows = rows.filter(source=fold_source(source))
    found, more = stretch(rows, after, limit)
    meanings = [meaning for meaning, _label in choices_of_fields()]
    return {"items": [_out(request, alias) for alias in found], "more": more, "meanings": meanings}


@router.post("/headings", response=Taught, summary="Teach what headings of a source mean")
def teach_headings(request: HttpRequest, body: TeachIn) -> dict[str, Any]:
    """Keep what headings mean in the files of a source, by file, page and API; all of them or, if one is wrong, none."""
    changed = teach(request.user, body.source, body.headings)
    return {"items": [_out(request, alias) for alias in changed]}


@router.post("/headings/{heading_id}/forget", response=HeadingOut, summary="Let a taught heading hold no longer")
def forget_heading(request: HttpRequest, heading_id: Key) -> dict[str, Any]:
    return _out(request, forget(request.user, get_object_or_404(HeadingAlias, pk=heading_id)))
