"""One extension of the limit of one decision, as it was told."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from policy.verdict import Basis


class DecisionExtension(models.Model):
    """延长办理期限: by how many working days, why, who decided it and under which rules. Never changed, never deleted.

    The deadline itself is computed (``casework.clock``): the two days here are what the notice told.
    """

    case = models.ForeignKey(
        "casework.Case", on_delete=models.PROTECT, related_name="extensions", verbose_name=_("办件")
    )
    #: 1 for the case's first extension.
    number = models.PositiveSmallIntegerField(_("第几次"))
    working_days = models.PositiveSmallIntegerField(_("延长的工作日"))
    reason = models.TextField(_("理由"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("批准人")
    )
    decided_at = models.DateTimeField(_("批准时间"))
    #: Ids of the policy.Rule rows that gave the days and the times, and what they rested on.
    rule_ids = models.JSONField(_("所依据规则"), default=list)
    basis_title = models.CharField(_("依据"), max_length=200, blank=True)
    basis_article = models.CharField(_("条款"), max_length=120, blank=True)
    old_due = models.DateField(_("原期限"))
    new_due = models.DateField(_("延长后的期限"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="casework_extension_once"),
            models.CheckConstraint(
                name="casework_extension_counts", condition=Q(number__gte=1) & Q(working_days__gte=1)
            ),
            models.CheckConstraint(name="casework_extension_later", condition=Q(new_due__gt=F("old_due"))),
            models.CheckConstraint(name="casework_extension_reason", condition=~Q(reason="")),
        ]
        ordering = ["case", "number"]
        verbose_name = _("延长办理期限")
        verbose_name_plural = _("延长办理期限")

    def __str__(self):
        return f"{self.case} +{self.working_days}"

    @property
    def basis(self) -> Basis:
        return Basis(self.basis_title, self.basis_article)
