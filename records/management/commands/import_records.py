"""Take a file of adverse records in."""

import json
import shutil
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from records.intake.run import OUTCOMES, RowResult, import_file
from records.intake.source import FileRefused
from records.models import ImportRow


class Command(BaseCommand):
    """A line per row; exit 0 only when every row is taken or known."""

    help = "Take a file of adverse records in (csv, tsv, xlsx, xls, JSON, NDJSON, HTML), row by row."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--source", default="", metavar="NAME", help="who sent the file (数据来源单位)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args, **options):
        path, source, dry_run = Path(options["file"]), options["source"], options["dry_run"]
        report = (JsonReport if options["json"] else TextReport)(self.stdout, path, source, dry_run)
        try:
            for result in import_file(path, source=source, dry_run=dry_run):
                if isinstance(result, RowResult):
                    report.add(result)
        except FileRefused as refused:
            report.refuse(refused)
        else:
            report.end()
        if report.counts[ImportRow.Outcome.REFUSED] or report.counts[ImportRow.Outcome.CORRECTED]:
            raise SystemExit(1)


class TextReport:
    """A line per row, for people; the totals at the end."""

    def __init__(self, out, path: Path, source: str, dry_run: bool):
        self.out, self.path, self.source, self.dry_run = out, path, source, dry_run
        self.counts = dict.fromkeys(OUTCOMES, 0)

    def add(self, result: RowResult) -> None:
        self.counts[result.outcome] += 1
        self.out.write(say(result, self.dry_run))

    def refuse(self, refused: FileRefused) -> None:
        raise CommandError(refused.text)

    def end(self) -> None:
        self.out.write(totals(self.counts, self.dry_run))


class JsonReport(TextReport):
    """One JSON object, printed at the end. Its rows wait in a temporary file: a million fit into no memory."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._rows = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - goes with this object

    def add(self, result: RowResult) -> None:
        line = result.as_json()
        if self.dry_run and result.outcome == ImportRow.Outcome.TAKEN:
            line["record"]["public_id"] = None
        if any(self.counts.values()):
            self._rows.write(",\n")
        self.counts[result.outcome] += 1
        self._rows.write(json.dumps(line, ensure_ascii=False))

    def refuse(self, refused: FileRefused) -> None:
        """The file cannot be read at all, or not to its end: what was done before is said as well."""
        if any(self.counts.values()):
            self._print({"ok": False, "error": refused.text})
        else:
            error = {"ok": False, "file": str(self.path), "error": refused.text}
            self.out.write(json.dumps(error, ensure_ascii=False))
        raise SystemExit(1)

    def end(self) -> None:
        self._print({})

    def _print(self, more: dict) -> None:
        head = {**more, "file": str(self.path), "source": self.source, "dry_run": self.dry_run, "counts": self.counts}
        self.out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [\n', ending="")
        self._rows.seek(0)
        shutil.copyfileobj(self._rows, self.out)
        self.out.write("\n]}")


def say(result: RowResult, dry_run: bool) -> str:
    """Return one row's result in words."""
    label = ImportRow.Outcome(result.outcome).label
    line = _("第%(row)s行 %(outcome)s") % {"row": result.number, "outcome": label}
    if result.record is not None and not (dry_run and result.outcome == ImportRow.Outcome.TAKEN):
        line += f" {result.record.public_id}"
    number = result.draft.document_number if result.draft else ""
    if number:
        line += f" {number}"
    for reason in result.reasons:
        line += "\n    " + " ".join(part for part in (reason["text"], reason["cure"], reason.get("basis", "")) if part)
    for warning in result.warnings:
        said = " ".join(part for part in (warning["text"], warning["cure"], warning.get("basis", "")) if part)
        line += "\n    " + _("提示：%(text)s") % {"text": said}
    return line


def totals(counts: dict[str, int], dry_run: bool) -> str:
    """Return the last line: how many of each."""
    parts = [f"{ImportRow.Outcome(name).label} {count}" for name, count in counts.items()]
    text = _("共 %(rows)s 行：%(parts)s。") % {"rows": sum(counts.values()), "parts": "，".join(parts)}
    return text + (_("试运行，没有写入。") if dry_run else "")
