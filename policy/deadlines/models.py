"""A deadline that a new holiday table moved or made certain, and each person who is told of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DeadlineChange(models.Model):
    """One open deadline under one new table: what it was, what it is, and which document changed it.

    The deadline itself is never stored (it is computed from facts, rules and calendar); this says what people had
    been told before, and what they are told now. Days are Beijing days.
    """

    class Step(models.TextChoices):
        ACCEPT = "accept", _("受理期限")
        DECIDE = "decide", _("办结期限")
        ANSWER = "answer", _("补正期限")
        FOLLOW = "follow", _("跟进撤销、变更的期限")
        REMOVE = "remove", _("平台撤下期限")

    #: What the deadline is of, as the journal names it (``casework.case``), and its key.
    thing_type = models.CharField(max_length=60)
    thing_id = models.CharField(max_length=40)
    #: What people know it by: a case's number, a decision's document number.
    number = models.CharField(_("编号"), max_length=128)
    #: ``public_id`` of the adverse record that it is about.
    record_id = models.CharField(_("记录编号"), max_length=20)
    step = models.CharField(_("期限"), max_length=10, choices=Step)
    old_date = models.DateField(_("原日期"))
    old_provisional = models.BooleanField(_("原为暂定"), default=False)
    new_date = models.DateField(_("新日期"))
    new_provisional = models.BooleanField(_("仍为暂定"), default=False)
    #: The State Council's document, and its day.
    source = models.CharField(_("公布文件"), max_length=420, blank=True)
    announced_on = models.DateField(_("公布日期"), null=True, blank=True)
    told_at = models.DateTimeField(_("告知时间"))
    #: The step was taken, or the matter closed: nobody needs to know it any more.
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["thing_type", "thing_id"], name="policy_deadline_thing"),
            models.Index(fields=["record_id"], name="policy_deadline_record"),
        ]
        ordering = ["pk"]
        verbose_name = _("期限变动")
        verbose_name_plural = _("期限变动")

    def __str__(self):
        return f"{self.number} {self.get_step_display()} {self.old_date} → {self.new_date}"


class DeadlineTold(models.Model):
    """One person who is told of one change. Seen when he opens a page that says it."""

    change = models.ForeignKey(DeadlineChange, on_delete=models.CASCADE, related_name="told")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("查看时间"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "user"], name="policy_told_once")]
        indexes = [models.Index(fields=["user"], name="policy_told_unseen", condition=Q(seen_at__isnull=True))]
        verbose_name = _("期限变动告知")
        verbose_name_plural = _("期限变动告知")

    def __str__(self):
        return f"{self.change} / {self.user}"
