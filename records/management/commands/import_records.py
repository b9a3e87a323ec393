"""Take a file of adverse records in."""

import json
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
        path = Path(options["file"])
        as_json, dry_run = options["json"], options["dry_run"]
        counts = dict.fromkeys(OUTCOMES, 0)
        rows = []
        try:
            for result in import_file(path, source=options["source"], dry_run=dry_run):
                if not isinstance(result, RowResult):
                    continue
                counts[result.outcome] += 1
                if as_json:
                    line = result.as_json()
                    if dry_run and result.outcome == ImportRow.Outcome.TAKEN:
                        line["record"]["public_id"] = None
                    rows.append(line)
                else:
                    self.stdout.write(say(result, dry_run))
        except FileRefused as refused:
            if as_json:
                self.stdout.write(
                    json.dumps({"ok": False, "file": str(path), "error": refused.text}, ensure_ascii=False)
                )
                raise SystemExit(1) from None
            raise CommandError(refused.text) from None
        if as_json:
            report = {
                "file": str(path),
                "source": options["source"],
                "dry_run": dry_run,
                "counts": counts,
                "rows": rows,
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(totals(counts, dry_run))
        if counts[ImportRow.Outcome.REFUSED] or counts[ImportRow.Outcome.CORRECTED]:
            raise SystemExit(1)


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
        line += "\n    " + _("提示：%(text)s") % {"text": f"{warning['text']} {warning['cure']}"}
    return line


def totals(counts: dict[str, int], dry_run: bool) -> str:
    """Return the last line: how many of each."""
    parts = [f"{ImportRow.Outcome(name).label} {count}" for name, count in counts.items()]
    text = _("共 %(rows)s 行：%(parts)s。") % {"rows": sum(counts.values()), "parts": "，".join(parts)}
    return text + (_("试运行，没有写入。") if dry_run else "")
