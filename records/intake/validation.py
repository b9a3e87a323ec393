"""May a row become a record? Every reason at once, each with its cure."""

import datetime as dt
import re
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from parties.codes import check_code
from parties.identity import check_identity_number, mask, mask_in
from parties.models import Subject
from records.canonical import CanonicalRecord, Change, Reason
from records.documents import document_key, looks_impossible
from records.intake.aliases import label_of
from records.intake.collecting import not_collected
from records.intake.older_codes import code_from_older, mapped_codes, older_codes
from records.lateness import days_late, limit_of
from records.models import AdverseRecord

EARLIEST = dt.date(1990, 1, 1)
#: Nobody is called so; at least five characters, because 欧阳文会 is.
_ENTITY_NAME = re.compile(
    r"公司|合作社|.{4}(?:[厂店部社会馆站场行城队处室园局所院校]|中心|学校|医院|银行)(?:[(（].*)?$"
)
#: The first sentence of a text, and the rest (perhaps empty).
_SENTENCES = re.compile(r"(.*?(?:。|\.(?=\s|$)|$))\s*(.*)", re.DOTALL)


def check(draft: CanonicalRecord, codes: Mapping[tuple[str, str], str] | None = None) -> list[Reason]:
    """Return why a row may not become a record; empty if it may. Warnings go to ``draft.warnings``.

    ``codes``: :func:`mapped_codes` of this row and others; without it they are looked up for this one.

    Folds the codes in place (recorded in ``draft.changes``) and tells the kind of subject from them. Checking
    twice gives the same.
    """
    reasons = list(draft.problems)
    unread = {reason.field for reason in reasons}
    reasons += _check_identity(draft, unread, mapped_codes([draft]) if codes is None else codes)
    if not draft.subject_name and "subject_name" not in unread:
        reasons.append(
            Reason("no_name", _("没有行政相对人名称。"), "subject_name", _("请填写营业执照或证件上的名称。"))
        )
    reasons += _check_document(draft, unread)
    reasons += _check_dates(draft, unread)
    if not draft.authority_name and "authority_name" not in unread:
        reasons.append(
            Reason("no_authority", _("没有处罚机关。"), "authority_name", _("请填写作出处罚决定的机关全称。"))
        )
    reasons += _check_lengths(draft)
    reasons += not_collected(draft)
    if not reasons:
        _warn_late(draft)
        _warn_authority_code(draft)
    return reasons


def _check_identity(draft: CanonicalRecord, unread: set[str], codes: Mapping[tuple[str, str], str]) -> list[Reason]:
    """Fold and check the code or the number; a name never identifies anyone."""
    if "subject_code" in unread or "identity_number" in unread:
        return []
    disagreement = code_from_older(draft, codes)
    if disagreement is not None:
        return [disagreement]
    if draft.identity_number and not draft.subject_code:
        return _check_person(draft)
    if not draft.subject_code:
        if draft.subject_kind == Subject.Kind.PERSON:
            return [
                Reason(
                    "no_identity_number",
                    _("自然人没有证件号码。姓名不能用来确定是谁。"),
                    "identity_number",
                    _("请补填 18 位居民身份证号码。"),
                )
            ]
        return [_no_code(draft)]
    if draft.subject_kind == Subject.Kind.PERSON:
        return [
            Reason(
                "kind_differs",
                _("类别写的是自然人，却填了统一社会信用代码。"),
                "subject_kind",
                _("是个体工商户的，请把类别改为个体工商户；是自然人的，请改填证件号码。"),
            )
        ]
    return _check_entity(draft)


