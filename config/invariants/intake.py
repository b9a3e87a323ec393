"""An import that was taken back is wholly taken back; an identity holds only after two people."""

from collections.abc import Iterator

from django.db.models import CharField, F, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from config.invariants.broken import Broken, row
from notices.models import Notice
from parties.models import Checked, CodeMapping, SubjectCorrection
from records.models import AdverseRecord


def undone_imports() -> Iterator[Broken]:
    """What was taken back with its import is revoked, and no letter about it still holds or was received."""
    undone = AdverseRecord.objects.filter(undone=True)
    for record in undone.exclude(status=AdverseRecord.Status.REVOKED):
        yield Broken("undo", row(record), _("信息随导入撤回，却没有撤销。"))
    letters = Notice.objects.filter(
        thing_type="records.adverserecord", thing_id__in=undone.annotate(key=Cast("pk", CharField())).values("key")
    )
    for notice in letters.filter(Q(status=Notice.Status.ISSUED) | Q(service__isnull=False)):
        yield Broken("undo", row(notice), _("信息随导入撤回，文书却仍有效或已送达。"))


def identities_checked() -> Iterator[Broken]:
    """Older codes and corrected names and codes hold only after two different people."""
    for model in (CodeMapping, SubjectCorrection):
        applied = model.objects.filter(status=Checked.Status.APPLIED)
        for proposal in applied.filter(Q(checked_by=None) | Q(checked_by=F("proposed_by"))):
            yield Broken("identity", row(proposal), _("代码对照或主体更正没有经过两个人。"))
