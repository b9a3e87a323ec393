"""先提醒、后记录: rows of sectors in which a person is reminded first (信易阅), and what they wait for."""

from django.utils import timezone
from django.utils.translation import gettext as _

from parties.models import Subject
from policy.dates import say_short
from policy.rulebook import RuleBook
from policy.sectors import hint, name_of
from records.canonical import CanonicalRecord, Change, Reason
from records.documents import document_key
from records.life.models import PriorReminder

RULE = "overdue.reminder_first"


def sector_reminded_first(authority_name: str, document_number: str = "", sector: str = "") -> str:
    """Return the sector in which this authority's matters need a reminder first, or an empty text."""
    hinted = None if sector else hint(authority_name, document_number)
    sector = sector or (hinted.code if hinted else "")
    rule = RuleBook.load(timezone.localdate()).find(RULE, sector) if sector else None
    return sector if rule and rule.value else ""


def check_reminded(draft: CanonicalRecord) -> list[Reason]:
    """Return why a person's row has to wait for its reminder; empty if it need not. Expects a row that is clean.

    A sector that was only told from the authority's name is written into the row, and said so.
    """
    if draft.subject_kind != Subject.Kind.PERSON:
        return []
    sector = sector_reminded_first(draft.authority_name, draft.document_number, draft.sector)
    if not sector:
        return []
    if not draft.sector:
        draft.changes.append(Change("sector", "", sector, _("按机关名称或文号判断的领域")))
        draft.sector = sector
    basis = str(RuleBook.load(timezone.localdate()).value(RULE, sector).basis)
    reminder = PriorReminder.objects.filter(
        subject__identity_number=draft.identity_number,
        authority__name=draft.authority_name,
        document_key=document_key(draft.document_number),
    ).first()
    if reminder is None:
        return [
            Reason(
                "reminder_first",
                _("%(sector)s领域要先提醒、后记录，这件事还没有登记过提醒。") % {"sector": name_of(sector)},
                "document_number",
                _("请先在“提醒函”里发出提醒或登记已作过的提醒，改正期限过后再报送。"),
                basis,
            )
        ]
    if reminder.status == PriorReminder.Status.CORRECTED:
        return [
            Reason(
                "corrected_after_reminder",
                _("当事人经提醒已经改正，不再记录。"),
                "document_number",
                _("不需要补救，请从报送文件中删去这一行。"),
                basis,
            )
        ]
    if timezone.localdate() <= reminder.respond_by:
        return [
            Reason(
                "reminder_running",
                _("提醒的改正期限到 %(day)s 为止，还没有过。") % {"day": say_short(reminder.respond_by)},
                "document_number",
                _("请在期限过后仍未改正时再报送。"),
                basis,
            )
        ]
    return []
