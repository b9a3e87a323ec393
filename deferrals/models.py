"""申请延期: the subject asks the authority that decided for more time to perform (行政处罚法 第六十六条)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from casework.models import Case


class Deferral(Case):
    """A request for more time: a case plus until when and why. Granted, the record is not publicised until that day."""

    class Ground(models.TextChoices):
        HARDSHIP = "hardship", _("确有经济困难")
        FORCE_MAJEURE = "force_majeure", _("自然灾害等不可抗力")
        OTHER = "other", _("其他正当理由")

    ground = models.CharField(_("延期理由"), max_length=20, choices=Ground, blank=True)
    requested_until = models.DateField(_("希望延期至"), null=True, blank=True)
    statement = models.TextField(_("情况说明"), blank=True)
    #: What the authority's officer proposes and the decision grants: the last day, Beijing.
    granted_until = models.DateField(_("准予延期至"), null=True, blank=True)

    class Meta:
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")

    @transition(field="status", source=Case.Status.RECOMMENDED, target=Case.Status.GRANTED)
    def grant(self, at):
        """准予延期: the record is not publicised until the day."""
        self.closed_at = at

    @transition(field="status", source=Case.Status.RECOMMENDED, target=Case.Status.NOT_GRANTED)
    def reject(self, at):
        """不予延期."""
        self.closed_at = at
