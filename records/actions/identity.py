"""A subject's name or code corrected by two people: the platforms that show its records are told."""

from django.utils import timezone

from exchange.actions import emit
from exchange.models import OutboundEvent
from journal import actions as journal
from parties import actions as parties
from parties.models import SubjectCorrection, User
from records.actions.common import lock, put_down
from records.facts import event_data
from records.models import AdverseRecord


@journal.journalled()
def apply_correction(actor: User, correction: SubjectCorrection) -> SubjectCorrection:
    """启用 a checked correction; return it. A corrected code is told with every record that platforms show.

    A record keeps the name that its decision says (``subject_name``); the subject's own name changes.

    Raises:
        Refused: as :func:`parties.actions.apply`.
    """
    shown = AdverseRecord.objects.filter(
        subject=correction.subject_id, status=AdverseRecord.Status.PUBLICISED
    ).order_by("pk")
    records = [lock(record) for record in shown]
    correction = parties.apply(actor, correction)
    if correction.field == SubjectCorrection.Field.CODE:
        today = timezone.localdate()
        for record in records:
            record.subject = correction.subject
            put_down(record)
            data = event_data(record, "correct", "subject_code", f"subject-{correction.pk}", effective_on=today)
            emit(OutboundEvent.Type.CORRECTED, record.public_id, data)
    return correction
