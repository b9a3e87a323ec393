"""Reading records: what each person may see, and what the public may find."""

from django.db.models import Q, QuerySet

from parties.models import User
from records.guards import sees_all
from records.life.models import Explanation, PriorReminder, Reminder, UpstreamChange
from records.models import AdverseRecord, ImportRun
from records.search.finding import find_public, public_records, search_register, was_public

__all__ = ["find_public", "public_records", "records_of", "runs_of", "search_register", "was_public"]


def records_of(user: User | None) -> QuerySet[AdverseRecord]:
    """Return the records whose every detail this person may see: the same rule as ``guards.can_read``."""
    records = AdverseRecord.objects.select_related("subject", "authority")
    if user is None or not user.is_authenticated or not user.is_active:
        return records.none()
    if sees_all(user):
        return records
    if user.role in (User.Role.OFFICER, User.Role.APPROVER):
        return records.filter(authority_id=user.authority_id)
    if user.role == User.Role.ENTERPRISE:
        return records.filter(subject__agencies__user=user, subject__agencies__active=True)
    return records.none()


def reminders_of(user: User) -> QuerySet[Reminder]:
    """Return the reminders nobody has looked at yet, about live records of the subjects the user acts for."""
    return Reminder.objects.select_related("record__authority").filter(
        seen_at=None,
        record__status__in=AdverseRecord.LIVE,
        record__subject__agencies__user=user,
        record__subject__agencies__active=True,
    )


def explanation_of(record: AdverseRecord) -> Explanation | None:
    """Return the explanation that is shown beside this record, or None (自主解释)."""
    return record.explanations.filter(status=Explanation.Status.LIVE).first()


def explanations_to_moderate() -> QuerySet[Explanation]:
    """Return the explanations that wait for the lead office, oldest first."""
    waiting = Explanation.objects.filter(status=Explanation.Status.PENDING)
    return waiting.select_related("record__authority", "record__subject", "submitted_by").order_by("submitted_at")


def pending_changes(user: User) -> QuerySet[UpstreamChange]:
    """Return the reported annulments and changes that wait to be confirmed and that this person may see."""
    pending = UpstreamChange.objects.filter(status=UpstreamChange.Status.REPORTED).select_related(
        "record__authority", "record__subject", "reported_by"
    )
    return pending if sees_all(user) else pending.filter(record__authority_id=user.authority_id)


def prior_reminders_of(user: User) -> QuerySet[PriorReminder]:
    """Return the reminders before a record that this person's office gave (all of them for the lead office)."""
    reminders = PriorReminder.objects.select_related("authority", "subject")
    return reminders if sees_all(user) else reminders.filter(authority_id=user.authority_id)


def runs_of(user: User) -> QuerySet[ImportRun]:
    """Return the imports this person may see: the same rule as ``guards.can_see_run``."""
    runs = ImportRun.objects.select_related("started_by")
    if sees_all(user):
        return runs
    if user.role in (User.Role.OFFICER, User.Role.APPROVER) and user.authority_id:
        return runs.filter(Q(started_by=user) | Q(started_by__authority_id=user.authority_id))
    return runs.filter(started_by=user)
