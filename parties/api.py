"""Whom an account acts for: what "my account" shows, for a program."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

router = Router(tags=["subjects"])


class SubjectOut(Schema):
    """A subject that the caller acts for."""

    id: int
    kind: str = Field(description="entity, business or person.")
    name: str
    code: str = Field(description="Unified social credit code; a natural person's number masked.")
    title: str = Field(description="In what capacity the account acts.")


class SubjectList(Schema):
    items: list[SubjectOut]


@router.get("/subjects", response=SubjectList, summary="The subjects that you act for")
def list_subjects(request: HttpRequest) -> dict[str, Any]:
    """Return the subjects whose records, letters and cases are yours to deal with; none for most officers."""
    agencies = request.user.agencies.filter(active=True).select_related("subject").order_by("subject_id")
    return {
        "items": [
            {
                "id": agency.subject_id,
                "kind": agency.subject.kind,
                "name": agency.subject.name,
                "code": agency.subject.shown_code,
                "title": agency.title,
            }
            for agency in agencies
        ]
    }
