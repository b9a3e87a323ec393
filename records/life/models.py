"""What is kept beside a record during its life."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """提示: one line to a record's subject that something has become possible. Each kind at most once a record."""

    class Kind(models.TextChoices):
        CAN_APPLY = "can_apply", _("可以申请修复了")

    record = models.ForeignKey("records.AdverseRecord", on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(_("种类"), max_length=20, choices=Kind)
    #: The day from which it holds.
    since = models.DateField(_("起始日"))
    sent_at = models.DateTimeField(_("提示时间"))
    #: When somebody who acts for the subject first opened the record afterwards.
    seen_at = models.DateTimeField(_("查看时间"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "kind"], name="records_reminder_once")]
        ordering = ["-sent_at", "-id"]
        verbose_name = _("提示")
        verbose_name_plural = _("提示")

    def __str__(self):
        return f"{self.record} {self.get_kind_display()}"
