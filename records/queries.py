"""Reading records: what each person may see, and what the public may find."""

from django.db.models import Q, QuerySet

from parties.models import User
from records.guards import sees_all
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


def runs_of(user: User) -> QuerySet[ImportRun]:
    """Return the imports this person may see: the same rule as ``guards.can_see_run``."""
    runs = ImportRun.objects.select_related("started_by")
    if sees_all(user):
        return runs
    if user.role in (User.Role.OFFICER, User.Role.APPROVER) and user.authority_id:
        return runs.filter(Q(started_by=user) | Q(started_by__authority_id=user.authority_id))
    return runs.filter(started_by=user)
