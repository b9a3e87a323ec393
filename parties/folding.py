"""Reading a number as people and files really write it: width, case, blanks and invisible characters folded."""

import re
import unicodedata
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

#: Zero width space and joiners, word joiner, BOM, soft hyphen, direction marks.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\u180e\x00-\x08\x0e-\x1f\x7f]")
HYPHENS = re.compile("[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00b7_]")
#: Nothing here can be folded.
_PLAIN = re.compile("[0-9A-Z]+")
#: What people put in place of digits they do not want to show.
MASK = re.compile("[*＊×•●■□∗✱#]|[xX]{3,}")


@dataclass(frozen=True)
class CodeReason:
    """One thing that is wrong with a code, and what to do. ``code`` is stable and for machines."""

    code: str
    text: str


@dataclass(frozen=True)
class CodeCheck:
    """The verdict on a code: ``normalised`` is what was read, ``folded`` says what was changed to read it."""

    valid: bool
    normalised: str
    reasons: list[CodeReason] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.valid


def fold(text: str) -> tuple[str, list[str]]:
    """Return the text with width, case, blanks, hyphens and invisible characters folded, and what was changed."""
    folded: list[str] = []
    now = str(text)
    if _PLAIN.fullmatch(now):
        return now, folded

    def step(new: str, what: str) -> None:
        nonlocal now
        if new != now:
            folded.append(what)
            now = new

    step(INVISIBLE.sub("", now), _("去掉了看不见的字符"))
    step(unicodedata.normalize("NFKC", now), _("全角字符改成了半角"))
    step(re.sub(r"\s+", "", now), _("去掉了空格"))
    step(HYPHENS.sub("", now), _("去掉了连字符"))
    step(now.upper(), _("小写字母改成了大写"))
    return now, folded
