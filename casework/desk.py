"""The desk: which open tasks an officer sees, in one query over viewflow's task table."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from viewflow.workflow.models import Task

from casework.clock import Clock, clock
from casework.flow import APPROVE, REVIEW
from casework.kinds import all_kinds
from casework.models import Case, Evidence, Review
from casework.queries import matching
from casework.todo import OPEN
from parties.models import Agency, User
from policy.deadlines.queries import News, news_for
from policy.rulebook import RuleBook
from policy.workdays import WorkCalendar

#: An agent who acts for this many subjects is flagged: the trade in paid 'repairs' works that way.
MANY_PARTIES = 3


@dataclass(frozen=True)
class Row:
    """One line of the desk."""

    task: Task
    case: Case
    clock: Clock | None
    mine: bool
    flags: tuple[str, ...]
    #: What a new holiday table did to its deadline, until the user has opened it.
    news: News | None = None


def tasks_of(user: User) -> QuerySet[Task]:
    """Return the open office tasks that this user may work on (or, as an auditor, look at)."""
    tasks = Task.objects.filter(status__in=OPEN, owner_permission__in=[REVIEW, APPROVE]).select_related(
        "owner", "process__case__record", "process__case__subject", "process__case__authority"
    )
    tasks = tasks.prefetch_related("process__case__extensions")  # their clocks count them
    if user.role == User.Role.AUDITOR:
        return tasks
    if user.role not in (User.Role.OFFICER, User.Role.APPROVER) or not user.authority_id:
        return tasks.none()
    own_office = Q(owner_permission=REVIEW, process__case__authority=user.authority_id)
    if user.role == User.Role.OFFICER:
        own_office |= _to_decide_as_a_peer(user)
    if not user.authority.is_lead:
        return tasks.filter(own_office)
    lead_kinds = [kind.code for kind in all_kinds() if kind.lead_may_accept]
    received = Q(
        owner_permission=REVIEW, process__case__kind__in=lead_kinds, process__case__status=Case.Status.SUBMITTED
    )
    if user.role == User.Role.APPROVER:
        return tasks.filter(received | Q(owner_permission=APPROVE))
    return tasks.filter(own_office | received)


def _to_decide_as_a_peer(user: User) -> Q:
    """What a second officer of the handling authority may decide: not what he recommended himself."""
    peers = [kind.code for kind in all_kinds() if kind.peer_may_decide]
    last = Review.objects.filter(case=OuterRef("pk"), stage=Review.Stage.FIRST).order_by("-reviewed_at", "-id")
    cases = Case.objects.filter(kind__in=peers, authority=user.authority_id, status=Case.Status.RECOMMENDED)
    cases = cases.annotate(preparer=Subquery(last.values("reviewer")[:1])).exclude(preparer=user.pk)
    return Q(owner_permission=APPROVE, process__case__in=cases.values("pk"))


def search(tasks: QuerySet[Task], text: str) -> QuerySet[Task]:
    """Narrow to what :func:`casework.queries.matching` finds; everything for an empty text."""
    return tasks.filter(matching(text, "process__case__")) if text.strip() else tasks


def rows(tasks: list[Task], user: User, today: date | None = None) -> list[Row]:
    """Return the desk's lines for these tasks, most urgent first, the user's own before the rest."""
    today = today or timezone.localdate()
    calendar, book = WorkCalendar.load(), RuleBook.load(today)
    flags = flags_of([task.process.case for task in tasks])
    news = {piece.change.thing_id: piece for piece in news_for(user) if piece.change.thing_type == "casework.case"}
    lines = [
        Row(
            task,
            case,
            clock(case, today, calendar, book),
            task.owner_id == user.pk,
            flags.get(case.pk, ()),
            news.get(str(case.pk)),
        )
        for task in tasks
        for case in [task.process.case]
    ]
    return sorted(lines, key=lambda row: (not row.mine, row.clock.due if row.clock else date.max, row.task.pk))


def flags_of(cases: list[Case]) -> dict[int, tuple[str, ...]]:
    """Return warning codes by case: evidence used before, objection open, agent of many parties."""
    ids = [case.pk for case in cases]
    twins = Evidence.objects.filter(sha256=OuterRef("sha256")).exclude(case=OuterRef("case"))
    reused = set(
        Evidence.objects.filter(case__in=ids, withdrawn_at=None).filter(Exists(twins)).values_list("case_id", flat=True)
    )
    agents: dict[int, int] = {}
    for user_id in Agency.objects.filter(active=True, user__in=[case.opened_by_id for case in cases]).values_list(
        "user_id", flat=True
    ):
        agents[user_id] = agents.get(user_id, 0) + 1
    found = {}
    for case in cases:
        flags = []
        if case.pk in reused:
            flags.append("evidence_reused")
        if case.record.objection_marked and case.kind != Case.Kind.OBJECTION:
            flags.append("objection_open")
        if agents.get(case.opened_by_id, 0) >= MANY_PARTIES:
            flags.append("many_parties")
        found[case.pk] = tuple(flags)
    return found
