"""Who may do what with platforms, deliveries and receipts. Sentences, asked by pages, commands and API alike."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models import Delivery, OutboundEvent, Subscriber
from parties.models import User
from policy.verdict import YES, Verdict, no

Actor = User | AnonymousUser | None


def can_read_deliveries(actor: Actor) -> Verdict:
    """Administrators and auditors see every platform and delivery. ``None`` is the system itself."""
    if actor is None or _is(actor, User.Role.ADMINISTRATOR, User.Role.AUDITOR):
        return YES
    return no(
        "not_for_role",
        _("共享交换的投递情况只对系统管理员和审计员开放。"),
        _("请联系系统管理员。"),
    )


def can_subscribe(actor: Actor) -> Verdict:
    """Only an administrator (or the system: a command on the machine) registers and changes platforms."""
    if actor is None or _is(actor, User.Role.ADMINISTRATOR):
        return YES
    return no("not_administrator", _("只有系统管理员可以登记或更改平台。"), _("请联系系统管理员。"))


def can_rotate(actor: Actor, subscriber: Subscriber, *, at_once: bool = False) -> Verdict:
    """Whether a platform's secret may be changed now: one old secret signs beside the new one, never two.

    ``at_once``: the old secret stops signing immediately (it has leaked); that is always possible.
    """
    verdict = can_subscribe(actor)
    if not verdict or at_once or not subscriber.old_secret or subscriber.old_secret_until <= timezone.now():
        return verdict
    return no(
        "overlap_running",
        _("上一次更换还没有完：旧密钥签名到 %(until)s。")
        % {"until": f"{timezone.localtime(subscriber.old_secret_until):%Y-%m-%d %H:%M}"},
        _("等平台换好后先停用旧密钥；密钥泄露时，可以选择旧密钥立即失效。"),
    )


def can_retry(actor: Actor, delivery: Delivery) -> Verdict:
    """Whether a delivery may be sent once more at once: given up, waiting for its next try, or without receipt."""
    if not (actor is None or _is(actor, User.Role.ADMINISTRATOR)):
        return no("not_administrator", _("只有系统管理员可以重新发送。"), _("请联系系统管理员。"))
    status = Delivery.Status(delivery.status)
    if status is Delivery.Status.CONFIRMED:
        return no("confirmed", _("平台已经回执，不需要再发。"))
    if status is Delivery.Status.SUPERSEDED or is_overtaken(delivery):
        return no(
            "superseded",
            _("这条记录已经终止公示或撤销，再发较早的事件会让平台重新展示它。"),
            _("请查看同一记录较后的终止公示或撤销事件。"),
        )
    if not delivery.subscriber.active:
        return no("platform_inactive", _("该平台已停用。"), _("请先启用平台，再重新发送。"))
    if delivery.leased_until and delivery.leased_until > timezone.now():
        return no("in_flight", _("正在发送，请一分钟后再看结果。"))
    if status is Delivery.Status.PENDING and delivery.step == 0:
        return no("not_tried", _("还没有发送过，系统会马上自动发送。"))
    return YES


def can_confirm(actor: Actor, delivery: Delivery) -> Verdict:
    """A receipt comes from the platform itself, from its answer (``None``), or is entered by an administrator."""
    if actor is None or _is(actor, User.Role.ADMINISTRATOR):
        return YES
    if actor.is_authenticated and actor.is_active and delivery.subscriber.user_id == actor.pk:
        return YES
    return no(
        "not_this_platform",
        _("回执只能由接到这一事件的平台自己提交。"),
        _("请使用该平台自己的令牌。"),
    )


def can_pull(actor: Actor) -> Verdict:
    """Whether an account is a platform's and so has a feed and receipts of its own."""
    if getattr(actor, "role", None) == User.Role.PLATFORM and Subscriber.objects.filter(user_id=actor.pk).exists():
        return YES
    return no("not_a_platform", _("这个接口只供已登记的平台使用。"), _("请使用登记平台时得到的令牌。"))


def is_overtaken(delivery: Delivery) -> bool:
    """Whether the same platform has a later event that takes the same record down."""
    return (
        Delivery.objects.filter(
            subscriber_id=delivery.subscriber_id,
            event__subject=delivery.event.subject,
            event__sequence__gt=delivery.event.sequence,
            event__type__in=OutboundEvent.TAKE_DOWN,
        )
        .exclude(pk=delivery.pk)
        .exists()
    )


def _is(actor: Actor, *roles: User.Role) -> bool:
    return bool(actor and actor.is_authenticated and actor.is_active and actor.role in roles)
