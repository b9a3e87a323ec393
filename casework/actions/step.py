"""The one shape of every verb: lock, compare versions, ask the guard, act, journal, commit."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.kinds import kind_of, specific
from casework.models import Case
from journal import actions as journal
from parties.models import User
from policy.verdict import Refused, Stale, Verdict, no

Guard = Callable[[User, Case], Verdict]


@dataclass
class Step:
    """A verb in progress: the locked case as its own model, the moment, and what the journal will say."""

    case: Case
    at: Any
    data: dict[str, Any] = field(default_factory=dict)

    def save(self) -> None:
        """Save the case with its next version; the record and its rows stay the caller's business."""
        self.case.version += 1
        self.case.save()


def lock(case: Case, version: int | None = None) -> Case:
    """Return the case freshly read and locked, as its own child model. Must be called in a transaction.

    Order of locks, everywhere: a record's open cases by key, then the record, then numbers and the journal.

    Raises:
        Stale: ``version`` is given and somebody changed the case since.
    """
    # With the record's other open cases, in one order: what the verb does to the record may end them.
    same_record = Q(record_id=case.record_id, status__in=Case.UNDECIDED)
    found = Case.objects.select_for_update().filter(Q(pk=case.pk) | same_record).order_by("pk")
    locked = next(one for one in found if one.pk == case.pk)
    if version is not None and locked.version != version:
        raise Stale(
            no(
                "stale",
                _("您打开页面之后，这件办件已经有人办过了，现在的状态是“%(status)s”。")
                % {"status": locked.get_status_display()},
                _("请查看最新情况，再决定是否还需要办理。您刚才填写的内容没有保存。"),
            )
        )
    return specific(locked)


def ask_reasons(case: Case, verb: str, codes: Iterable[str], outcome: str = "") -> None:
    """Ask the case's kind whether a step may go with these coded reasons; raises ``Refused`` (422) if not."""
    verdict = kind_of(case).can_give_reasons(verb, codes, outcome)
    if not verdict:
        raise Refused(verdict, status=422)


@contextmanager
def acting(actor: User, case: Case, verb: str, guard: Guard, version: int | None = None) -> Iterator[Step]:
    """Run one verb as one transaction; the journal line is written last, when the body has succeeded.

    Takes the acting user, the case, the verb's name for the journal, its guard and, from a form, the version of the
    case that the user saw.

    Raises:
        Stale: the case changed since the user saw it.
        Refused: the guard says no; nothing was changed.
    """
    with journal.journalled():
        locked = lock(case, version)
        verdict = guard(actor, locked)
        if not verdict:
            raise Refused(verdict)
        step = Step(locked, timezone.now())
        yield step
        step.data.setdefault("status", step.case.status)
        if step.case.number:
            step.data.setdefault("number", step.case.number)
        journal.append(actor, f"{kind_of(step.case).code}.{verb}", Case(pk=step.case.pk), step.data)
