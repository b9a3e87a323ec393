"""异议: the subject says that a record is wrong or should not be there."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from casework.models import Case


class Objection(Case):
    """An objection: a case plus what is said to be wrong and what it should be."""

    class Ground(models.TextChoices):
        WRONG = "wrong", _("信息错误")
        OMITTED = "omitted", _("信息遗漏")
        DUPLICATE = "duplicate", _("重复公示")
        NOT_PUBLIC = "not_public", _("不应公示")
        OVERDUE = "overdue", _("超期公示")
        ANNULLED = "annulled", _("原决定已撤销或变更")
        PRIVACY = "privacy", _("侵犯商业秘密或隐私")

    class Remedy(models.TextChoices):
        CORRECT = "correct", _("更正")
        REVOKE = "revoke", _("撤销该条信息")

    ground = models.CharField(_("异议理由"), max_length=20, choices=Ground, blank=True)
    #: Name of the record's field that is disputed; empty when the record as a whole is.
    field = models.CharField(_("有异议的内容"), max_length=60, blank=True)
    claimed_value = models.TextField(_("应为"), blank=True)
    statement = models.TextField(_("情况说明"), blank=True)
    #: What the verifying officer found and the decision orders.
    remedy = models.CharField(_("处理方式"), max_length=10, choices=Remedy, blank=True)
    corrected_value = models.TextField(_("更正为"), blank=True)

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")

    @transition(field="status", source=Case.Status.RECOMMENDED, target=Case.Status.UPHELD)
    def uphold(self, at):
        """异议成立: the record is corrected or revoked."""
        self.closed_at = at

    @transition(field="status", source=Case.Status.RECOMMENDED, target=Case.Status.DISMISSED)
    def dismiss(self, at):
        """异议不成立: the mark is cleared."""
        self.closed_at = at
