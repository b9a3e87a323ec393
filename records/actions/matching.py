"""Who and what rows are about: authorities, subjects and the records that are there already, looked up together."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from parties.codes import check_code
from parties.models import Authority, Subject
from records.canonical import CanonicalRecord, Reason
from records.models import AdverseRecord

#: What makes a record the same one: authority, folded document number, subject.
Key = tuple[int, str, int]


class Authorities:
    """The authorities that some rows name, found with one query; those that a row makes known are found by the next."""

    def __init__(self, drafts: Iterable[CanonicalRecord]):
        self._codes = {text: _normalised(text) for text in {draft.authority_code for draft in drafts}}
        self._by_name: dict[str, Authority] = {}
        self._by_code: dict[str, Authority] = {}
        names, codes = {draft.authority_name for draft in drafts}, set(filter(None, self._codes.values()))
        for authority in Authority.objects.filter(Q(name__in=names) | Q(code__in=codes)):
            self._remember(authority)

    def find(self, draft: CanonicalRecord) -> Authority | Reason | None:
        """Return the authority by its code, else by its exact name; ``None`` if new; a reason if the two disagree."""
        by_name, code = self._by_name.get(draft.authority_name), self._codes[draft.authority_code]
        if not code:
            return by_name
        by_code = self._by_code.get(code)
        if by_code is not None:
            if by_code.name != draft.authority_name:
                draft.warnings.append(_name_of_authority_differs(by_code.name, draft.authority_name))
            return by_code
        if by_name is not None and by_name.code not in (None, "", code):
            return Reason(
                "authority_code_differs",
                _("“%(name)s”在系统中的代码是 %(known)s，文件写的是 %(given)s。")
                % {"name": by_name.name, "known": by_name.code, "given": code},
                "authority_code",
                _("请核对处罚机关的名称和代码，更正后重新导入。"),
            )
        return by_name

    def create(self, draft: CanonicalRecord) -> Authority:
        """Register an authority that is known only from the file: not online, the lead office acts for it."""
        authority, _created = Authority.objects.get_or_create(
            name=draft.authority_name,
            defaults={"code": self._codes[draft.authority_code] or None, "is_online": False},
        )
        self._remember(authority)
        return authority

    def _remember(self, authority: Authority) -> None:
        self._by_name[authority.name] = authority
        if authority.code:
            self._by_code[authority.code] = authority


def get_or_create_subjects(drafts: list[CanonicalRecord]) -> list[Subject]:
    """Return the subject of each row, by code or number only. A name identifies nobody and overwrites no other.

    A row whose name differs from the registered one gets a warning; neither name gives way.
    """
    wanted = [identity_of(draft) for draft in drafts]
    known = _subjects(wanted)
    new: dict[tuple[str, str], Subject] = {}
    for draft, identity in zip(drafts, wanted, strict=True):
        if identity not in known and identity not in new:
            name, value = identity
            new[identity] = Subject(
                kind=draft.subject_kind,
                name=draft.subject_name,
                legal_representative=draft.legal_representative[:60],
                **{name: value},
            )
    try:
        with transaction.atomic():
            Subject.objects.bulk_create(new[identity] for identity in sorted(new))
        known |= new
    except IntegrityError:  # somebody registered one of them a moment ago
        known |= _subjects(new)
        if not known.keys() & new.keys():
            raise
        return get_or_create_subjects(drafts)
    subjects = [known[identity] for identity in wanted]
    for draft, subject in zip(drafts, subjects, strict=True):
        compare_names(draft, subject)
    return subjects


def find_subject(draft: CanonicalRecord) -> Subject | None:
    """Return the subject that a row is about, if it is known already."""
    identity = identity_of(draft)
    return _subjects([identity]).get(identity)


def compare_names(draft: CanonicalRecord, subject: Subject) -> None:
    """Warn where the row calls a known subject by another name."""
    if subject.name != draft.subject_name:
        draft.warnings.append(_name_differs(subject.name, draft.subject_name))


def find_records(keys: Iterable[Key]) -> dict[Key, AdverseRecord]:
    """Return the records that are there already under these keys.

    Of an import that was undone nothing is known: the same document comes in anew.
    """
    wanted = set(keys)
    found = AdverseRecord.objects.filter(
        subject__in={subject for _authority, _document, subject in wanted},
        document_key__in={document for _authority, document, _subject in wanted},
        undone=False,
    )
    by_key = {(record.authority_id, record.document_key, record.subject_id): record for record in found}
    return {key: record for key, record in by_key.items() if key in wanted}


def identity_of(draft: CanonicalRecord) -> tuple[str, str]:
    """Return the column that identifies the row's subject, and its value."""
    if draft.subject_kind == Subject.Kind.PERSON:
        return "identity_number", draft.identity_number
    return "code", draft.subject_code


def _subjects(identities: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
    values: dict[str, set[str]] = {"code": set(), "identity_number": set()}
    for name, value in identities:
        values[name].add(value)
    found: dict[tuple[str, str], Subject] = {}
    for name, wanted in values.items():
        if wanted:
            rows: Iterable[Any] = Subject.objects.filter(**{f"{name}__in": wanted})
            found |= {(name, getattr(subject, name)): subject for subject in rows}
    return found


def _normalised(text: str) -> str:
    """Return a good code as it is written; empty for a bad one or none."""
    code = check_code(text) if text else None
    return code.normalised if code else ""


def _name_differs(known: str, given: str) -> Reason:
    return Reason(
        "name_differs",
        _("这个代码在系统中登记的名称是“%(known)s”，文件写的是“%(given)s”。登记名称没有改动。")
        % {"known": known, "given": given},
        "subject_name",
        _("如果主体已经更名，请在“校核纠错”中提出更正；如果代码写错了，请更正代码后重新导入。"),
    )


def _name_of_authority_differs(known: str, given: str) -> Reason:
    return Reason(
        "authority_name_differs",
        _("处罚机关代码属于“%(known)s”，文件写的名称是“%(given)s”。已按代码登记。") % {"known": known, "given": given},
        "authority_name",
    )
