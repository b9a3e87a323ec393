"""What the applicant does before (and, for a supplement, after) handing in: files, commitment, submission."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from casework import guards, todo
from casework.actions.step import acting
from casework.kinds import kind_of
from casework.models import Case, CaseCounter, Commitment, Evidence
from parties.models import User
from policy.rulebook import today_book
from records import uploads


def attach_evidence(actor: User, case: Case, upload, purpose: str, version: int | None = None) -> Evidence:
    """Attach a file to a draft or to the answer to a supplement request; return the evidence.

    Takes an uploaded file (PDF, JPEG or PNG up to ``settings.UPLOAD_MAX_BYTES``). The same file twice is one.

    Raises:
        uploads.UnusableFile: it is empty, too large, or not what its name says.
    """
    inspected = uploads.inspect(upload)
    with acting(actor, case, "attach_evidence", guards.can_edit_draft, version) as step:
        same = step.case.evidence.filter(sha256=inspected.sha256, withdrawn_at=None).first()
        if same:
            step.data.update(evidence=same.pk, already="attached")
            return same
        evidence = Evidence(
            case_id=step.case.pk,
            purpose=purpose,
            name=inspected.name,
            media_type=inspected.media_type,
            size=inspected.size,
            sha256=inspected.sha256,
            pages=inspected.pages,
            uploaded_by=actor,
        )
        evidence.file.save(f"{inspected.sha256[:32]}{inspected.suffix}", ContentFile(inspected.content), save=True)
        step.data.update(evidence=evidence.pk, name=evidence.name, sha256=evidence.sha256)
        step.save()
        return evidence


def withdraw_evidence(actor: User, evidence: Evidence) -> None:
    """Take a file back before handing in. The row stays; the case no longer shows it."""
    with acting(actor, evidence.case, "withdraw_evidence", guards.can_edit_draft) as step:
        Evidence.objects.filter(pk=evidence.pk, withdrawn_at=None).update(withdrawn_at=step.at)
        step.data.update(evidence=evidence.pk, name=evidence.name)
        step.save()


def commitment_text(case: Case) -> str:
    """Return the 信用承诺书 as the rules word it today, paragraph by paragraph, one a line."""
    return "\n".join(today_book().value("commitment.text").value)


def sign_commitment(actor: User, case: Case, signed_name: str) -> Commitment:
    """Sign the commitment letter: its text is frozen as it was shown. Signing again replaces the draft's signature."""
    with acting(actor, case, "sign_commitment", guards.can_edit_draft) as step:
        commitment, _created = Commitment.objects.update_or_create(
            case_id=step.case.pk,
            defaults={
                "text": commitment_text(step.case),
                "signed_by": actor,
                "signed_name": signed_name.strip(),
                "signed_at": step.at,
            },
        )
        digest = hashlib.sha256(commitment.text.encode()).hexdigest()
        step.data.update(signed_name=commitment.signed_name, text_sha256=digest)
        step.save()
        return commitment


def submit(actor: User, case: Case, version: int | None = None) -> Case:
    """Hand the draft in: it gets its number, the clock starts and the officer's task appears."""
    with acting(actor, case, "submit", guards.can_submit, version) as step:
        step.case.submit(step.at, _next_number(kind_of(step.case).number_prefix))
        step.save()
        todo.begin(step.case)
        type(step.case).objects.filter(pk=step.case.pk).update(process=step.case.process)
        return step.case


def _next_number(prefix: str) -> str:
    day = timezone.localdate().strftime("%Y%m%d")
    key = f"{prefix}{day}-"
    with transaction.atomic():
        CaseCounter.objects.get_or_create(prefix=key)
        counter = CaseCounter.objects.select_for_update().get(prefix=key)
        counter.last += 1
        counter.save(update_fields=["last"])
    return f"{key}{counter.last:04d}"


def withdraw(actor: User, case: Case, version: int | None = None) -> Case:
    """撤回: the applicant takes the case back; nothing is held against him and he may apply again."""
    with acting(actor, case, "withdraw", guards.can_withdraw, version) as step:
        was_draft = step.case.status == Case.Status.DRAFT
        step.case.withdraw(step.at)
        step.save()
        if not was_draft:
            todo.cancel(step.case)
            kind_of(step.case).on_close(step.case, actor)
        return step.case


def answer_supplement(actor: User, case: Case, answer: str, version: int | None = None) -> Case:
    """补正: the applicant says that everything asked for is now there; the acceptance clock starts again."""
    with acting(actor, case, "answer_supplement", guards.can_answer_supplement, version) as step:
        request = step.case.supplements.filter(answered_at=None).latest("requested_at")
        request.answer, request.answered_by, request.answered_at = answer.strip(), actor, step.at
        request.save()
        step.case.answer_supplement(step.at)
        step.save()
        todo.move_on(step.case, actor)
        return step.case
