"""Queries over the API: ask by authorisation or statute, one's own statement, who asked about whom. Doors only."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from parties.models import Subject
from policy.shapes import FORM, QUERY, After, Key, Limit, Short, ask, checked, stretch, wrong
from policy.verdict import Refused
from records.enquiries import actions, guards, listing, views
from records.enquiries.forms import QueryFilter, QuestionForm
from records.enquiries.models import QueryRecord
from records.uploads import UnusableFile

router = Router(tags=["queries"])

#: Which field a refusal's code belongs to.
FIELD_OF = {"basis": "basis_title", "authorisation": "proof"}
FIELDS = ("code", "name", "purpose", "kind", "authorised_on")


class QuestionIn(Schema):
    """Whom an officer asks about, why, and by what right. Sent as a form (multipart), with the proof."""

    code: Short = Field("", description="Unified social credit code, or a natural person's number.")
    name: Short = Field("", description="Needed for a natural person; must be the number's.")
    purpose: Annotated[str, Field(max_length=1000)] = Field("", examples=["某项目投标资格审查"])
    kind: Short = Field("", description="authorised (授权查询, with `proof`) or statutory (依法查询, with the basis).")
    recipient: Short = Field("", description="Who uses the answer; empty: your office.")
    authorised_by: Short = ""
    authorised_on: Short = Field("", description="2026-04-01")
    basis_title: Short = ""
    basis_article: Short = ""


class OwnIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"subject_id": 7}]})

    subject_id: int = Field(ge=1, le=2**63 - 1, description="`id` from `GET /subjects`.")


class StatementOut(Schema):
    """The credit statement: a notice, to be read at `GET /notices/{number}`."""

    notice: str = Field(description="文号.")


class ShownOut(Schema):
    """One record as the query showed it."""

    public_id: str
    document_number: str
    decision_date: str
    authority: str
    category: str
    severity: str
    content: str = Field(description="Numbers of people masked.")
    publicity_until: str
    subject_name: str
    violation_type: str
    status: str
    objection: bool
    explanation: str


class QueryOut(Schema):
    """That somebody asked: who, when, why, by what right. A natural person's number is masked."""

    id: int
    kind: str = Field(description="own, authorised or statutory.")
    asked_by: str
    office: str
    asked_at: datetime
    subject: str = Field(description="Empty: nobody has this code.")
    asked_for: str
    recipient: str
    purpose: str
    authorised_by: str
    authorised_on: date | None
    basis_title: str
    basis_article: str
    kept_until: date
    released: bool = Field(description="Its particulars were let go after the years of keeping.")


