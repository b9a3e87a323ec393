"""``manage.py workdays due START N``: when a term of working days ends, and which days did not count."""

import datetime as dt
import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from policy.dates import say
from policy.workdays import WorkCalendar, due, due_with_pauses


class Command(BaseCommand):
    help = "计算工作日期限：workdays due 2026-09-28 5"

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("due", help="从次日起数，第 N 个工作日是哪天")
        verb.add_argument("start", help="起算日，如 2026-09-28（当日不计）")
        verb.add_argument("working_days", help="工作日数")
        verb.add_argument(
            "--pause", action="append", default=[], help="暂停，如 2026-09-29/2026-10-12；没有恢复的写 2026-09-29/"
        )
        verb.add_argument("--extend", default="0", help="延长的工作日数")
        verb.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        try:
            start = dt.date.fromisoformat(options["start"])
        except ValueError as error:
            raise CommandError(_("日期应写成 2026-09-28 这样。")) from error
        try:
            number, extension = int(options["working_days"]), int(options["extend"])
        except ValueError as error:
            raise CommandError(_("工作日数应是整数。")) from error
        pauses = [_pause(text) for text in options["pause"]]
        try:
            if pauses or extension:
                answer = due_with_pauses(start, number, pauses, extension, WorkCalendar.load(), timezone.localdate())
            else:
                answer = due(start, number, WorkCalendar.load())
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            skipped = [{"date": day.isoformat(), "why": why} for day, why in answer.skipped]
            said = {"due": answer.date.isoformat(), "provisional": answer.provisional, "skipped": skipped}
            if pauses or extension:
                said |= {"paused": answer.paused, "because": [line.as_json() for line in answer.because]}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        self.stdout.write(say(answer.date))
        for line in answer.because:
            self.stdout.write(f"  {line.text}")
        if answer.provisional and not answer.because:
            self.stdout.write(_("暂定：涉及的年份还没有公布（或没有载入）放假安排。"))
        for day, why in answer.skipped:
            self.stdout.write(f"  {say(day)}  {why}")


def _pause(text: str) -> tuple[dt.date, dt.date | None]:
    first, _slash, last = text.partition("/")
    try:
        return dt.date.fromisoformat(first), dt.date.fromisoformat(last) if last else None
    except ValueError as error:
        raise CommandError(_("暂停应写成 2026-09-29/2026-10-12 这样。")) from error
