"""What bars a subject rests on two people, and on what they wrote down."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import Case, Decision
from config.invariants.broken import Broken, row
from journal.models import Entry
from policy.rulebook import RuleBook
from records.findings.actions import REASONS
from records.models import Finding


def findings_by_two() -> Iterator[Broken]:
    """Every finding that bars was confirmed by a second person and stands in the journal with its proof; every repair
    refused for false materials has its finding."""
    for found in Finding.objects.filter(Q(settled_by=F("proposed_by")) | Q(lifted_by=F("lift_proposed_by"))):
        yield Broken("finding", row(found), _("提出和核实是同一个人。"))
    told = {
        (entry.data.get("finding"), entry.data.get("kind"), entry.data.get("found_on"))
        for entry in Entry.objects.filter(verb="records.confirm_finding").iterator()
    }
    for found in Finding.objects.exclude(status__in=[Finding.Status.PROPOSED, Finding.Status.DISMISSED]).iterator():
        if (found.pk, found.kind, found.found_on.isoformat()) not in told:
            yield Broken("finding", row(found), _("查明事项与日志不一致。"))
    for found in Finding.objects.exclude(file="").iterator():
        if not default_storage.exists(found.file.name):
            yield Broken("finding", row(found), _("查明事项的证据文件不见了。"))
    known = set(Finding.objects.exclude(case_number="").values_list("case_number", flat=True))
    for decision in Decision.objects.filter(outcome=Case.Status.REFUSED).select_related("case__record").iterator():
        rule = RuleBook.load(timezone.localdate(decision.decided_at)).find(REASONS, decision.case.record.sector)
        if rule and set(decision.reason_codes) & set(rule.value) and decision.case.number not in known:
            yield Broken("finding", row(decision.case), _("以虚假材料为由不予修复，却没有查明事项。"))
