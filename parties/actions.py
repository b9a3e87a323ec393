"""校核纠错: the verbs of code mappings and of corrections of a subject's name or code. Two people, every step kept."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import actions as journal
from parties import guards
from parties.codes import check_code, fold_old_code
from parties.models import Checked, CodeMapping, Subject, SubjectCorrection, User
from policy.verdict import Refused, Verdict, no


@journal.journalled()
def propose_mapping(actor: User, old_kind: str, old_code: str, code: str, grounds: str, name: str = "") -> CodeMapping:
    """Propose that an older code became this unified code; return the proposal.

    Raises:
        Refused: not this person's to propose (403), a code is wrong (400), the older code is proposed or applied
            already (409).
    """
    _ask(guards.can_propose_identity(actor))
    if old_kind not in CodeMapping.OldKind.values:
        raise _bad(_("请选择旧代码的种类。"))
    old = fold_old_code(old_code)
    if not (6 <= len(old) <= 50 and old.isascii() and old.isalnum()):
        raise _bad(_("旧代码应为 6 至 50 位数字或字母，不能有打码的字符。"))
    mapping = CodeMapping(
        old_kind=old_kind,
        old_code=old,
        code=_good_code(code),
        name=_text(name, 200),
        grounds=_grounds(grounds),
        proposed_by=actor,
    )
    _insert(mapping, _("这个旧代码已经有一条对照。"))
    journal.append(actor, "parties.propose_mapping", mapping, _line(mapping))
    return mapping


@journal.journalled()
def propose_correction(actor: User, subject: Subject, field: str, new_value: str, grounds: str) -> SubjectCorrection:
    """Propose another name or code for a subject; return the proposal. Nothing changes until it is applied.

    Raises:
        Refused: not this person's to propose (403), an impossible or unchanged value (400), the new code is
            somebody else's or a correction of this field is open (409).
    """
    _ask(guards.can_propose_identity(actor))
    fields = SubjectCorrection.Field
    if field not in fields.values or (field == fields.CODE and subject.is_person):
        raise _bad(_("请选择更正名称还是代码；自然人的证件号码不能这样更正。"))
    new = _good_code(new_value) if field == fields.CODE else _text(new_value, 200)
    old = getattr(subject, field) or ""
    if not new or new == old:
        raise _bad(_("新值不能为空，也不能与原值相同。"))
    if field == fields.CODE:
        _check_code_is_free(subject, new)
    correction = SubjectCorrection(
        subject=subject, field=field, old_value=old, new_value=new, grounds=_grounds(grounds), proposed_by=actor
    )
    _insert(correction, _("这一项已有一条更正正在办理。"))
    journal.append(actor, "parties.propose_correction", correction, _line(correction))
    return correction


@journal.journalled()
def check(actor: User, proposal: Checked, finding: str = "") -> Checked:
    """核对: another person found it right; return the fresh row. Raises :class:`Refused`."""
    proposal = _lock(proposal)
    _ask(guards.can_check_identity(actor, proposal))
    proposal.check_off(actor, timezone.now(), _text(finding, 500))
    return _keep(actor, "check", proposal)


@journal.journalled()
def apply(actor: User, proposal: Checked) -> Checked:
    """启用: from now on intake reads the older code as the new one, or the subject bears the new name or code.

    For a subject's code use :func:`records.actions.apply_correction`, which also tells the platforms.

    Raises:
        Refused: not this person's (403), not checked yet, or the subject has changed since (409).
    """
    proposal = _lock(proposal)
    _ask(guards.can_apply_identity(actor, proposal))
    if isinstance(proposal, SubjectCorrection):
        _change_subject(proposal)
    proposal.apply(actor, timezone.now())
    return _keep(actor, "apply", proposal)


@journal.journalled()
def reject(actor: User, proposal: Checked, finding: str) -> Checked:
    """不采纳, with why; the proposer may take it back; return the fresh row. Raises :class:`Refused`."""
    proposal = _lock(proposal)
    _ask(guards.can_reject_identity(actor, proposal))
    finding = _text(finding, 500)
    if not finding:
        raise _bad(_("请写明不采纳的理由。"))
    proposal.reject(actor, timezone.now(), finding)
    return _keep(actor, "reject", proposal)


def _change_subject(correction: SubjectCorrection) -> None:
    subject = Subject.objects.select_for_update().get(pk=correction.subject_id)
    if (getattr(subject, correction.field) or "") != correction.old_value:
        raise Refused(
            no("changed", _("主体信息在提出之后已经变了，这条更正不能启用。"), _("请不采纳这一条，重新提出。")),
            status=409,
        )
    if correction.field == SubjectCorrection.Field.CODE:
        _check_code_is_free(subject, correction.new_value)
    setattr(subject, correction.field, correction.new_value)
    subject.save(update_fields=[correction.field])
    correction.subject = subject


def _check_code_is_free(subject: Subject, code: str) -> None:
    other = Subject.objects.filter(code=code).exclude(pk=subject.pk).first()
    if other is not None:
        raise Refused(
            no(
                "code_taken",
                _("代码 %(code)s 已经登记给“%(name)s”。") % {"code": code, "name": other.name},
                _("请核对是不是同一个主体；两个主体的记录不能这样合并。"),
            ),
            status=409,
        )


def _good_code(text: str) -> str:
    verdict = check_code(text)
    if not verdict.valid:
        raise _bad(" ".join(str(reason.text) for reason in verdict.reasons))
    return verdict.normalised


def _grounds(text: str) -> str:
    grounds = _text(text, 500)
    if not grounds:
        raise _bad(_("请写明依据，例如营业执照、登记机关的变更通知。"))
    return grounds


def _text(text: str, limit: int) -> str:
    clean = " ".join(str(text).replace("\x00", "").split())
    if len(clean) > limit:
        raise _bad(_("最多 %(limit)s 个字。") % {"limit": limit})
    return clean


def _insert(row: Checked, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(no("already_there", taken, _("请在列表中查看它办到哪一步。")), status=409) from None


def _lock(proposal: Checked) -> Checked:
    return type(proposal).objects.select_for_update().get(pk=proposal.pk)


def _keep(actor: User, verb: str, proposal: Checked) -> Checked:
    proposal.save()
    kind = "mapping" if isinstance(proposal, CodeMapping) else "correction"
    journal.append(actor, f"parties.{verb}_{kind}", proposal, {**_line(proposal), "finding": proposal.finding})
    return proposal


def _line(proposal: Checked) -> dict[str, str]:
    if isinstance(proposal, CodeMapping):
        return {
            "old_kind": proposal.old_kind,
            "old_code": proposal.old_code,
            "code": proposal.code,
            "grounds": proposal.grounds,
        }
    return {
        "subject": str(proposal.subject_id),
        "field": proposal.field,
        "old": proposal.old_value,
        "new": proposal.new_value,
        "grounds": proposal.grounds,
    }


def _ask(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict, status=409 if verdict.code in ("decided", "not_checked") else 403)


def _bad(text: str) -> Refused:
    return Refused(no("bad_value", text), status=400)
