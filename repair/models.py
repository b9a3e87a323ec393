"""信用修复: an application to end the publicity of a record whose duties are performed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from casework.models import Case


class RepairApplication(Case):
    """A repair application: a case plus how the subject put the matter right."""

    class Way(models.TextChoices):
        PERFORMANCE = "performance", _("履行义务")

    way = models.CharField(_("修复方式"), max_length=20, choices=Way, default=Way.PERFORMANCE)
    #: The day on which the last duty was performed (fine paid, conduct corrected).
    performed_on = models.DateField(_("履行完毕日期"), null=True, blank=True)
    statement = models.TextField(_("履行情况说明"), blank=True)

    class Meta:
        verbose_name = _("信用修复申请")
        verbose_name_plural = _("信用修复申请")

    @transition(field="status", source=Case.Status.RECOMMENDED, target=Case.Status.APPROVED)
    def approve(self, at):
        """准予信用修复."""
        self.closed_at = at

    @transition(field="status", source=Case.Status.RECOMMENDED, target=Case.Status.REFUSED)
    def refuse(self, at):
        """不予信用修复."""
        self.closed_at = at
