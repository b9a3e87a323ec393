"""Reading notices: by thing, by reader, by trouble."""

from collections.abc import Iterable

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from notices.models import Notice
from parties.models import User
from policy.models import Rule


def thing_key(thing: Model) -> tuple[str, str]:
    """Return ``(app.model, primary key)``; a child of a multi-table model counts as its parent.

    So a notice issued about a ``RepairApplication`` is found again from its ``Case``.
    """
    model = type(thing)
    while parents := [parent for parent, field in model._meta.parents.items() if field is not None]:
        model = parents[0]
    return model._meta.label_lower, str(thing.pk)


def notices_about(thing: Model) -> QuerySet[Notice]:
    """Return every notice about a record or a case, newest first."""
    thing_type, thing_id = thing_key(thing)
    return Notice.objects.filter(thing_type=thing_type, thing_id=thing_id).select_related("issuer", "service")


def inbox(user: User) -> QuerySet[Notice]:
    """Return the letters to every subject the user acts for, newest first; none for a signed-out user."""
    if not user.is_authenticated:
        return Notice.objects.none()
    return Notice.objects.filter(addressee__agencies__user=user, addressee__agencies__active=True).select_related(
        "issuer", "addressee", "service"
    )


def unread(user: User) -> QuerySet[Notice]:
    """Return the letters in the inbox that nobody has opened yet."""
    return inbox(user).filter(service__isnull=True, status=Notice.Status.ISSUED)


def work_is_waiting() -> bool:
    """Whether PDFs are due already: then a worker was woken up before, or the next sweep is near."""
    return Notice.objects.filter(rendering=Notice.Rendering.PENDING, next_at__lte=timezone.now()).exists()


def failed() -> QuerySet[Notice]:
    """Return the notices whose PDF could not be made: visible work with a retry button, oldest first."""
    return (
        Notice.objects.filter(rendering=Notice.Rendering.FAILED)
        .select_related("issuer", "addressee")
        .order_by("issued_at", "id")
    )


def in_trouble() -> QuerySet[Notice]:
    """Return failed notices and those that wait for another attempt after an error, oldest first."""
    return (
        Notice.objects.filter(Q(rendering=Notice.Rendering.FAILED) | Q(rendering=Notice.Rendering.PENDING))
        .exclude(last_error="")
        .select_related("issuer", "addressee")
        .order_by("issued_at", "id")
    )


def unverified_rules(rule_ids: Iterable[int]) -> list[Rule]:
    """Return the rules among these that nobody has compared with the official text (核验).

    For the officer, before a notice that rests on them is issued; the notice itself does not print it.
    """
    return list(Rule.objects.filter(pk__in=list(rule_ids), verified=False).order_by("key", "effective_from"))
