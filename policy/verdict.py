"""Answers with reasons: what every guard and every calculation returns."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Basis:
    """The legal basis of a number or a refusal: title and article, and whether the text was checked (核验)."""

    title: str = ""
    article: str = ""
    verified: bool = True

    def __str__(self) -> str:
        return f"《{self.title}》{self.article}" if self.title else ""


@dataclass(frozen=True)
class Because:
    """One line of an explanation: a sentence and the basis it rests on."""

    text: str
    basis: Basis = Basis()

    def as_json(self) -> dict[str, Any]:
        return {
            "text": str(self.text),
            "title": self.basis.title,
            "article": self.basis.article,
            "verified": self.basis.verified,
        }


@dataclass(frozen=True)
class Verdict:
    """Whether something may be done and, if not, why, what would cure it, and on what basis.

    ``code`` is stable and for machines; ``reason`` and ``cure`` are sentences for people in the page's language.
    """

    allowed: bool
    code: str = ""
    reason: str = ""
    cure: str = ""
    basis: Basis = Basis()

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(True)


def no(code: str, reason: str, cure: str = "", basis: Basis = Basis()) -> Verdict:  # noqa: B008
    """Return a refusal."""
    return Verdict(False, code, reason, cure, basis)


class Refused(Exception):
    """A verb was asked for that its guard does not allow. Doors show ``verdict``; status 403 or 409."""

    def __init__(self, verdict: Verdict, status: int = 403):
        super().__init__(str(verdict.reason))
        self.verdict = verdict
        self.status = status


class Stale(Refused):
    """Somebody else changed the thing since the page was opened (HTTP 409)."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict, status=409)
