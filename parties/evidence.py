"""What the machine itself can say of a proposed identity: shown to the checker, it decides nothing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parties.codes import inner_check_character, registration_number_holds
from parties.models import CodeMapping, Subject, SubjectCorrection

_KINDS = CodeMapping.OldKind


@dataclass(frozen=True)
class Evidence:
    """One sentence and what it speaks for: ``good``, ``bad``, or empty for neither."""

    text: str
    tone: str = ""


def evidence_for(mapping: CodeMapping) -> list[Evidence]:
    """Return what the codes themselves say: an organisation code stands inside the unified code (digits 9 to 17)."""
    inside, old = mapping.code[8:17], mapping.old_code
    found = []
    if mapping.old_kind == _KINDS.ORGANISATION:
        found.append(_inside(inside, old))
        if len(old) == 9 and not _organisation_code_holds(old):
            found.append(Evidence(_("旧组织机构代码的校验位不对，可能抄错了。"), "bad"))
    elif mapping.old_kind == _KINDS.TAX and len(old) == 15:
        found.append(_inside(inside, old[6:]))
    elif mapping.old_kind == _KINDS.TAX and old == mapping.code:
        found.append(Evidence(_("税号就是这个统一社会信用代码。"), "good"))
    elif mapping.old_kind == _KINDS.REGISTRATION and len(old) == 15:
        if registration_number_holds(old):
            found.append(Evidence(_("旧注册号的校验位相符；它与新代码之间没有推算关系，请对照证照或登记档案。")))
        else:
            found.append(Evidence(_("旧注册号的校验位不对，可能抄错了。"), "bad"))
    subject = Subject.objects.filter(code=mapping.code).first()
    if subject is not None:
        same = bool(mapping.name) and subject.name == mapping.name
        text = _("系统中这个代码登记为“%(name)s”。") % {"name": subject.name}
        if mapping.name and not same:
            text += _("提出人写的是“%(name)s”。") % {"name": mapping.name}
        found.append(Evidence(text, "good" if same else ""))
    return found


def evidence_for_correction(correction: SubjectCorrection) -> list[Evidence]:
    """Return what is known of a subject's correction: whether the new code belongs to somebody, and its inner code."""
    if correction.field != SubjectCorrection.Field.CODE:
        return []
    found = []
    if correction.old_value[8:17] == correction.new_value[8:17]:
        found.append(Evidence(_("新旧代码第 9 至 17 位（组织机构代码）相同。"), "good"))
    else:
        found.append(Evidence(_("新旧代码第 9 至 17 位（组织机构代码）不同，多半不是同一个主体。"), "bad"))
    other = Subject.objects.filter(code=correction.new_value).exclude(pk=correction.subject_id).first()
    if other is not None:
        found.append(Evidence(_("新代码已经登记给“%(name)s”。") % {"name": other.name}, "bad"))
    return found


def _inside(inside: str, old: str) -> Evidence:
    if inside == old:
        return Evidence(
            _("统一社会信用代码第 9 至 17 位 %(inside)s 就是这个组织机构代码，相符。") % {"inside": inside}, "good"
        )
    return Evidence(
        _("统一社会信用代码第 9 至 17 位是 %(inside)s，与旧代码 %(old)s 不符。") % {"inside": inside, "old": old}, "bad"
    )


def _organisation_code_holds(code: str) -> bool:
    return code.isascii() and code.isalnum() and inner_check_character(code[:8]) == code[8]
