"""The verbs of notices: issue, serve, retry, revoke. Each one transaction; the only writers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from journal import actions as journal
from journal.stored import as_stored
from notices import guards, numbers, queries
from notices.freezing import digest_of, frozen, rules_filled_in
from notices.models import Notice, ProofOfService
from notices.signals import served
from parties.models import Authority, Subject, User
from policy.verdict import Refused, no

#: So many notices at once get a bell each; more get one wake-up, and none if work is waiting already.
BELLS = 10


@dataclass(frozen=True)
class Letter:
    """One notice to be issued; the fields are those of :func:`issue`."""

    kind: str
    issuer: Authority
    addressee: Subject
    thing: models.Model
    facts: dict[str, Any]
    rule_ids: Iterable[int] = ()


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
    return issue_all([Letter(kind, issuer, addressee, thing, facts, rule_ids)], actor)[0]


def issue_all(letters: Iterable[Letter], actor: User | None) -> list[Notice]:
    """Issue several notices as :func:`issue` does one, numbered in this order; return them.

    Each series is locked once. Of many notices not each has a bell: one wake-up is enough.

    Raises:
        Refused: no 机关代字 is set (409).
        RuntimeError: called outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A notice is issued in the transaction of the decision it tells.")
    letters = list(letters)
    if not letters:
        return []
    now = timezone.now()
    given = numbers.take_all([(letter.kind, letter.issuer) for letter in letters], timezone.localdate(now).year)
    notices = [_made(letter, number, actor, now) for letter, number in zip(letters, given, strict=True)]
    busy = len(notices) > BELLS and queries.work_is_waiting()
    Notice.objects.bulk_create(notices)
    for notice in notices:
        line = {"number": notice.number, "kind": str(notice.kind), "about": notice.thing_id}
        journal.append(actor, "notices.issue", notice, {**line, "digest": digest_of(notice)})
    if len(notices) <= BELLS:
        for notice in notices:
            _ring(notice)
    elif not busy:
        async_task("notices.tasks.sweep", save=False)
    return notices


def _made(letter: Letter, number: numbers.Number, actor: User | None, now: datetime) -> Notice:
    thing_type, thing_id = queries.thing_key(letter.thing)
    return Notice(
        kind=letter.kind,
        number=str(number),
        series=number.series,
        year=number.year,
        serial=number.serial,
        issuer=letter.issuer,
        addressee=letter.addressee,
        facts=as_stored(frozen(letter.kind, letter.issuer, letter.addressee, letter.facts)),
        rule_ids=list(dict.fromkeys([*letter.rule_ids, *rules_filled_in(letter.kind, letter.facts)])),
        thing_type=thing_type,
        thing_id=thing_id,
        issued_at=now,
        issued_by=actor,
        next_at=now,
    )


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


@journal.journalled()
def recall(actor: User | None, notice: Notice, reason: str) -> Notice:
    """Take back a notice that nobody has received (收回): as revoked, by the office itself. Raises :class:`Refused`.

    ``None`` as actor is the system. The number stays taken; verification says revoked.
    """
    notice = Notice.objects.select_for_update().get(pk=notice.pk)
    _ask(guards.can_recall(actor, notice))
    notice.revoke(timezone.now(), reason[:500])
    notice.save()
    journal.append(actor, "notices.recall", notice, {"number": notice.number, "reason": notice.revocation_reason})
    return notice


def _ask(verdict) -> None:
    if not verdict:
        raise Refused(verdict)


def _ring(notice: Notice) -> None:
    """Wake the worker up. Only a bell: :func:`notices.tasks.sweep` finds the row without it."""
    async_task("notices.tasks.render", notice.pk)
