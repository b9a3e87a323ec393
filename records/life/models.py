"""What is kept beside a record during its life: explanations, upstream changes, reminders."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition


class Explanation(FSMModelMixin, models.Model):
    """自主解释: what the subject has to say about its record, shown beside it. Every version is kept."""

    class Status(models.TextChoices):
        PENDING = "pending", _("待审核")
        LIVE = "live", _("展示中")
        DECLINED = "declined", _("未采用")
        SUPERSEDED = "superseded", _("已更新")
        WITHDRAWN = "withdrawn", _("已收回")

    record = models.ForeignKey("records.AdverseRecord", on_delete=models.PROTECT, related_name="explanations")
    number = models.PositiveIntegerField(_("版本"))
    text = models.TextField(_("说明"))
    status = FSMField(_("状态"), default=Status.PENDING, choices=Status.choices, protected=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("提交时间"))
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    moderated_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    #: Why it is not shown: codes of ``policy.ReasonCode`` (verb ``refuse``, kind ``explanation``).
    reason_codes = models.JSONField(_("理由代码"), default=list)
    note = models.CharField(_("补充说明"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="records_explanation_number"),
            models.UniqueConstraint(fields=["record"], condition=Q(status="live"), name="records_one_live_explanation"),
            models.UniqueConstraint(
                fields=["record"], condition=Q(status="pending"), name="records_one_pending_explanation"
            ),
            models.CheckConstraint(
                name="records_explanation_two_people",
                condition=Q(moderated_by__isnull=True) | ~Q(moderated_by=F("submitted_by")),
            ),
        ]
        ordering = ["-number"]
        verbose_name = _("自主解释")
        verbose_name_plural = _("自主解释")

    def __str__(self):
        return f"{self.record} v{self.number}"

    @transition(field=status, source=Status.PENDING, target=Status.LIVE)
    def show(self, by, at):
        """采用: it is shown from now on."""
        self.moderated_by, self.moderated_at = by, at

    @transition(field=status, source=Status.PENDING, target=Status.DECLINED)
    def decline(self, by, at):
        """不采用, for coded reasons."""
        self.moderated_by, self.moderated_at = by, at

    @transition(field=status, source=Status.LIVE, target=Status.SUPERSEDED)
    def supersede(self):
        """A newer version took its place."""

    @transition(field=status, source=[Status.PENDING, Status.LIVE], target=Status.WITHDRAWN)
    def withdraw(self):
        """收回 by the subject."""


class UpstreamChange(FSMModelMixin, models.Model):
    """上游撤销或变更: the decision behind a record no longer holds, or says something else now.

    Reported by one person with the deciding document, confirmed by another (山东省社会信用条例 第四十条).
    """

    class Kind(models.TextChoices):
        ANNUL = "annul", _("撤销")
        CHANGE = "change", _("变更")

    class Status(models.TextChoices):
        REPORTED = "reported", _("待核实")
        CONFIRMED = "confirmed", _("已办理")
        DISMISSED = "dismissed", _("不成立")

    record = models.ForeignKey("records.AdverseRecord", on_delete=models.PROTECT, related_name="upstream_changes")
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    status = FSMField(_("状态"), default=Status.REPORTED, choices=Status.choices, protected=True)
    document_number = models.CharField(_("撤销或变更文书的文号"), max_length=128)
    #: The clock's event: its working days count from the day after.
    effective_on = models.DateField(_("文书生效日期"))
    decided_by = models.CharField(_("作出撤销或变更的机关"), max_length=200)
    reason = models.TextField(_("理由"))
    #: What a change puts right: ``[{field, old, new}]``, values as ISO text.
    changes = models.JSONField(_("变更内容"), default=list)
    file = models.FileField(_("文书"), upload_to="upstream/%Y/%m")
    file_name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=100)
    sha256 = models.CharField(_("摘要"), max_length=64)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(_("报告时间"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    note = models.CharField(_("核实意见"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(status="reported"), name="records_one_open_upstream_change"
            ),
            models.CheckConstraint(
                name="records_upstream_two_people",
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("reported_by")),
            ),
            models.CheckConstraint(
                name="records_upstream_settled_by_somebody",
                condition=Q(status="reported") | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["status", "effective_on"], name="records_upstream_open")]
        ordering = ["effective_on", "id"]
        verbose_name = _("上游撤销或变更")
        verbose_name_plural = _("上游撤销或变更")

    def __str__(self):
        return f"{self.record} {self.get_kind_display()} {self.document_number}"

    @transition(field=status, source=Status.REPORTED, target=Status.CONFIRMED)
    def confirm(self, by, at):
        """核实: the record is revoked or corrected in the same transaction."""
        self.settled_by, self.settled_at = by, at

    @transition(field=status, source=Status.REPORTED, target=Status.DISMISSED)
    def dismiss(self, by, at):
        """不成立: the record stays as it is."""
        self.settled_by, self.settled_at = by, at


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


class PriorReminder(FSMModelMixin, models.Model):
    """先提醒、后记录 (信易阅): a person is asked to put a small matter right before it may become a record."""

    class Status(models.TextChoices):
        REMINDED = "reminded", _("已提醒")
        CORRECTED = "corrected", _("已改正，不记录")

    authority = models.ForeignKey(
        "parties.Authority", on_delete=models.PROTECT, related_name="+", verbose_name=_("提醒单位")
    )
    subject = models.ForeignKey(
        "parties.Subject", on_delete=models.PROTECT, related_name="prior_reminders", verbose_name=_("被提醒人")
    )
    sector = models.CharField(_("领域"), max_length=40)
    #: The matter's number: a record of it carries the same.
    document_number = models.CharField(_("事项编号"), max_length=128)
    document_key = models.CharField(max_length=128)
    matter = models.TextField(_("提醒事项"))
    #: The event that starts the term: our own letter's day, or the day of an earlier reminder by other means.
    reminded_on = models.DateField(_("提醒日期"))
    #: How it was told, when not by our letter (text message, paper slip ...).
    means = models.CharField(_("提醒方式"), max_length=100, blank=True)
    #: The last day for putting it right.
    respond_by = models.DateField(_("改正期限"))
    status = FSMField(_("状态"), default=Status.REMINDED, choices=Status.choices, protected=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(_("登记时间"))
    closed_at = models.DateTimeField(_("改正时间"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "document_key", "subject"], name="records_prior_reminder_once"
            ),
            models.CheckConstraint(
                name="records_prior_reminder_has_a_term", condition=Q(respond_by__gte=F("reminded_on"))
            ),
        ]
        ordering = ["-reminded_on", "-id"]
        verbose_name = _("先行提醒")
        verbose_name_plural = _("先行提醒")

    def __str__(self):
        return f"{self.subject} {self.document_number}"

    @transition(field=status, source=Status.REMINDED, target=Status.CORRECTED)
    def correct(self, at):
        """已改正: put right in time or later; it does not become a record any more."""
        self.closed_at = at
