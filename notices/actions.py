"""The verbs of notices: issue, serve, retry, revoke. Each one transaction; the only writers."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from journal import actions as journal
from notices import guards, numbers
from notices.freezing import as_stored, digest_of, frozen
from notices.models import Notice, ProofOfService
from notices.queries import thing_key
from notices.signals import served
from parties.models import Authority, Subject, User
from policy.verdict import Refused, no


def issue(
    *,
    kind: str,
    issuer: Authority,
    addressee: Subject,
    thing: models.Model,
    facts: dict[str, Any],
    actor: User | None,
    rule_ids: Iterable[int] = (),
) -> Notice:
    """Issue one notice inside the caller's transaction: number, row, journal line and a bell for its PDF.

    Takes the kind, who issues it, to whom, the record or case it is about, what it says (the keys of
    docs/notices.md; dates may be ``date`` objects), who acted (``None``: the system) and the ids of the policy
    rules it rests on. The PDF is made later by :mod:`notices.tasks`; nothing here can fail because of it.

    Raises:
        Refused: no 机关代字 is set (409).
        RuntimeError: called outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A notice is issued in the transaction of the decision it tells.")
    now = timezone.now()
    series = numbers.series_of(kind, issuer)
    number = numbers.take(series, timezone.localdate(now).year)
    thing_type, thing_id = thing_key(thing)
    notice = Notice(
        kind=kind,
        number=str(number),
        series=number.series,
        year=number.year,
        serial=number.serial,
        issuer=issuer,
        addressee=addressee,
        facts=as_stored(frozen(kind, issuer, addressee, facts)),
        rule_ids=list(rule_ids),
        thing_type=thing_type,
        thing_id=thing_id,
        issued_at=now,
        issued_by=actor,
        next_at=now,
    )
    notice.save(force_insert=True)
    line = {"number": notice.number, "kind": str(kind), "about": thing_id, "digest": digest_of(notice)}
    journal.append(actor, "notices.issue", notice, line)
    _ring(notice)
    return notice


@journal.journalled()
def serve(actor: User, notice: Notice) -> ProofOfService:
    """Record that the notice reached its addressee through the inbox; the first opening counts.

    Opening again gives the same proof. Raises :class:`Refused` when the actor does not act for the addressee,
    or the notice is not finished or no longer valid.
    """
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    proof = ProofOfService.objects.filter(notice=notice).first()
    if proof is not None and guards.can_read(actor, notice):
        return proof
    _ask(guards.can_be_served(actor, notice))
    proof = ProofOfService.objects.create(
        notice=notice,
        method=ProofOfService.Method.INBOX,
        served_at=timezone.now(),
        received_by=actor,
        received_by_name=str(actor),
    )
    journal.append(actor, "notices.serve", notice, {"number": notice.number, "method": proof.method})
    served.send(sender=Notice, notice=notice, proof=proof)
    return proof


@journal.journalled()
def retry(actor: User, notice: Notice) -> Notice:
    """Start a failed rendering again from the first attempt; return the fresh row. Raises :class:`Refused`."""
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    _ask(guards.can_retry(actor, notice))
    notice.rendering, notice.attempts, notice.next_at = Notice.Rendering.PENDING, 0, timezone.now()
    notice.lease = notice.leased_until = None
    notice.save(update_fields=["rendering", "attempts", "next_at", "lease", "leased_until"])
    journal.append(actor, "notices.retry", notice, {"number": notice.number, "error": notice.last_error})
    _ring(notice)
    return notice


@journal.journalled()
def revoke(actor: User, notice: Notice, reason: str) -> Notice:
    """Withdraw an issued notice (撤销): its number stays taken, verification says revoked. Raises :class:`Refused`.

    The bytes that were issued stay as they are; what follows for the case is the caller's business.
    """
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    _ask(guards.can_revoke(actor, notice))
    reason = reason.strip()
    if not reason:
        raise Refused(no("no_reason", _("撤销文书要写明理由。"), _("请填写撤销理由后再提交。")), status=409)
    notice.revoke(timezone.now(), reason[:500])
    notice.save()
    journal.append(actor, "notices.revoke", notice, {"number": notice.number, "reason": notice.revocation_reason})
    return notice


def _ask(verdict) -> None:
    if not verdict:
        raise Refused(verdict)


def _ring(notice: Notice) -> None:
    """Wake the worker up. Only a bell: :func:`notices.tasks.sweep` finds the row without it."""
    async_task("notices.tasks.render", notice.pk)
