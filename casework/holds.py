"""A record with a case stays: the import that brought it in cannot be undone any more."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.models import Case
from policy.verdict import YES, Verdict, no
from records.models import AdverseRecord


def cases_hold(records: QuerySet[AdverseRecord]) -> Verdict:
    """Refuse where a case is about one of these records, a draft too: somebody has begun to rely on it."""
    case = Case.objects.filter(record__in=records).select_related("record").order_by("pk").first()
    if case is None:
        return YES
    return no(
        "case_exists",
        _("“%(number)s”已有办件 %(case)s（%(status)s）。")
        % {"number": case.record.document_number, "case": case, "status": case.get_status_display()},
        _("请在办件中处理；确属录入错误的，由作出决定的机关撤销这条记录。"),
    )
