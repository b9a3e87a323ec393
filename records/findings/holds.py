"""A record with a finding stays: the import that brought it in cannot be undone any more."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from policy.verdict import YES, Verdict, no
from records.findings.models import Finding
from records.models import AdverseRecord


def findings_hold(records: QuerySet[AdverseRecord]) -> Verdict:
    """Refuse where something was found in the repair of one of these records and was not dismissed."""
    found = Finding.objects.filter(record__in=records).exclude(status=Finding.Status.DISMISSED)
    first = found.select_related("record").order_by("pk").first()
    if first is None:
        return YES
    return no(
        "finding_exists",
        _("“%(number)s”有查明事项（%(kind)s）。")
        % {"number": first.record.document_number, "kind": first.get_kind_display()},
        _("确属录入错误的，由作出决定的机关撤销这条记录。"),
    )
