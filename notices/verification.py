"""Public verification: is this paper ours, and does it still hold? Nothing else about anybody."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from notices.models import Notice
from parties.limits import Limit

#: Tries from one address within a minute.
LIMIT = Limit("verify", tries=30, seconds=60)
_OPENING, _CLOSING = re.compile(r"[\[(【〈<{]"), re.compile(r"[\])】〉>}]")


@dataclass(frozen=True)
class Answer:
    """What anybody may know about a notice whose number and check code are in hand."""

    #: ``valid``, ``revoked`` or ``unknown``; everything else is empty for ``unknown``.
    state: str
    number: str = ""
    kind: str = ""
    issuer: str = ""
    issued_on: date | None = None
    addressee: str = ""
    revoked_on: date | None = None


def verify(number: str, check_code: str) -> Answer:
    """Return what is known about a notice; a wrong code and an unknown number get the same answer.

    Both are taken as people type them: brackets of any kind, full-width digits, blanks, small letters.
    """
    notice = Notice.objects.select_related("issuer", "addressee").filter(number=fold_number(number)).first()
    expected = notice.check_code if notice else "-" * 10
    if not secrets.compare_digest(fold_code(check_code).encode(), expected.encode()) or notice is None:
        return Answer("unknown")
    addressee = notice.facts.get("addressee") or {}
    name = addressee.get("name") or notice.addressee.name
    return Answer(
        state="revoked" if notice.is_revoked else "valid",
        number=notice.number,
        kind=notice.get_kind_display(),
        issuer=(notice.facts.get("issuer") or {}).get("name") or notice.issuer.name,
        issued_on=timezone.localdate(notice.issued_at),
        addressee=mask_name(name) if notice.addressee.is_person else name,
        revoked_on=timezone.localdate(notice.revoked_at) if notice.revoked_at else None,
    )


def fold_number(text: str) -> str:
    """Return a typed number in the form we print: ``青信修准〔2026〕1号``."""
    folded = "".join(unicodedata.normalize("NFKC", text).replace("\x00", "").split())
    # Compatibility forms of 〔〕 do not exist, so ours survive the folding.
    return _CLOSING.sub("〕", _OPENING.sub("〔", folded))[:60]


def fold_code(text: str) -> str:
    """Return a typed check code in capitals, without blanks and dashes."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())[:20]


def mask_name(name: str) -> str:
    """Return a person's name as 张* or 欧***: the first character only."""
    return f"{name[:1]}{'*' * max(len(name) - 1, 1)}"
