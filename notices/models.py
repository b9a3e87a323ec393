"""Formal notices (文书): their numbers, their frozen content, their PDF, their service (送达)."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from journal.stored import StoredJSON
from parties.models import Authority, Subject

#: No 0/O, 1/I/L: a check code is read from paper and typed by hand.
CHECK_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_check_code() -> str:
    """Return a random check code of 10 characters (about 49 bits)."""
    return "".join(secrets.choice(CHECK_ALPHABET) for _ in range(10))


class NumberCounter(models.Model):
    """The last number given in one series (机关代字) in one year. Gapless: voided numbers stay recorded."""

    series = models.CharField(_("机关代字"), max_length=40)
    year = models.PositiveSmallIntegerField(_("年份"))
    last = models.PositiveIntegerField(_("最后序号"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="notices_counter_once")]

    def __str__(self):
        return f"{self.series}〔{self.year}〕{self.last}号"


class Notice(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """One formal notice. The row is the notice; the PDF is its picture, made in the background."""

    class Kind(models.TextChoices):
        ADVERSE_RECORD = "adverse_record", _("失信行为告知书")
        REPAIR_GUIDANCE = "repair_guidance", _("信用修复告知书")
        ACCEPTANCE = "acceptance", _("受理通知书")
        DECLINE = "decline", _("不予受理通知书")
        SUPPLEMENT = "supplement", _("补正通知书")
        REPAIR_APPROVAL = "repair_approval", _("准予信用修复决定书")
        REPAIR_REFUSAL = "repair_refusal", _("不予信用修复决定书")
        OBJECTION_ACCEPTANCE = "objection_acceptance", _("异议受理通知书")
        OBJECTION_RESULT = "objection_result", _("异议处理结果告知书")
        DEFERRAL_APPROVAL = "deferral_approval", _("准予延期决定书")
        DEFERRAL_REFUSAL = "deferral_refusal", _("不予延期决定书")
        PRIOR_REMINDER = "prior_reminder", _("提醒函")
        PUBLICITY_ENDED = "publicity_ended", _("终止公示告知书")
        RECORD_REVOKED = "record_revoked", _("失信信息撤销告知书")
        RECORD_CORRECTED = "record_corrected", _("失信信息更正告知书")
        CASE_ENDED = "case_ended", _("终止办理通知书")
        DECISION_EXTENSION = "decision_extension", _("延长办理期限通知书")
        CREDIT_STATEMENT = "credit_statement", _("信用信息查询报告")

    class Status(models.TextChoices):
        ISSUED = "issued", _("有效")
        REVOKED = "revoked", _("已撤销")

    class Rendering(models.TextChoices):
        PENDING = "pending", _("等待生成")
        RENDERED = "rendered", _("已生成")
        FAILED = "failed", _("生成失败")

    kind = models.CharField(_("种类"), max_length=40, choices=Kind)
    status = FSMField(_("状态"), default=Status.ISSUED, choices=Status.choices, protected=True)
    #: 文号, such as 青信修准〔2026〕1号.
    number = models.CharField(_("文号"), max_length=60, unique=True)
    series = models.CharField(_("机关代字"), max_length=40)
    year = models.PositiveSmallIntegerField(_("年份"))
    serial = models.PositiveIntegerField(_("序号"))
    issuer = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="notices", verbose_name=_("制发机关"))
    addressee = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="notices", verbose_name=_("受送达人"))
    #: What it says, frozen when it was issued: templates read nothing else.
    facts = models.JSONField(_("内容"), default=dict, encoder=StoredJSON)
    #: Ids of the policy.Rule rows the notice rests on.
    rule_ids = models.JSONField(_("所依据规则"), default=list)
    #: What it is about: ``app.model`` and primary key (a record or a case).
    thing_type = models.CharField(max_length=60)
    thing_id = models.CharField(max_length=60)
    check_code = models.CharField(_("校验码"), max_length=12, default=new_check_code)
    issued_at = models.DateTimeField(_("制发时间"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    # Rendering: a piece of work with its own attempts; a failure never blocks the decision.
    rendering = models.CharField(_("生成状态"), max_length=10, choices=Rendering, default=Rendering.PENDING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    next_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    #: Who works on it now, and until when nobody else may: a worker writes only while the lease is its own.
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(_("最近错误"), blank=True)
    pdf = models.FileField(_("文件"), upload_to="notices/%Y/%m", blank=True)
    sha256 = models.CharField(_("文件摘要"), max_length=64, blank=True)
    rendered_at = models.DateTimeField(_("生成时间"), null=True, blank=True)

    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    revocation_reason = models.CharField(_("撤销理由"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notices_rendering_known", condition=Q(rendering__in=["pending", "rendered", "failed"])
            ),
            models.UniqueConstraint(fields=["series", "year", "serial"], name="notices_number_once"),
            models.CheckConstraint(name="notices_status_known", condition=Q(status__in=["issued", "revoked"])),
            models.CheckConstraint(
                name="notices_rendered_has_file",
                condition=~Q(rendering="rendered") | (~Q(pdf="") & ~Q(sha256="")),
            ),
        ]
        indexes = [
            models.Index(fields=["rendering", "next_at"], name="notices_due"),
            models.Index(fields=["thing_type", "thing_id"], name="notices_thing"),
            models.Index(fields=["addressee", "-issued_at"], name="notices_inbox"),
        ]
        ordering = ["-issued_at", "-id"]
        verbose_name = _("文书")
        verbose_name_plural = _("文书")

    def __str__(self):
        return self.number

    @property
    def title(self) -> str:
        return self.get_kind_display()

    @property
    def is_rendered(self) -> bool:
        return self.rendering == self.Rendering.RENDERED

    @property
    def is_revoked(self) -> bool:
        return self.status == self.Status.REVOKED

    @transition(field=status, source=Status.ISSUED, target=Status.REVOKED)
    def revoke(self, at, reason: str):
        """The notice no longer holds; the verification page says so."""
        self.revoked_at = at
        self.revocation_reason = reason


class ProofOfService(models.Model):
    """送达回证: how and when a notice reached its addressee."""

    class Method(models.TextChoices):
        INBOX = "inbox", _("电子送达（本系统收件箱）")
        DIRECT = "direct", _("直接送达")
        POST = "post", _("邮寄送达")

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="service", verbose_name=_("文书"))
    method = models.CharField(_("送达方式"), max_length=20, choices=Method)
    served_at = models.DateTimeField(_("送达时间"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_by_name = models.CharField(_("签收人"), max_length=100)
    note = models.CharField(_("备注"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("送达回证")
        verbose_name_plural = _("送达回证")

    def __str__(self):
        return f"{self.notice} {self.served_at:%Y-%m-%d}"
