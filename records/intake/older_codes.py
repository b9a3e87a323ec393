"""Rows that name their party only by an older code: taken by a mapping that two people checked, never by a guess."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from parties.codes import check_code, fold_old_code
from parties.models import CodeMapping, Subject
from parties.queries import codes_that_became
from records.canonical import CanonicalRecord, Change, Reason


def mapped_codes(drafts: Iterable[CanonicalRecord]) -> dict[tuple[str, str], str]:
    """Return the codes that the older codes of some rows became, looked up together: for :func:`code_from_older`."""
    return codes_that_became(older for draft in drafts for older in older_codes(draft))


def code_from_older(draft: CanonicalRecord, codes: Mapping[tuple[str, str], str]) -> Reason | None:
    """Fill an empty code (or one that is an older code itself) from the checked mapping table, and say so."""
    if draft.subject_kind == Subject.Kind.PERSON:
        return None
    found = {codes[older]: older for older in older_codes(draft) if older in codes}
    if len(found) > 1:
        return Reason(
            "old_codes_disagree",
            _("这一行的几个旧代码分别对应不同的统一社会信用代码（%(codes)s），无法确定是谁。")
            % {"codes": "、".join(sorted(found))},
            "subject_code",
            _("请按营业执照填写 18 位统一社会信用代码，并核对旧代码。"),
        )
    for code, (kind, old) in found.items():
        label = CodeMapping.OldKind(kind).label
        why = _("按已核对启用的代码对照，由%(kind)s %(old)s 换成") % {"kind": label, "old": old}
        draft.changes.append(Change("subject_code", draft.subject_code, code, why))
        draft.subject_code = code
    return None


def older_codes(draft: CanonicalRecord) -> list[tuple[str, str]]:
    """Return the older codes that a row names, folded, as ``(CodeMapping.OldKind, code)``; none if it has a new one."""
    kinds = CodeMapping.OldKind
    if draft.subject_code:
        told = {reason.code for reason in check_code(draft.subject_code).reasons}
        kind = kinds.REGISTRATION if "old_registration" in told else None
        kind = kinds.ORGANISATION if "organisation_code" in told else kind
        return [(str(kind), fold_old_code(draft.subject_code))] if kind else []
    given = (
        (kinds.REGISTRATION, draft.registration_number),
        (kinds.ORGANISATION, draft.organisation_code),
        (kinds.TAX, draft.tax_number),
    )
    return [(str(kind), fold_old_code(text)) for kind, text in given if text]
