"""Registering platforms, and bringing one up to date."""

import base64
import binascii
import secrets
from urllib.parse import urlsplit

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from exchange import guards
from exchange.actions.emitting import lock_head
from exchange.models import Delivery, OutboundEvent, Subscriber
from journal.actions import append, journalled
from parties.models import User
from parties.tokens import create_token
from policy.verdict import Refused, no

SECRET_PREFIX = "whsec_"  # noqa: S105
#: Standard Webhooks asks for 24 to 64 random bytes.
SECRET_BYTES = range(24, 65)


def subscribe(actor: User | None, name: str, url: str, secret: str | None = None) -> Subscriber:
    """Register a platform: its address, its signing secret (made here unless given) and its account; return it.

    The same name and address again give the platform that is there. It is told of everything from now on;
    :func:`backfill` also tells it what is public already.

    Raises:
        Refused: not an administrator (403); the name is taken by another address (409); a name, address or
            secret that cannot be (422).
    """
    with journalled():
        _ask(actor)
        lock_head()
        name, url = name.strip(), url.strip()
        _check_name(name)
        _check_url(url)
        secret = checked_secret(secret) if secret else new_secret()
        known = Subscriber.objects.select_for_update().filter(name=name).first()
        if known:
            if known.url != url:
                raise Refused(
                    no(
                        "name_taken",
                        _("平台“%(name)s”已登记，地址是 %(url)s。") % {"name": name, "url": known.url},
                        _("要更改地址，请用 subscribe --move。"),
                    ),
                    status=409,
                )
            return known
        subscriber = Subscriber.objects.create(name=name, url=url, secret=secret)
        account = User(username=f"platform-{subscriber.pk}", full_name=name[:60], role=User.Role.PLATFORM)
        account.set_unusable_password()
        account.save()
        subscriber.user = account
        subscriber.save(update_fields=["user"])
        append(actor, "exchange.subscribe", subscriber, {"name": name, "url": url})
    return subscriber


def issue_token(actor: User | None, subscriber: Subscriber) -> str:
    """Return a new API token of the platform's account. Shown once; only its digest is kept."""
    with journalled():
        _ask(actor)
        key = create_token(subscriber.user, subscriber.name, actor)
        append(actor, "exchange.issue_token", subscriber)
    return key


def change_url(actor: User | None, subscriber: Subscriber, url: str) -> Subscriber:
    """Send a platform's events to another address from now on."""
    with journalled():
        _ask(actor)
        _check_url(url := url.strip())
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        before, subscriber.url = subscriber.url, url
        subscriber.save(update_fields=["url"])
        append(actor, "exchange.change_url", subscriber, {"from": before, "to": url})
    return subscriber


def deactivate(actor: User | None, subscriber: Subscriber) -> Subscriber:
    """Stop sending to a platform. What is pending stays pending; :func:`activate` makes good what it missed."""
    return _set_active(actor, subscriber, False)


def activate(actor: User | None, subscriber: Subscriber) -> Subscriber:
    """Send to a platform again, and tell it everything that it missed meanwhile."""
    with journalled():
        subscriber = _set_active(actor, subscriber, True)
        backfill(actor, subscriber)
    return subscriber


def backfill(actor: User | None, subscriber: Subscriber) -> int:
    """Tell a platform what it was never told and has to know; return the number of new deliveries.

    That is the events of every record that is shown now, and of every record it was told of before (so a removal
    that happened while it was inactive reaches it), each from the record's last take-down on. Records removed
    before it joined are none of its business. Idempotent: an event has one delivery per platform. The feed is
    locked meanwhile, so nothing is told between looking and writing.
    """
    with journalled():
        _ask(actor)
        lock_head()
        told = set(Delivery.objects.filter(subscriber=subscriber).values_list("event__subject", flat=True))
        standing = _standing()
        missing = OutboundEvent.objects.exclude(deliveries__subscriber=subscriber).order_by("id")
        now, deliveries = timezone.now(), []
        for event_id, subject, sequence in missing.values_list("id", "subject", "sequence").iterator():
            published, taken_down = standing[subject]
            if (published > taken_down or subject in told) and sequence >= taken_down:
                deliveries.append(Delivery(event_id=event_id, subscriber=subscriber, next_at=now))
        Delivery.objects.bulk_create(deliveries, batch_size=500)
        if deliveries:
            append(actor, "exchange.backfill", subscriber, {"deliveries": len(deliveries)})
            async_task("exchange.tasks.sweep", save=False)
    return len(deliveries)


def new_secret() -> str:
    """Return a fresh Standard Webhooks secret: ``whsec_`` and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _standing() -> dict[str, tuple[int, int]]:
    """Return, per record, the numbers of its last publication and of its last take-down (0: none)."""
    rows = OutboundEvent.objects.values_list("subject").annotate(
        published=Max("sequence", filter=Q(type=OutboundEvent.Type.PUBLISHED)),
        taken_down=Max("sequence", filter=Q(type__in=OutboundEvent.TAKE_DOWN)),
    )
    return {subject: (published or 0, taken_down or 0) for subject, published, taken_down in rows}


def _set_active(actor: User | None, subscriber: Subscriber, active: bool) -> Subscriber:
    with journalled():
        _ask(actor)
        lock_head()
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if subscriber.active != active:
            subscriber.active = active
            subscriber.save(update_fields=["active"])
            append(actor, "exchange.activate" if active else "exchange.deactivate", subscriber)
    return subscriber


def _ask(actor: User | None) -> None:
    verdict = guards.can_subscribe(actor)
    if not verdict:
        raise Refused(verdict)


def _check_name(name: str) -> None:
    if not name or len(name) > 100:
        raise Refused(no("name", _("平台名称不能为空，最长 100 个字符。")), status=422)


def _check_url(url: str) -> None:
    """Refuse (422) what cannot be posted to: another scheme, no host, a password or a fragment in the address."""
    try:
        parts = urlsplit(url)
        fine = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and not parts.fragment
            and (parts.port is None or 0 < parts.port < 65536)
            and len(url) <= 200
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        fine = False
    if not fine:
        raise Refused(
            no(
                "url",
                _("接收地址无法使用：%(url)s。") % {"url": url[:200]},
                _("请给出完整的 http 或 https 地址，例如 https://platform.example/events。"),
            ),
            status=422,
        )


def checked_secret(secret: str) -> str:
    """Return a given secret without its blanks. Raises :class:`Refused` (422) when it is no Standard Webhooks secret."""
    secret = secret.strip()
    try:
        length = len(base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if not secret.startswith(SECRET_PREFIX) or length not in SECRET_BYTES:
        raise Refused(
            no(
                "secret",
                _("签名密钥的写法不对。"),
                _("应为 whsec_ 加 24 至 64 个随机字节的 base64；不给出时系统自动生成。"),
            ),
            status=422,
        )
    return secret
