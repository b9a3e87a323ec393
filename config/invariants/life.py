"""A record's life: it says what the journal says, is shown as the platforms were told, and ends on its day."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from config.invariants.broken import Broken, row
from deferrals.models import Deferral
from exchange.models import OutboundEvent
from journal.models import Entry
from notices.models import Notice
from parties.models import Subject
from records.actions.letters import LETTERS
from records.digests import RECIPE, digest_of, text_digest
from records.models import AdverseRecord, Explanation, UpstreamChange

Status = AdverseRecord.Status
#: The sweep runs every minute; a day later it has been asleep.
GRACE = timedelta(days=1)


def records_as_written() -> Iterator[Broken]:
    """Every record says what the last line of the journal about it says."""
    lines = Entry.objects.filter(thing_type="records.adverserecord").order_by("sequence")
    said = dict(lines.values_list("thing_id", "data__digest").iterator())
    for record in AdverseRecord.objects.order_by("pk").iterator(chunk_size=1000):
        if str(record.pk) not in said:
            yield Broken("record", row(record), _("信息已登记，日志里却没有。"))
            continue
        digest = said[str(record.pk)]
        # Lines from before the journal kept digests, or of another recipe, say nothing about this.
        if digest and digest.startswith(f"{RECIPE}:") and digest != digest_of(record):
            yield Broken("record", row(record), _("信息的内容、状态或期限与日志里最后一次记下的不一致。"))


def explanations_as_written() -> Iterator[Broken]:
    """Every explanation says what its author handed in, and is shown only if somebody looked at it."""
    lines = Entry.objects.filter(thing_type="records.adverserecord").order_by("sequence")
    texts = {
        (thing, number): text
        for thing, number, text in lines.filter(verb="records.explain").values_list(
            "thing_id", "data__explanation", "data__text"
        )
    }
    shown = set(lines.filter(verb="records.show_explanation").values_list("thing_id", "data__explanation"))
    for explanation in Explanation.objects.order_by("pk").iterator():
        key = str(explanation.record_id), explanation.number
        if key not in texts:
            yield Broken("explanation", row(explanation), _("说明已提交，日志里却没有。"))
        elif texts[key] and texts[key] != text_digest(explanation.text):
            yield Broken("explanation", row(explanation), _("说明与提交时的不一致。"))
        if explanation.status == Explanation.Status.LIVE and key not in shown:
            yield Broken("explanation", row(explanation), _("说明在展示，却没有人审核采用过。"))


def shown_as_told() -> Iterator[Broken]:
    """What platforms were told last is what the register does: they show what is public, and nothing else."""
    types = [OutboundEvent.Type.PUBLISHED, *OutboundEvent.TAKE_DOWN]
    told = OutboundEvent.objects.filter(type__in=types).order_by("id").values_list("subject", "type")
    last = dict(told.iterator())
    for record in AdverseRecord.objects.only("pk", "public_id", "status").order_by("pk").iterator():
        showing = last.get(record.public_id) == OutboundEvent.Type.PUBLISHED
        if showing and record.status != Status.PUBLICISED:
            yield Broken("shown", row(record), _("信息不在公示，平台最后收到的却是公示。"))
        elif not showing and record.status == Status.PUBLICISED and record.public_id in last:
            yield Broken("shown", row(record), _("信息在公示，平台最后收到的却是撤下。"))


def windows_kept() -> Iterator[Broken]:
    """Publicity has a window, and what the calendar ends has ended."""
    day = timezone.localdate() - GRACE
    for record in AdverseRecord.objects.filter(status=Status.PUBLICISED).filter(
        Q(publicity_from=None) | Q(publicity_until=None)
    ):
        yield Broken("window", row(record), _("信息在公示，却没有公示期限。"))
    live = AdverseRecord.objects.filter(status__in=AdverseRecord.LIVE)
    for record in live.filter(publicity_until__lt=day):
        yield Broken("window", row(record), _("公示期已经届满，状态却没有停止。请运行 publicity sweep。"))
    for record in live.filter(publicity_until=None, disclosed_until__lt=day):
        yield Broken("window", row(record), _("披露期限已经届满，状态却没有停止。请运行 publicity sweep。"))
    for record in live.filter(status=Status.DEFERRED, deferred_until__lt=day):
        yield Broken("window", row(record), _("延期已经届满，状态却没有恢复。请运行 publicity sweep。"))
    for record in AdverseRecord.objects.filter(subject__kind=Subject.Kind.PERSON).exclude(publicity_from=None):
        yield Broken("person", row(record), _("自然人的信息有公示期限。"))
    people = AdverseRecord.objects.filter(subject__kind=Subject.Kind.PERSON).values("public_id")
    for event in OutboundEvent.objects.filter(subject__in=people, data__has_key="shown"):
        yield Broken("person", row(event), _("给平台的事件里有自然人信息的内容。"))


def deferred_as_granted() -> Iterator[Broken]:
    """A record is deferred until the day that was granted last."""
    granted = Deferral.objects.filter(record=OuterRef("pk"), status=Deferral.Status.GRANTED).order_by("-closed_at")
    for record in AdverseRecord.objects.filter(status=Status.DEFERRED).annotate(
        granted=granted.values("granted_until")[:1]
    ):
        if record.granted is not None and record.granted != record.deferred_until:
            yield Broken("deferral", row(record), _("延期的日期与准予的不一致。"))


def notified_as_served() -> Iterator[Broken]:
    """告知 is noted exactly when both letters were received."""
    letters = Notice.objects.filter(
        thing_type="records.adverserecord", thing_id=Cast(OuterRef("pk"), CharField()), service__isnull=False
    )
    both = Q(*(Exists(letters.filter(kind=kind)) for kind in LETTERS))
    for record in AdverseRecord.objects.exclude(notified_at=None).filter(~both):
        yield Broken("notified", row(record), _("记为已告知，两书却没有都送达。"))
    for record in AdverseRecord.objects.filter(both, notified_at=None):
        yield Broken("notified", row(record), _("两书都已送达，却没有记为已告知。"))


def upstream_documents() -> Iterator[Broken]:
    """The document that annulled or changed a decision is there, as it was handed in."""
    for change in UpstreamChange.objects.order_by("pk").iterator():
        if not default_storage.exists(change.file.name):
            yield Broken("upstream", row(change), _("撤销或变更的文书文件不见了。"))
            continue
        with change.file.open("rb") as stored:
            if hashlib.sha256(stored.read()).hexdigest() != change.sha256:
                yield Broken("upstream", row(change), _("撤销或变更的文书文件与报告时不一致。"))


LIFE = {
    "record": records_as_written,
    "explanation": explanations_as_written,
    "shown": shown_as_told,
    "window": windows_kept,
    "deferred": deferred_as_granted,
    "notified": notified_as_served,
    "upstream": upstream_documents,
}
