"""The officer's desk over the API: open tasks, the caller's own and the office's queue."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from casework import desk, guards
from casework.api.shapes import CaseOut, case_out
from casework.models import Case
from policy.shapes import Limit, ask

router = Router(tags=["cases"])


class TaskOut(Schema):
    """One open task: a case that somebody of the office has to work on."""

    id: int
    case: CaseOut
    owner: str = Field(description="Who has taken it; empty: it is in the office's queue.")
    mine: bool
    flags: list[str] = Field(description="evidence_reused, objection_open, many_parties.")


class TaskList(Schema):
    items: list[TaskOut]
    more: bool = Field(description="Later ones follow: ask again with `after` set to the highest `id`.")


@router.get("/desk", response=TaskList, summary="Open tasks that you may work on")
def list_tasks(
    request: HttpRequest,
    whose: Annotated[str, Query(pattern="^(mine|free)?$")] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=100, description="Case number, party, code or document number.")] = "",
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Highest `id` that you have.")] = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return tasks in the order in which they were opened; within one answer your own and the most urgent first."""
    ask(guards.can_see_desk(request.user))
    tasks = desk.search(desk.tasks_of(request.user), q).filter(pk__gt=after)
    if kind in Case.Kind.values:
        tasks = tasks.filter(process__case__kind=kind)
    if status in Case.OPEN:
        tasks = tasks.filter(process__case__status=status)
    if whose == "mine":
        tasks = tasks.filter(owner=request.user)
    elif whose == "free":
        tasks = tasks.filter(owner=None)
    found = list(tasks.order_by("pk")[: limit + 1])
    return {
        "items": [
            {
                "id": row.task.pk,
                "case": case_out(request.user, row.case),
                "owner": str(row.task.owner or ""),
                "mine": row.mine,
                "flags": list(row.flags),
            }
            for row in desk.rows(found[:limit], request.user)
        ],
        "more": len(found) > limit,
    }
