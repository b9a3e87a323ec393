"""Reading the journal."""

from django.db.models import Model, Q, QuerySet

from journal.models import Entry


def lines_of(*things: Model) -> QuerySet[Entry]:
    """Return the journal's lines about one or several things, in order.

    A child of a table (multi-table inheritance) is also found under its parents' names: the line may have been
    written about either.
    """
    about = Q(pk__isnull=True)
    for thing in things:
        models = [thing._meta.model, *thing._meta.get_parent_list()]
        about |= Q(thing_type__in=[model._meta.label_lower for model in models], thing_id=str(thing.pk))
    return Entry.objects.filter(about).order_by("sequence")


def lines_by(actor: Model) -> QuerySet[Entry]:
    """Return what one user did, newest first."""
    return Entry.objects.filter(actor_id=actor.pk).order_by("-sequence")
