"""Reading the records of queries: lists by reader, filters, and what has been kept long enough."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from parties.models import User
from policy.rulebook import today_book
from policy.workdays import add_months
from records.enquiries.models import QueryRecord


def queries_for(user: User) -> QuerySet[QueryRecord]:
    """Return the queries this person may know of: the same rule as ``guards.can_see``."""
    queries = QueryRecord.objects.select_related("asked_by", "office", "subject")
    if user.role in (User.Role.AUDITOR, User.Role.ADMINISTRATOR):
        return queries
    if user.role in (User.Role.OFFICER, User.Role.APPROVER) and user.authority_id:
        return queries.filter(office_id=user.authority_id)
    return queries.none()


def queries_about(user: User) -> QuerySet[QueryRecord]:
    """Return the queries about the subjects a person acts for that these made themselves or authorised."""
    return QueryRecord.objects.select_related("asked_by", "office", "subject").filter(
        kind__in=[QueryRecord.Kind.OWN, QueryRecord.Kind.AUTHORISED],
        subject__agencies__user=user,
        subject__agencies__active=True,
    )


def filtered(queries: QuerySet[QueryRecord], wanted: dict[str, Any]) -> QuerySet[QueryRecord]:
    """Narrow a list by the cleaned values of ``QueryFilter``; days are Beijing's, both ends included."""
    if text := (wanted.get("q") or "").strip():
        queries = queries.filter(
            Q(subject__name__icontains=text) | Q(asked_for__iexact=text) | Q(subject__code__iexact=text)
        )
    if text := (wanted.get("asked_by") or "").strip():
        queries = queries.filter(Q(asked_by__full_name__icontains=text) | Q(asked_by__username__iexact=text))
    if wanted.get("kind"):
        queries = queries.filter(kind=wanted["kind"])
    if wanted.get("since"):
        queries = queries.filter(asked_at__gte=_midnight(wanted["since"]))
    if wanted.get("until") and wanted["until"] < date.max:
        queries = queries.filter(asked_at__lt=_midnight(wanted["until"] + timedelta(days=1)))
    return queries


def kept_long_enough(today: date | None = None) -> QuerySet[QueryRecord]:
    """Return the queries whose years of keeping are over and about which nobody has decided yet, oldest first."""
    years = int(today_book().value("query.kept_years").value)
    first_kept = add_months(today or timezone.localdate(), -12 * years)
    return QueryRecord.objects.filter(released_at=None, asked_at__lt=_midnight(first_kept)).order_by("asked_at", "pk")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
