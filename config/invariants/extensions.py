"""A limit that was extended was told, journalled, and not extended more often than the case says."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from casework.models import DecisionExtension
from config.invariants.broken import Broken, row
from journal.models import Entry
from notices.models import Notice

#: An extension as its row, its notice and its journal line say it.
Told = tuple[str, int, int, str, str]


def limits_extended() -> Iterator[Broken]:
    """Every extension of a limit has its notice and its journal line with the same days, and these have their row."""
    noticed = {_noticed(notice): notice for notice in Notice.objects.filter(kind=Notice.Kind.DECISION_EXTENSION)}
    lines = Entry.objects.filter(thing_type="casework.case", verb__endswith=".extend_decision")
    journalled = {_journalled(line): line for line in lines.iterator()}
    rows = set()
    for extension in DecisionExtension.objects.iterator():
        told = _of_row(extension)
        rows.add(told)
        if told not in noticed:
            yield Broken("extension", row(extension), _("办理期限已延长，却没有相符的通知书。"))
        if told not in journalled:
            yield Broken("extension", row(extension), _("办理期限已延长，日志里却没有相符的一行。"))
    for told, notice in noticed.items():
        if told not in rows:
            yield Broken("extension", row(notice), _("发出了延长办理期限通知书，却没有相符的延长记录。"))
    for told, line in journalled.items():
        if told not in rows:
            yield Broken("extension", row(line), _("日志里有延长办理期限，却没有相符的延长记录。"))


def _of_row(extension: DecisionExtension) -> Told:
    return (
        str(extension.case_id),
        extension.number,
        extension.working_days,
        extension.old_due.isoformat(),
        extension.new_due.isoformat(),
    )


def _noticed(notice: Notice) -> Told:
    told = notice.facts.get("extension") or {}
    old, new = told.get("old_due_on", ""), notice.facts.get("due_on", "")
    return notice.thing_id, told.get("number", 0), told.get("days", 0), old, new


def _journalled(line: Entry) -> Told:
    old, new = line.data.get("old", ""), line.data.get("new", "")
    return line.thing_id, line.data.get("extension", 0), line.data.get("days", 0), old, new