def _no_code(draft: CanonicalRecord) -> Reason:
    older = draft.registration_number or draft.organisation_code or draft.tax_number
    if older:
        return Reason(
            "old_code_only",
            _("只有旧的注册号、机构代码或税号（%(code)s），没有统一社会信用代码。") % {"code": mask_in(older[:30])},
            "subject_code",
            _("请按营业执照补填 18 位统一社会信用代码；或者提出代码对照，核对启用后重新导入。"),
        )
    return Reason(
        "no_code",
        _("没有统一社会信用代码。名称不能用来确定是谁。"),
        "subject_code",
        _("请补填营业执照上的 18 位统一社会信用代码；自然人请填证件号码。"),
    )


def _check_entity(draft: CanonicalRecord) -> list[Reason]:
    verdict = check_code(draft.subject_code)
    if not verdict.valid:
        shown = mask_in(draft.subject_code[:40])  # a resident's number may stand in the wrong column
        return [_code_reason("code", shown, reason, "subject_code") for reason in verdict.reasons]
    if verdict.normalised != draft.subject_code:
        draft.changes.append(Change("subject_code", draft.subject_code, verdict.normalised, "；".join(verdict.folded)))
        draft.subject_code = verdict.normalised
    told = Subject.Kind.BUSINESS if verdict.normalised.startswith("92") else Subject.Kind.ENTITY
    if draft.subject_kind and draft.subject_kind != told:
        labels = {kind.value: str(kind.label) for kind in Subject.Kind}
        draft.changes.append(
            Change("subject_kind", labels[draft.subject_kind], labels[told], _("代码前两位表明的类别"))
        )
    draft.subject_kind = str(told)
    return []


def _check_person(draft: CanonicalRecord) -> list[Reason]:
    verdict = check_identity_number(draft.identity_number)
    if not verdict.valid:
        shown = mask(verdict.normalised)
        return [_code_reason("identity", shown, reason, "identity_number") for reason in verdict.reasons]
    if draft.subject_kind in (Subject.Kind.ENTITY, Subject.Kind.BUSINESS):
        return [
            Reason(
                "kind_differs",
                _("类别不是自然人，却只填了身份证号码。"),
                "subject_kind",
                _("是自然人的，请把类别改为自然人；是单位或个体工商户的，请填统一社会信用代码。"),
            )
        ]
    if not draft.subject_kind and _looks_like_entity(draft):
        return [
            Reason(
                "kind_unclear",
                _("只有身份证号码，没有类别，名称“%(name)s”或旧代码却像是单位的，无法确定处罚的是谁。")
                % {"name": mask_in(draft.subject_name[:40])},
                "subject_kind",
                _(
                    "处罚的是单位的，请填单位的统一社会信用代码（法定代表人的身份证号码不能代替）；是个人的，请把类别写为自然人。"
                ),
            )
        ]
    if verdict.normalised != draft.identity_number:
        change = Change(
            "identity_number", mask(draft.identity_number), mask(verdict.normalised), "；".join(verdict.folded)
        )
        draft.changes.append(change)
        draft.identity_number = verdict.normalised
    draft.subject_kind = str(Subject.Kind.PERSON)
    return []


def _looks_like_entity(draft: CanonicalRecord) -> bool:
    """Whether a row with somebody's identity number may be an entity's: older layouts put the representative's there."""
    return bool(older_codes(draft)) or bool(_ENTITY_NAME.search(draft.subject_name))


def _code_reason(prefix: str, shown: str, reason, field: str) -> Reason:
    """A code's own text holds both what is wrong and what to do: its first sentence and the rest."""
    what, cure = _SENTENCES.match(str(reason.text)).groups()
    text = _("%(label)s“%(code)s”：%(text)s") % {"label": label_of(field), "code": shown, "text": what}
    return Reason(f"{prefix}_{reason.code}", text, field, cure or what)