class QueryList(Schema):
    items: list[QueryOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


class AboutMeOut(Schema):
    """A query about a subject that you act for: who uses the answer, and what for."""

    id: int
    asked_at: datetime
    subject: str
    kind: str
    used_by: str
    purpose: str


class AboutMe(Schema):
    items: list[AboutMeOut]
    more: bool = Field(description="Older ones follow: ask again with `after` set to the last `id`.")


class QueryDetail(QueryOut):
    shown: list[ShownOut] | None = Field(description="What was shown; null if you may not see it, see `why_not`.")
    why_not: str
    statement: str = Field(description="文号 of the credit statement issued for it; empty: none.")
    may_issue_statement: bool
    proof_sha256: str


def _out(query: QueryRecord) -> dict[str, Any]:
    names = ("kind", "asked_at", "asked_for", "recipient", "purpose", "authorised_by", "authorised_on")
    return {
        "id": query.pk,
        **{name: getattr(query, name) for name in (*names, "basis_title", "basis_article")},
        "asked_by": str(query.asked_by),
        "office": str(query.office or ""),
        "subject": str(query.subject or ""),
        "kept_until": guards.kept_until(query),
        "released": query.is_released,
    }


def _detail(request: HttpRequest, query: QueryRecord) -> dict[str, Any]:
    seen = guards.can_see_shown(request.user, query)
    statement = actions.statement_of(query)
    return {
        **_out(query),
        "shown": query.shown if seen else None,
        "why_not": "" if seen else str(seen.reason),
        "statement": statement.number if statement else "",
        "may_issue_statement": bool(guards.can_issue_statement(request.user, query)),
        "proof_sha256": query.proof_sha256,
    }


def _find(request: HttpRequest, query_id: int) -> QueryRecord:
    query = get_object_or_404(QueryRecord.objects.select_related("asked_by", "office", "subject"), pk=query_id)
    ask(guards.can_see(request.user, query))
    return query


@router.get("/queries", response=QueryList, summary="Who asked about whom, when and by what right")
def list_queries(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="Name or code of whom it was about.")] = "",
    asked_by: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    since: Annotated[str, Query(max_length=10, description="2026-04-01")] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    after: After = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return the queries that you may know of: the auditor all, an office its own."""
    ask(guards.can_list(request.user))
    form = QueryFilter({"q": q, "asked_by": asked_by, "kind": kind, "since": since, "until": until})
    wanted = checked(form, QUERY)
    found, more = stretch(listing.filtered(listing.queries_for(request.user), wanted), after, limit)
    return {"items": [_out(query) for query in found], "more": more}


@router.post("/queries", response={201: QueryDetail}, summary="Ask with an authorisation or on a statutory basis")
def ask_question(request: HttpRequest, body: Form[QuestionIn], proof: File[UploadedFile | None] = None) -> Status:
    """Ask about somebody. That you asked is kept, with why and by what right; the answer is yours to see today.
    A code that nobody has is a query too, and shows nothing."""
    ask(guards.can_query(request.user))
    given = checked(QuestionForm(body.dict(), {"proof": proof} if proof else {}), place=FORM)
    try:
        made = actions.ask(request.user, actions.Question(**given))
    except UnusableFile as error:
        raise wrong(str(error), "proof", place=FORM) from error
    except Refused as refused:
        if refused.status != 400:
            raise
        code = refused.verdict.code
        name = FIELD_OF.get(code, code if code in FIELDS else "")
        raise wrong(str(refused.verdict.reason), *([name] if name else []), place=FORM) from refused
    return Status(201, _detail(request, _find(request, made.pk)))


@router.post("/queries/own", response=StatementOut, summary="The credit statement of a subject that you act for")
def ask_own(request: HttpRequest, body: OwnIn) -> dict[str, Any]:
    """Query your own subject. Asked again on the same day while nothing has changed, it is the same statement."""
    notice = actions.ask_own(request.user, get_object_or_404(Subject, pk=body.subject_id))
    return {"notice": notice.number}


@router.get("/queries/about-me", response=AboutMe, summary="Who asked about the subjects that you act for")
def list_about_me(request: HttpRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    """Return the queries about the subjects you act for, as far as these made or authorised them."""
    found, more = stretch(listing.queries_about(request.user), after, limit)
    items = [
        {
            "id": query.pk,
            "asked_at": query.asked_at,
            "subject": str(query.subject),
            "kind": query.kind,
            "used_by": str(query.asked_by) if query.kind == QueryRecord.Kind.OWN else query.recipient,
            "purpose": query.purpose,
        }
        for query in found
    ]
    return {"items": items, "more": more}


@router.get(
    "/queries/export.csv",
    summary="The filtered list as a file, for the auditor; taking it out is journaled",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"text/csv": {}}}}},
)
def export(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200)] = "",
    asked_by: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> HttpResponse:
    """Return the list that `GET /queries` would give with the same filters, whole."""
    ask(guards.can_export(request.user))
    checked(QueryFilter({"q": q, "asked_by": asked_by, "kind": kind, "since": since, "until": until}), QUERY)
    return views.export(request)


@router.get("/queries/{query_id}", response=QueryDetail, summary="One query, and what it showed if you may see it")
def read_query(request: HttpRequest, query_id: Key) -> dict[str, Any]:
    return _detail(request, _find(request, query_id))


@router.post("/queries/{query_id}/statement", response=StatementOut, summary="Issue an authorised query's statement")
def issue_statement(request: HttpRequest, query_id: Key) -> dict[str, Any]:
    return {"notice": actions.issue_statement(request.user, _find(request, query_id)).number}


@router.get(
    "/queries/{query_id}/proof/{number}",
    summary="One page of the authorisation as a picture",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"image/png": {}}}}},
)
def read_proof(request: HttpRequest, query_id: Key, number: Key) -> HttpResponse:
    return views.proof_page(request, query_id, number)
