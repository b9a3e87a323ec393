"""Take-downs that platforms have not confirmed yet, whose last day a new holiday table moves, and who looks after it."""

from django.db import models
from django.db.models import Exists, OuterRef

from exchange.models import Delivery, OutboundEvent
from exchange.queries import due_for
from parties.models import User
from policy.deadlines.actions import Moved, tell
from policy.workdays import WorkCalendar, changed_deadlines

#: Told or being told, and no receipt yet.
WAITING = (Delivery.Status.PENDING, Delivery.Status.DELIVERED, Delivery.Status.FAILED)


def tell_moved(actor: models.Model | None, before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Tell who looks after the platforms that a take-down is due on another day now; return what changed.

    Takes and is called as the other tellers of :func:`policy.holidays.when_the_calendar_changes`.
    """
    waiting = Delivery.objects.filter(event=OuterRef("pk"), status__in=WAITING)
    events = OutboundEvent.objects.filter(Exists(waiting), type__in=OutboundEvent.TAKE_DOWN).order_by("pk")
    open_events = {event.pk: event for event in events}

    def how(event: OutboundEvent):
        return lambda calendar: due_for(event, calendar)

    changed = changed_deadlines(before, after, ((pk, how(event)) for pk, event in open_events.items()))
    people = _responsible() if changed else frozenset()
    return tell(
        actor,
        [
            Moved(event, event.data.get("document_number", ""), event.subject, "remove", old, new, people)
            for pk, old, new in changed
            for event in [open_events[pk]]
        ],
        before,
        after,
    )


def _responsible() -> frozenset[int]:
    """Whoever may send again (administrators), and the lead office, which makes the platforms act."""
    active = User.objects.filter(is_active=True)
    lead = active.filter(role__in=[User.Role.OFFICER, User.Role.APPROVER], authority__is_lead=True)
    everybody = lead | active.filter(role=User.Role.ADMINISTRATOR)
    return frozenset(everybody.values_list("pk", flat=True))
