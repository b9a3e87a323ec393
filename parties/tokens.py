"""Keys of machines. Only the SHA-256 of a key is kept; the key is shown once, when it is made."""

import datetime as dt
import hashlib
import secrets

from django.db.models import Q
from django.utils import timezone

from journal.actions import append, journalled
from parties.models import ApiToken, User

#: Says what a leaked string is, so that scanners find it.
PREFIX = "xinxiu_"
#: ``last_used_at`` is not written more often than this.
USE_RESOLUTION = dt.timedelta(minutes=1)


@journalled()
def create_token(user: User, name: str, actor: User | None = None) -> str:
    """Give the user a new key for a purpose (``name``) and return it. It cannot be read again."""
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, name=name, digest=_digest(key))
    append(actor or user, "parties.create_token", token, {"user": user.pk, "name": name})
    return key


@journalled()
def revoke_token(actor: User | None, token: ApiToken) -> None:
    """Make a key useless. Idempotent."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.active:
        token.active = False
        token.save(update_fields=["active"])
        append(actor, "parties.revoke_token", token, {"user": token.user_id, "name": token.name})


def find_user(key: str) -> User | None:
    """Return the active user a key belongs to, or None."""
    if not key or not key.startswith(PREFIX):
        return None
    token = (
        ApiToken.objects.select_related("user", "user__authority")
        .filter(digest=_digest(key), active=True, user__is_active=True)
        .first()
    )
    if token is None:
        return None
    now = timezone.now()
    ApiToken.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_RESOLUTION), pk=token.pk
    ).update(last_used_at=now)
    return token.user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
