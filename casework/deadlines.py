"""Open cases whose deadline a new holiday table moves, and whom it concerns."""

from django.db import models
from django.utils import timezone

from casework import guards
from casework.clock import clock
from casework.models import Case
from parties.models import Authority, User
from parties.queries import agents_of, officers_of
from policy.deadlines.actions import Moved, tell
from policy.rulebook import RuleBook
from policy.workdays import Due, WorkCalendar, changed_deadlines


def tell_moved(actor: models.Model | None, before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Tell everybody whom an open case's changed deadline concerns; return what changed.

    Takes who changed the calendar (None: the system), and the calendar before and after. Called in the transaction
    that changes it.
    """
    today = timezone.localdate()
    book = RuleBook.load(today)

    def how(case: Case):
        def due_under(calendar: WorkCalendar) -> Due:
            found = clock(case, today, calendar, book)
            return Due(found.due, found.provisional, [])

        return due_under

    running = {}
    cases = Case.objects.filter(status__in=Case.OPEN).select_related("record", "subject", "authority")
    for case in cases.prefetch_related("extensions").order_by("pk"):
        found = clock(case, today, after, book)
        if found is not None:
            running[case.pk] = (case, found.step)
    changed = changed_deadlines(before, after, ((pk, how(case)) for pk, (case, _step) in running.items()))
    staff = _Staff()
    return tell(
        actor,
        [
            Moved(Case(pk=pk), case.number, case.record.public_id, step, old, new, concerned(case, staff.of(case)))
            for pk, old, new in changed
            for case, step in [running[pk]]
        ],
        before,
        after,
    )


def concerned(case: Case, staff: list[User]) -> frozenset[int]:
    """Return the keys of everybody whom a case's deadline concerns: all who act for its subject, whoever has its
    task, and those of ``staff`` who could take it."""
    people = set(agents_of(case.subject).values_list("pk", flat=True))
    owner = guards.task_owner(case)
    if owner is not None:
        people.add(owner.pk)
    people.update(user.pk for user in staff if guards.could_take(user, case))
    return frozenset(people)


class _Staff:
    """The people of the offices that handle cases, looked up once an office."""

    def __init__(self):
        self.known: dict[int, list[User]] = {}
        self.leads = list(Authority.objects.filter(is_lead=True))

    def of(self, case: Case) -> list[User]:
        offices = {office.pk: office for office in (case.authority, *self.leads)}
        return [user for office in offices.values() for user in self._people(office)]

    def _people(self, office: Authority) -> list[User]:
        if office.pk not in self.known:
            people = officers_of(office, User.Role.OFFICER, User.Role.APPROVER).select_related("authority")
            self.known[office.pk] = list(people)
        return self.known[office.pk]