def _check_document(draft: CanonicalRecord, unread: set[str]) -> list[Reason]:
    if "document_number" in unread:
        return []
    if not draft.document_number:
        return [
            Reason(
                "no_document_number",
                _("没有行政处罚决定书文号。"),
                "document_number",
                _("请填写决定书上的完整文号，例如：某市监罚〔2026〕12号。"),
            )
        ]
    if looks_impossible(draft.document_number):
        return [
            Reason(
                "impossible_document_number",
                _("“%(number)s”不像是决定书文号。") % {"number": draft.document_number[:60]},
                "document_number",
                _("请填写决定书上的完整文号，例如：某市监罚〔2026〕12号。"),
            )
        ]
    year = re.search(r"〔((?:19|20)\d{2})〕", document_key(draft.document_number))
    if year and draft.decision_date and abs(int(year.group(1)) - draft.decision_date.year) > 1:
        draft_warning = Reason(
            "year_differs",
            _("文号的年份是 %(number)s，决定日期却在 %(date)s 年。")
            % {"number": year.group(1), "date": draft.decision_date.year},
            "document_number",
            _("请核对文号和决定日期。"),
        )
        if draft_warning not in draft.warnings:
            draft.warnings.append(draft_warning)
    return []


def _check_dates(draft: CanonicalRecord, unread: set[str]) -> list[Reason]:
    day = draft.decision_date
    if day is None:
        if "decision_date" in unread:
            return []
        return [
            Reason(
                "no_decision_date",
                _("没有处罚决定日期。公示期从这一天起算。"),
                "decision_date",
                _("请填写决定书的日期，例如 2026-04-01。"),
            )
        ]
    if day > timezone.localdate():
        return [
            Reason(
                "date_in_future",
                _("处罚决定日期 %(day)s 还没有到。") % {"day": day.isoformat()},
                "decision_date",
                _("请对照决定书更正日期。"),
            )
        ]
    if day < EARLIEST:
        return [
            Reason(
                "date_too_early",
                _("处罚决定日期 %(day)s 早于1990年，应是填写错误。") % {"day": day.isoformat()},
                "decision_date",
                _("请对照决定书更正日期。"),
            )
        ]
    return []


def _check_lengths(draft: CanonicalRecord) -> list[Reason]:
    """Refuse what a column cannot hold, instead of cutting it."""
    reasons = []
    limits = {"authority_name": 200, "legal_representative": 60}
    for name in ("subject_name", "document_number", "category", "licence", "data_provider", "sector"):
        limits[name] = AdverseRecord._meta.get_field(name).max_length
    for name, limit in limits.items():
        value = getattr(draft, name)
        if len(value) > limit:
            reasons.append(
                Reason(
                    "too_long",
                    _("“%(text)s…”有 %(length)s 个字，最多 %(limit)s 个。")
                    % {"text": value[:20], "length": len(value), "limit": limit},
                    name,
                    _("请缩短这一格，完整内容写在违法事实或处罚内容里。"),
                )
            )
    return reasons


def _warn_late(draft: CanonicalRecord) -> None:
    """七天双公示: taken all the same, but said."""
    assert draft.decision_date is not None  # noqa: S101 - checked by _check_dates
    today = timezone.localdate()
    late, limit = days_late(draft.decision_date, today), limit_of(today)
    if late and not any(warning.code == "late" for warning in draft.warnings):
        draft.warnings.append(
            Reason(
                "late",
                _("报送时已超过作出决定后 %(days)s 个工作日，迟报 %(late)s 个工作日。")
                % {"days": int(limit.value), "late": late},
                "decision_date",
                _("记录照常录入。请按“七天双公示”的时限报送。"),
                str(limit.basis),
            )
        )


def _warn_authority_code(draft: CanonicalRecord) -> None:
    if not draft.authority_code or check_code(draft.authority_code).valid:
        return
    if not any(warning.code == "authority_code" for warning in draft.warnings):
        draft.warnings.append(
            Reason(
                "authority_code",
                _("处罚机关代码“%(code)s”不正确，已按机关名称登记。") % {"code": draft.authority_code[:30]},
                "authority_code",
                _("请核对处罚机关的统一社会信用代码。"),
            )
        )
