"""Signed events to the platforms that show records, and the receipts that prove they acted.

An event row is written in the transaction of the decision (the outbox); a delivery per subscriber is work
with its own status, attempts and next time. Nothing is dropped: what is given up is visible and can be sent
again, and ``GET /api/v1/events?after=`` lets a platform catch up by itself.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journal.stored import StoredJSON


class Subscriber(models.Model):
    """A platform (共享交换平台) that shows records and is told of every change."""

    name = models.CharField(_("名称"), max_length=100, unique=True)
    url = models.URLField(_("接收地址"))
    #: Standard Webhooks secret, ``whsec_`` and base64.
    secret = models.CharField(_("签名密钥"), max_length=120)
    #: How many secrets it has had: a page that was opened before the last change says so instead of changing again.
    secret_version = models.PositiveIntegerField(_("第几个密钥"), default=1)
    #: The secret before; it signs too until the overlap ends, and is then forgotten.
    old_secret = models.CharField(_("旧签名密钥"), max_length=120, blank=True)
    old_secret_until = models.DateTimeField(_("旧密钥签到"), null=True, blank=True)
    #: The account whose token pulls events and posts receipts.
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subscriber",
        verbose_name=_("账号"),
    )
    active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="exchange_old_secret_ends",
                condition=Q(old_secret="", old_secret_until=None) | ~Q(old_secret="") & ~Q(old_secret_until=None),
            )
        ]
        verbose_name = _("平台")
        verbose_name_plural = _("平台")

    def __str__(self):
        return self.name

    def signing_secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign what is sent at ``now``: the present one and, during an overlap, the old one."""
        overlapping = self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, self.old_secret] if overlapping else [self.secret]


class FeedHead(models.Model):
    """The end of the feed. One row, id 1; locked until commit by whoever adds an event.

    A database sequence gives out numbers in the order of asking, not of committing: a reader who saw 8 could
    then miss 7 for ever, when 7 commits later. With this lock positions appear in order, so ``?after=`` is safe.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="exchange_one_feed_head")]

    def __str__(self):
        return str(self.position)


class OutboundEvent(models.Model):
    """One fact told to platforms, in CloudEvents 1.0 shape. Never changed once written."""

    class Type(models.TextChoices):
        PUBLISHED = "cn.xinxiu.record.published", _("公示")
        REMOVED = "cn.xinxiu.record.removed", _("终止公示")
        CORRECTED = "cn.xinxiu.record.corrected", _("更正")
        REVOKED = "cn.xinxiu.record.revoked", _("撤销")
        OBJECTION_MARKED = "cn.xinxiu.record.objection-marked", _("异议标注")
        OBJECTION_CLEARED = "cn.xinxiu.record.objection-cleared", _("取消异议标注")

    #: Events after which a platform no longer shows the record.
    TAKE_DOWN = (Type.REMOVED, Type.REVOKED)

    #: Position in the feed; what ``?after=`` counts from. Given out under the lock of :class:`FeedHead`.
    id = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(_("事件编号"), unique=True, default=uuid.uuid4, editable=False)
    type = models.CharField(_("类型"), max_length=60, choices=Type)
    #: Public id of the record it is about.
    subject = models.CharField(_("记录"), max_length=60)
    #: Order within one record, from 1.
    sequence = models.PositiveIntegerField(_("序号"))
    time = models.DateTimeField(_("时间"))
    data = models.JSONField(_("内容"), encoder=StoredJSON)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="exchange_event_order")]
        ordering = ["id"]
        verbose_name = _("事件")
        verbose_name_plural = _("事件")

    def __str__(self):
        return f"{self.get_type_display()} {self.subject}"


class Delivery(models.Model):
    """One event to one platform."""

    class Status(models.TextChoices):
        PENDING = "pending", _("待发送")
        DELIVERED = "delivered", _("已送达，待回执")
        CONFIRMED = "confirmed", _("已确认")
        FAILED = "failed", _("发送失败，需人工处理")
        #: A take-down came before it could be sent: it would put the record back on show.
        SUPERSEDED = "superseded", _("不再发送")

    event = models.ForeignKey(OutboundEvent, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="deliveries")
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.PENDING)
    #: All tries ever made; counted before the request leaves. Claims compare it, so it never goes back.
    attempts = models.PositiveIntegerField(_("尝试次数"), default=0)
    #: Tries of the present round: the place in the table of waits. A retry by hand begins a new round.
    step = models.PositiveSmallIntegerField(_("本轮尝试次数"), default=0)
    next_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(_("最近错误"), blank=True)
    #: The last try got no answer at all (nobody there, too slow): tried again as soon as the platform is back.
    unanswered = models.BooleanField(default=False)
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="exchange_delivery_once"),
            models.CheckConstraint(
                name="exchange_delivery_status_known",
                condition=Q(status__in=["pending", "delivered", "confirmed", "failed", "superseded"]),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "next_at"], name="exchange_due"),
            models.Index(fields=["status", "event"], name="exchange_turn"),
            models.Index(fields=["subscriber", "event"], name="exchange_feed"),
        ]
        verbose_name = _("投递")
        verbose_name_plural = _("投递")

    def __str__(self):
        return f"{self.event} → {self.subscriber}"


class DeliveryAttempt(models.Model):
    """One try, kept for ever: when, what the other side answered, how long it took.

    Written before the request leaves; ``milliseconds`` stays empty when the process died before an answer.
    """

    #: 1 for the first try of the delivery; one claim, one number.
    number = models.PositiveIntegerField(_("次序"))
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField(_("时间"))
    http_status = models.PositiveSmallIntegerField(_("应答"), null=True)
    error = models.CharField(_("错误"), max_length=500, blank=True)
    milliseconds = models.PositiveIntegerField(_("耗时（毫秒）"), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="exchange_try_once")]
        ordering = ["delivery", "number"]
        verbose_name = _("发送记录")
        verbose_name_plural = _("发送记录")

    def __str__(self):
        return f"{self.delivery} {self.at:%Y-%m-%d %H:%M}"


class Receipt(models.Model):
    """回执: the platform's own statement that it did what the event asked."""

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="receipt")
    #: The platform's own number for it.
    receipt_number = models.CharField(_("回执编号"), max_length=100)
    #: When the platform took the record down (or corrected, or marked it).
    acted_at = models.DateTimeField(_("处理时间"))
    received_at = models.DateTimeField(_("收到时间"))
    #: Free proof: an address, a digest, a text.
    proof = models.TextField(_("证明"), blank=True)

    class Meta:
        verbose_name = _("回执")
        verbose_name_plural = _("回执")

    def __str__(self):
        return self.receipt_number
