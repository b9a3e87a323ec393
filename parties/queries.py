"""Reading people and authorities."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from parties.models import Authority, CodeMapping, Subject, User


class NoLeadAuthority(Authority.DoesNotExist):
    """Nobody is marked as the lead authority (信用主管部门) yet."""


def lead_authority() -> Authority:
    """Return the district's lead authority (信用主管部门).

    Raises:
        NoLeadAuthority: none is marked; an administrator must mark one.
    """
    authority = Authority.objects.filter(is_lead=True).first()
    if authority is None:
        raise NoLeadAuthority(_("还没有设定信用主管部门。请在管理页的“机关”里勾选一个。"))
    return authority


def codes_that_became(older: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the codes that folded older codes became, ``{(kind, older code): code}``, as applied mappings say."""
    wanted = set(older)
    if not wanted:
        return {}
    found = CodeMapping.objects.filter(old_code__in={code for _kind, code in wanted}, status=CodeMapping.Status.APPLIED)
    became = {(mapping.old_kind, mapping.old_code): mapping.code for mapping in found.order_by()}
    return {key: code for key, code in became.items() if key in wanted}


def subjects_of(user) -> QuerySet[Subject]:
    """Return the subjects the user may act for, by name."""
    if user is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return Subject.objects.none()
    return Subject.objects.filter(agencies__user=user, agencies__active=True).order_by("name")


def agents_of(subject: Subject) -> QuerySet[User]:
    """Return the active accounts that may act for the subject."""
    return User.objects.filter(agencies__subject=subject, agencies__active=True, is_active=True).order_by("pk")


def officers_of(authority: Authority, *roles: str) -> QuerySet[User]:
    """Return the active people of an authority, of the given roles (all staff roles when none is given)."""
    return User.objects.filter(authority=authority, role__in=roles or User.STAFF_ROLES, is_active=True).order_by("pk")
