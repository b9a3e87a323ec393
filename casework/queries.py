"""Reading cases: which ones a user may see, and finding them again."""

from django.db.models import Q, QuerySet

from casework.models import Case
from parties.models import User


def visible_cases(user: User) -> QuerySet[Case]:
    """Return the cases that this user may read, in one query; ``guards.can_read`` says the same of one case."""
    cases = Case.objects.exclude(number=None).select_related("record", "subject", "authority")
    cases = cases.prefetch_related("extensions")  # their clocks count them
    if user.role == User.Role.AUDITOR:
        return cases
    if user.role in (User.Role.OFFICER, User.Role.APPROVER) and user.authority_id:
        return cases if user.authority.is_lead else cases.filter(authority=user.authority_id)
    return cases.filter(subject__agencies__user=user, subject__agencies__active=True).distinct()


def matching(text: str, prefix: str = "") -> Q:
    """Return the filter for a case number, a party's name or code, or a document number.

    ``prefix`` is the path to the case from what is filtered (``process__case__`` for a task).
    """
    text = text.strip().replace("\x00", "")
    return (
        Q(**{f"{prefix}number__icontains": text})
        | Q(**{f"{prefix}record__subject_name__icontains": text})
        | Q(**{f"{prefix}subject__code": text.upper()})
        | Q(**{f"{prefix}record__document_number__icontains": text})
    )
