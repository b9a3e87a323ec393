"""The verbs of queries: ask about oneself, ask with authority, issue the statement, let go what is old."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from notices.actions import issue
from notices.models import Notice
from notices.queries import notices_about
from parties.codes import check_code
from parties.identity import check_identity_number, mask
from parties.models import Subject, User
from parties.queries import lead_authority
from policy.verdict import Refused, Verdict, no
from records.enquiries import guards
from records.enquiries.models import QueryRecord
from records.enquiries.statement import lines_of, rules_under, statement_facts
from records.uploads import inspect

Kind = QueryRecord.Kind


@dataclass(frozen=True)
class Question:
    """What an officer asks, and by what right. ``proof`` is an uploaded file, for an authorised query."""

    kind: str
    code: str
    purpose: str
    name: str = ""
    recipient: str = ""
    authorised_by: str = ""
    authorised_on: date | None = None
    basis_title: str = ""
    basis_article: str = ""
    proof: Any = None


@journal.journalled()
def ask_own(actor: User, subject: Subject) -> Notice:
    """Query one's own subject and issue its credit statement; return the notice, its PDF still to be drawn.

    Asked again on the same day while nothing has changed, it is the same statement.

    Raises:
        Refused: the actor does not act for the subject.
    """
    _ask(guards.can_query_own(actor, subject))
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    shown = lines_of(subject)
    same = _issued_today(subject, shown)
    if same is not None:
        return same
    query = _record(actor, subject, Kind.OWN, subject.shown_code, shown)
    return _issue(actor, query)


@journal.journalled()
def ask(actor: User, question: Question) -> QueryRecord:
    """Query a subject with its authorisation or on a statutory basis; return what is kept of it.

    A code that nobody has is a query too: it is recorded, and shows nothing.

    Raises:
        Refused: not an officer (403); the code is impossible, the name is not the person's, or what gives the right
            is missing (400).
        records.uploads.UnusableFile: the proof cannot be taken.
    """
    _ask(guards.can_query(actor))
    code, subject = find_subject(question.code, question.name)
    _check_right(question)
    proof = inspect(question.proof) if question.kind == Kind.AUTHORISED else None
    query = QueryRecord(
        office=actor.authority,
        recipient=question.recipient.strip() or actor.authority.name,
        purpose=question.purpose.strip(),
    )
    if proof is not None:
        query.authorised_by, query.authorised_on = question.authorised_by.strip(), question.authorised_on
        query.proof_name, query.proof_type, query.proof_sha256 = proof.name, proof.media_type, proof.sha256
        query.proof.save(f"{proof.sha256[:32]}{proof.suffix}", ContentFile(proof.content), save=False)
    else:
        query.basis_title = question.basis_title.strip().strip("《》")
        query.basis_article = question.basis_article.strip()
    return _record(actor, subject, question.kind, code, lines_of(subject) if subject else [], query)


@journal.journalled()
def issue_statement(actor: User, query: QueryRecord) -> Notice:
    """Issue the credit statement of an authorised query; a second time it is the same one. Raises :class:`Refused`."""
    query = QueryRecord.objects.select_for_update(of=["self"]).select_related("office", "subject").get(pk=query.pk)
    _ask(guards.can_issue_statement(actor, query))
    return statement_of(query) or _issue(actor, query)


@journal.journalled()
def release(actor: User, query: QueryRecord, decision: str) -> QueryRecord:
    """Let the particulars of an old query go, as an auditor decided; return the fresh row.

    The row stays: that there was a query, of what kind, by whom and when. Why, by whose authority, about whom and what
    was shown goes, with the proof's file. Raises :class:`Refused`.
    """
    query = QueryRecord.objects.select_for_update().get(pk=query.pk)
    _ask(guards.can_release(actor, query), status=409)
    decision = decision.strip()
    if not decision:
        raise Refused(no("no_decision", _("没有写明销去的决定。"), _("请写明决定的文号或者理由。")), status=400)
    file = query.proof
    name = file.name
    query.subject = None
    query.asked_for = query.recipient = query.purpose = query.authorised_by = query.proof_name = ""
    query.authorised_on, query.proof, query.shown = None, "", []
    query.released_at, query.released_by, query.release_decision = timezone.now(), actor, decision[:200]
    query.save()
    if name and not QueryRecord.objects.filter(proof=name).exists():
        file.storage.delete(name)
    line = {"kind": query.kind, "asked_at": query.asked_at, "decision": query.release_decision}
    journal.append(actor, "records.release_query", query, line)
    return query


def statement_of(query: QueryRecord) -> Notice | None:
    """Return the credit statement that was issued for a query, if one was."""
    return notices_about(query).filter(kind=Notice.Kind.CREDIT_STATEMENT).first()


def find_subject(text: str, name: str) -> tuple[str, Subject | None]:
    """Return what is kept of a typed code (a person's number masked) and the subject that has it, if any.

    Raises:
        Refused: the code or number is impossible, or the name typed with a number is not that person's (400).
    """
    person, entity = check_identity_number(text), check_code(text)
    if not (person.valid or entity.valid):
        reasons = (person if len(person.normalised) == 18 and person.normalised[:6].isdigit() else entity).reasons
        raise _bad("code", _("这个代码不对：%(why)s") % {"why": " ".join(str(reason.text) for reason in reasons)})
    subject = Subject.objects.filter(
        Q(code=entity.normalised) if entity.valid else Q(identity_number=person.normalised)
    ).first()
    if not entity.valid:
        if not name.strip():
            raise _bad("name", _("查询自然人，除了证件号码还要填写姓名。"))
        if subject is not None and _bare(subject.name) != _bare(name):
            raise _bad("name", _("证件号码和姓名对不上，没有查询。请核对两项。"))
    return entity.normalised if entity.valid else mask(person.normalised), subject


def _check_right(question: Question) -> None:
    if not question.purpose.strip():
        raise _bad("purpose", _("没有写明用途。请写明为什么要查。"))
    if question.kind == Kind.STATUTORY:
        if not (question.basis_title.strip().strip("《》") and question.basis_article.strip()):
            raise _bad("basis", _("没有写明依据。请写明法律法规的名称和条款。"))
    elif question.kind == Kind.AUTHORISED:
        if not question.authorised_by.strip() or question.proof is None:
            raise _bad("authorisation", _("没有授权书。请填写授权人，并上传授权书。"))
        if question.authorised_on is None or question.authorised_on > timezone.localdate():
            raise _bad("authorised_on", _("授权日期不对。请填写授权书上的日期，不能晚于今天。"))
    else:
        raise _bad("kind", _("请选择授权查询或者依法查询。"))


def _record(
    actor: User, subject: Subject | None, kind: str, code: str, shown: list, query: QueryRecord | None = None
) -> QueryRecord:
    query = query or QueryRecord()
    query.kind, query.asked_by, query.asked_at = kind, actor, timezone.now()
    query.subject, query.asked_for, query.shown = subject, code, shown
    query.save(force_insert=True)
    # The journal is for ever, the particulars are not: it keeps their digest, which finds any change of them.
    line = {"kind": kind, "office": query.office.name if query.office else "", "particulars": query.digest()}
    journal.append(actor, "records.query", query, line)
    return query


def _issue(actor: User, query: QueryRecord) -> Notice:
    return issue(
        kind=Notice.Kind.CREDIT_STATEMENT,
        issuer=lead_authority(),
        addressee=query.subject,
        thing=query,
        facts=statement_facts(query),
        actor=actor,
        rule_ids=rules_under(query),
    )


def _issued_today(subject: Subject, shown: list) -> Notice | None:
    """The statement of today that says exactly this, if the subject asked for one already."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    issued = Notice.objects.filter(
        kind=Notice.Kind.CREDIT_STATEMENT, addressee=subject, status=Notice.Status.ISSUED, issued_at__gte=start
    )
    for notice in issued.order_by("-issued_at"):
        statement = notice.facts.get("statement") or {}
        if statement.get("kind") == Kind.OWN and statement.get("records") == shown:
            return notice
    return None


def _bare(name: str) -> str:
    return "".join(name.split())


def _bad(code: str, reason: str) -> Refused:
    return Refused(no(code, reason), status=400)


def _ask(verdict: Verdict, status: int = 403) -> None:
    if not verdict:
        raise Refused(verdict, status=status)
