"""Rows of a file become records: many in one transaction, or one, with the same result for each."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.db import DatabaseError, DataError
from django.utils.translation import gettext as _

from journal import actions as journal
from parties.models import User
from parties.queries import NoLeadAuthority
from policy.rulebook import MissingRule
from policy.verdict import Refused
from records.actions import register, register_all
from records.canonical import CanonicalRecord, Reason
from records.intake.headings import Headings
from records.intake.mapping import map_row
from records.intake.source import FileRefused, Row
from records.models import AdverseRecord, ImportRow, ImportRun

logger = logging.getLogger(__name__)

#: A file with fewer rows is taken in row by row: somebody waits for each result.
BULK_FROM = 200
#: Rows of a longer file that are one transaction: enough to share its cost, few enough that nobody waits a second.
CHUNK = 500


@dataclass
class RowResult:
    """What became of one row; ``draft`` as it was understood."""

    number: int
    outcome: str
    place: str = ""
    reasons: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    draft: CanonicalRecord | None = None
    record: AdverseRecord | None = None

    def as_json(self) -> dict[str, Any]:
        record = self.draft.as_json() if self.draft else {}
        record["public_id"] = self.record.public_id if self.record and self.outcome != "refused" else None
        return {
            "row": self.number,
            "place": self.place,
            "outcome": self.outcome,
            "reasons": self.reasons,
            "warnings": self.warnings,
            "changes": self.changes,
            "record": record,
        }


def chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield the rows of a file in the portions in which they are taken in: one by one, or many if there are many.

    A file that turns out broken on the way raises :class:`FileRefused` after its last good row.
    """
    first, broken = _portion(rows, BULK_FROM)
    if len(first) < BULK_FROM:
        yield from ([row] for row in first)
    else:
        rows = chain(first, rows)
        while not broken:
            chunk, broken = _portion(rows, CHUNK)
            if not chunk:
                break
            yield chunk
    if broken:
        raise broken


def _portion(rows: Iterator[Row], most: int) -> tuple[list[Row], FileRefused | None]:
    """Return the next rows, and why there are no more if the file turned out broken."""
    portion: list[Row] = []
    try:
        for row in islice(rows, most):
            portion.append(row)
    except FileRefused as refused:
        return portion, refused
    return portion, None


def take_chunk(rows: list[Row], run: ImportRun, actor: User | None, headings: Headings) -> Iterator[RowResult]:
    """Take rows in together, all or nothing; if that fails, one by one, so that a bad row costs only itself."""
    if len(rows) > 1:
        try:
            yield from take_together(rows, run, actor, headings)
            return
        except (MissingRule, NoLeadAuthority):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it shows again at the row that it belongs to
            where = {"run": run.pk, "first": rows[0].number, "last": rows[-1].number, "error": error}
            logger.warning("Rows %(first)s to %(last)s of import %(run)s are taken one by one: %(error)r", where)
    for row in rows:
        yield take(row, run, actor, headings)


def take_together(rows: list[Row], run: ImportRun, actor: User | None, headings: Headings) -> list[RowResult]:
    """Take several rows in and keep their results: one transaction, all or nothing."""
    drafts = [map_row(row, run.source, headings) for row in rows]
    with journal.journalled():
        outcomes = register_all(drafts, run, actor)
        results = [_result(*parts) for parts in zip(rows, drafts, outcomes, strict=True)]
        _keep(results, run)
    return results


def take(row: Row, run: ImportRun, actor: User | None, headings: Headings) -> RowResult:
    """Take one row in and keep its result: one transaction, all or nothing."""
    draft = map_row(row, run.source, headings)
    with journal.journalled():
        try:
            with journal.journalled():
                outcome = register(draft, run, actor)
        except Refused as refused:
            verdict = refused.verdict
            reason = Reason(verdict.code, str(verdict.reason), "", str(verdict.cure))
            outcome = ImportRow.Outcome.REFUSED, None, [reason]
        except (DataError, UnicodeError):
            outcome = ImportRow.Outcome.REFUSED, None, [_unstorable()]
        except (MissingRule, NoLeadAuthority, DatabaseError):
            raise
        except Exception:  # noqa: BLE001 - one row must not keep the others out
            logger.exception("Row %s of import %s cannot be taken in", row.number, run.pk)
            outcome = ImportRow.Outcome.REFUSED, None, [_our_mistake()]
        result = _result(row, draft, outcome)
        _keep([result], run)
    return result


def _result(row: Row, draft: CanonicalRecord, outcome: tuple[str, AdverseRecord | None, list[Reason]]) -> RowResult:
    kind, record, reasons = outcome
    return RowResult(
        number=row.number,
        outcome=str(kind),
        place=row.place,
        reasons=[reason.as_json() for reason in reasons],
        warnings=[warning.as_json() for warning in draft.warnings],
        changes=[change.as_json() for change in draft.changes],
        draft=draft,
        record=record,
    )


def _keep(results: Iterable[RowResult], run: ImportRun) -> None:
    ImportRow.objects.bulk_create(
        ImportRow(
            run=run,
            number=result.number,
            place=result.place[:200],
            outcome=result.outcome,
            reasons=result.reasons,
            warnings=result.warnings,
            changes=result.changes,
            understood=result.draft.as_json(),
            record=result.record,
        )
        for result in results
    )


def _unstorable() -> Reason:
    return Reason(
        "unstorable",
        _("这一行有数据库无法保存的内容。"),
        "",
        _("请检查是否有特殊字符或过长的内容，更正后重新导入。"),
    )


def _our_mistake() -> Reason:
    return Reason(
        "our_mistake",
        _("系统处理这一行时出错，已经记录。"),
        "",
        _("其他行不受影响。请联系系统管理员，处理后重新导入同一个文件。"),
    )
