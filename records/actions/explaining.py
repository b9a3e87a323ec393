"""自主解释: the subject writes, the lead office looks at other people's privacy, the subject may take it back."""

import re

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from notices.documents import clean
from parties.identity import check_identity_number
from parties.models import User
from policy.rulebook import today_book
from policy.verdict import Refused, no
from records.actions.common import ask, journal_line, lock
from records.digests import text_digest
from records.life import guards
from records.life.models import Explanation
from records.models import AdverseRecord

_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


def explain(actor: User, record: AdverseRecord, text: str) -> Explanation:
    """Hand in an explanation; return it waiting for moderation. One that still waits is taken back for it.

    The version that is shown stays until the new one is accepted.

    Raises:
        Refused: not the subject's person, the record no longer counts, or the text cannot be used (422).
    """
    with journal.journalled():
        record = lock(record)
        ask(guards.can_explain(actor, record), status=403)
        text = usable_text(text)
        waiting = _locked(record, Explanation.Status.PENDING)
        if waiting is not None:
            waiting.withdraw()
            waiting.save()
        last = record.explanations.aggregate(last=Max("number"))["last"] or 0
        explanation = Explanation.objects.create(
            record=record, number=last + 1, text=text, submitted_by=actor, submitted_at=timezone.now()
        )
        line = journal_line(record, explanation=explanation.number, text=text_digest(text))
        journal.append(actor, "records.explain", record, line)
        return explanation


def show_explanation(actor: User, explanation: Explanation) -> Explanation:
    """采用: show it beside the record from now on; the version before it is kept, not shown.

    Raises:
        Refused: not this person's to moderate, or settled already.
    """
    with journal.journalled():
        record, explanation = _take(explanation)
        ask(guards.can_moderate(actor, explanation), status=_status(explanation))
        before = _locked(record, Explanation.Status.LIVE)
        if before is not None:
            before.supersede()
            before.save()
        explanation.show(actor, timezone.now())
        explanation.save()
        line = journal_line(record, explanation=explanation.number, instead_of=before.number if before else None)
        journal.append(actor, "records.show_explanation", record, line)
        return explanation


def decline_explanation(actor: User, explanation: Explanation, codes: list[str], note: str = "") -> Explanation:
    """不采用: with coded reasons that the subject reads on its page.

    Raises:
        Refused: not this person's to moderate, settled already, or no reason was given (422).
    """
    with journal.journalled():
        record, explanation = _take(explanation)
        ask(guards.can_moderate(actor, explanation), status=_status(explanation))
        if not codes:
            raise Refused(no("no_reason", _("不采用说明，要选择理由。"), _("请至少选择一项理由。")), status=422)
        explanation.decline(actor, timezone.now())
        explanation.reason_codes, explanation.note = codes, note.strip()[:500]
        explanation.save()
        line = journal_line(record, explanation=explanation.number, reasons=codes)
        journal.append(actor, "records.decline_explanation", record, line)
        return explanation


def withdraw_explanation(actor: User, explanation: Explanation) -> Explanation:
    """收回: it is no longer shown, or no longer waits. The text is kept.

    Raises:
        Refused: not the subject's person, or neither shown nor waiting (409).
    """
    with journal.journalled():
        record, explanation = _take(explanation)
        verdict = guards.can_withdraw_explanation(actor, explanation)
        ask(verdict, status=409 if verdict.code == "settled" else 403)
        explanation.withdraw()
        explanation.save()
        line = journal_line(record, explanation=explanation.number)
        journal.append(actor, "records.withdraw_explanation", record, line)
        return explanation


def usable_text(text: str) -> str:
    """Return the text of an explanation without invisible characters, checked.

    Raises:
        Refused: empty, longer than the rule allows, or with a person's number in it (422).
    """
    text = clean(text or "")
    if not text:
        raise Refused(no("empty", _("请写下您的说明。")), status=422)
    limit = today_book().value("explanation.maximum_characters")
    if len(text) > limit.value:
        raise Refused(
            no(
                "too_long",
                _("说明有 %(length)s 个字，最多 %(limit)s 个。") % {"length": len(text), "limit": limit.value},
                _("请缩短后再提交。"),
                limit.basis,
            ),
            status=422,
        )
    if _MOBILE.search(text) or any(check_identity_number(number).valid for number in _IDENTITY.findall(text)):
        raise Refused(
            no("private", _("说明里有手机号码或身份证号码。说明会公开展示。"), _("请去掉这些号码后再提交。")),
            status=422,
        )
    return text


def _take(explanation: Explanation) -> tuple[AdverseRecord, Explanation]:
    """Lock the record, then the explanation; return both fresh."""
    record = lock(explanation.record)
    explanation = Explanation.objects.select_for_update().get(pk=explanation.pk)
    explanation.record = record
    return record, explanation


def _locked(record: AdverseRecord, status: str) -> Explanation | None:
    return record.explanations.select_for_update().filter(status=status).first()


def _status(explanation: Explanation) -> int:
    return 403 if explanation.status == Explanation.Status.PENDING else 409
