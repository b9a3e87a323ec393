"""What a reader gives: rows of (heading, cell), and how the file was read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from records.canonical import Reason
from records.intake.headings import SHIPPED, Headings


class FileRefused(Exception):
    """A file that cannot be read at all. The message is one sentence for people; ``code`` is stable."""

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code, self.text = code, text


def check_size(path: Path, most: int) -> None:
    """Raise :class:`FileRefused` if a file has more bytes than that."""
    if path.stat().st_size > most:
        raise FileRefused("too_big", _("文件超过 %(limit)s MB。请分成几个文件。") % {"limit": most // 1024**2})


def protected_by_password() -> FileRefused:
    """Return the refusal of a file that only its password opens."""
    return FileRefused("password", _("文件受密码保护，无法打开。请取消密码后重新上传。"))


@dataclass
class Row:
    """One row of a file: its number as a person counts (1 is the file's first row), and its cells in order.

    A heading may occur twice. ``place`` says more where a number is not enough (a sheet's name); ``problem``
    is set where the row could not be taken apart.
    """

    number: int
    cells: list[tuple[str, Any]] = field(default_factory=list)
    place: str = ""
    problem: Reason | None = None


@dataclass
class Layout:
    """How a file was read: shown to people, so that nothing is silent."""

    format: str = ""
    encoding: str = ""
    #: heading -> canonical field
    mapped: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    #: Headings understood although one character differs.
    guessed: list[str] = field(default_factory=list)
    #: Headings that somebody decided to pass over.
    passed_over: list[str] = field(default_factory=list)
    #: Rows passed over, and why: ``[{row, why}]``.
    skipped: list[dict[str, Any]] = field(default_factory=list)
    #: The alias table of the file's source: what to look headings up in.
    headings: Headings = SHIPPED

    def skip(self, number: int, why: str) -> None:
        if len(self.skipped) < 200:
            self.skipped.append({"row": number, "why": str(why)})

    def as_json(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "encoding": self.encoding,
            "mapped": self.mapped,
            "unmapped": self.unmapped,
            "guessed": self.guessed,
            "passed_over": self.passed_over,
            "skipped": self.skipped,
        }


@dataclass
class Source:
    """A file opened for intake: its layout and its rows, read once, in order."""

    layout: Layout
    rows: Iterator[Row]
