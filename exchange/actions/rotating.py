"""Changing a platform's signing secret without losing an event: for a while the old one signs too."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from exchange import guards
from exchange.actions.subscribing import checked_secret, new_secret
from exchange.models import Subscriber
from journal.actions import append, journalled
from parties.models import User
from policy.verdict import Refused, Stale, no

#: Longer than a long holiday; long enough for whoever runs the platform to put the new secret in.
USUAL_OVERLAP = timedelta(hours=72)
LONGEST_OVERLAP = timedelta(days=30)


def rotate_secret(
    actor: User | None,
    subscriber: Subscriber,
    *,
    secret: str | None = None,
    overlap: timedelta = USUAL_OVERLAP,
    version: int | None = None,
) -> Subscriber:
    """Give a platform a new signing secret; until ``overlap`` is over, what is sent carries both signatures.

    Takes the new secret (made here unless given), the overlap (zero when the old one has leaked: it stops at once) and
    the ``secret_version`` that the page showed. Returns the fresh row. The journal says when, by whom and until when
    the old one signs, never a secret.

    Raises:
        Refused: not an administrator (403); another overlap is still running (409); an impossible secret, the same
            secret, or an overlap that cannot be (422).
        Stale: the secret was changed since the page was opened (409).
    """
    with journalled():
        _ask(guards.can_subscribe(actor))
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise Refused(
                no("overlap", _("新旧密钥并用的时间应在 0 至 %(most)d 天之间。") % {"most": LONGEST_OVERLAP.days}),
                status=422,
            )
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        _ask(guards.can_rotate(actor, subscriber, at_once=not overlap), status=409)
        if version is not None and version != subscriber.secret_version:
            raise Stale(
                no(
                    "rotated_meanwhile",
                    _("密钥已经更换过了，这次没有再换。"),
                    _("请看日志里是谁换的，再决定要不要再换一次。"),
                )
            )
        secret = checked_secret(secret) if secret else new_secret()
        if secret in (subscriber.secret, subscriber.old_secret):
            raise Refused(no("same_secret", _("新密钥与在用的密钥相同。"), _("不给出密钥时系统自动生成。")), status=422)
        until = timezone.now() + overlap if overlap else None
        subscriber.old_secret, subscriber.old_secret_until = (subscriber.secret, until) if until else ("", None)
        subscriber.secret = secret
        subscriber.secret_version += 1
        _save(subscriber)
        append(
            actor,
            "exchange.rotate_secret",
            subscriber,
            {"name": subscriber.name, "version": subscriber.secret_version, "old_until": until},
        )
    return subscriber


def retire_old_secret(actor: User | None, subscriber: Subscriber) -> Subscriber:
    """End an overlap now: the platform has the new secret. Idempotent. Raises :class:`Refused` (403)."""
    with journalled():
        _ask(guards.can_subscribe(actor))
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if subscriber.old_secret:
            subscriber.old_secret, subscriber.old_secret_until = "", None
            _save(subscriber)
            append(actor, "exchange.retire_secret", subscriber, {"name": subscriber.name})
    return subscriber


def forget_old_secrets() -> int:
    """Wipe the old secrets whose overlap is over (they no longer sign); return how many. Safe to run twice."""
    over = Subscriber.objects.filter(old_secret_until__lte=timezone.now())
    return over.update(old_secret="", old_secret_until=None)


def _save(subscriber: Subscriber) -> None:
    subscriber.save(update_fields=["secret", "secret_version", "old_secret", "old_secret_until"])


def _ask(verdict, status: int = 403) -> None:
    if not verdict:
        raise Refused(verdict, status=status)
