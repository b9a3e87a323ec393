"""``manage.py import_holidays FILE``: puts the State Council's table of a year into the calendar, tells whom it moves."""

import datetime as dt
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from policy.dates import say
from policy.holidays import import_years, read_file


class Command(BaseCommand):
    help = "载入国务院办公厅公布的放假调休安排（TOML，或 day,is_workday,name 三列的 CSV）"

    def add_arguments(self, parser):
        parser.add_argument("file", help="文件，格式见 policy/packs/holidays.toml")
        parser.add_argument("--source", default="", help="CSV：公布文件的名称")
        parser.add_argument("--announced-on", help="CSV：公布日期，如 2026-11-04")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        try:
            announced_on = dt.date.fromisoformat(options["announced_on"]) if options["announced_on"] else None
        except ValueError as error:
            raise CommandError(_("日期应写成 2026-11-04 这样。")) from error
        try:
            years = read_file(Path(options["file"]), source=options["source"], announced_on=announced_on)
        except OSError as error:
            raise CommandError(
                _("打不开文件 %(file)s：%(error)s") % {"file": options["file"], "error": error.strerror}
            ) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        done = import_years(None, years)
        moved = [line for line in done.told if line.moved]
        certain = [line for line in done.told if not line.moved and not line.new.provisional]
        if options["json"]:
            said = {
                "years": [year.year for year in years],
                "loaded": done.sentences,
                "warnings": done.warnings,
                "moved": [line.as_json() for line in moved],
                "confirmed": [line.as_json() for line in certain],
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        for sentence in (*done.sentences, *done.warnings):
            self.stdout.write(sentence)
        for line in moved:
            self.stdout.write(
                _("  %(number)s %(label)s：由 %(old)s 改为 %(new)s")
                % {
                    "number": line.number,
                    "label": line.label,
                    "old": say(line.old.date),
                    "new": say(line.new.date),
                }
            )
        if done.told:
            self.stdout.write(
                _("在办的期限：%(moved)s 件改了日期（已写入办件进度），%(certain)s 件日期不变、不再是暂定。")
                % {"moved": len(moved), "certain": len(certain)}
            )
