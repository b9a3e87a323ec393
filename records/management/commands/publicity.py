"""``manage.py publicity sweep``: bring publicity in line with today, and say what was done."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from policy.dates import say
from records.life.sweep import Swept, sweep_publicity


class Command(BaseCommand):
    help = _("让公示状态与今天的日期一致：到期的停止，到日的开始，延期届满的恢复，可以申请的提示一次。可重复执行。")

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        sweep = verbs.add_parser("sweep", help=_("核对每一条到期的信息"))
        sweep.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, **options):
        today = timezone.localdate()
        swept = sweep_publicity(today)
        if options["json"]:
            report = asdict(swept)
            del report["unfinished"]  # without a time limit it is never so
            self.stdout.write(json.dumps({"today": today.isoformat(), **report}, ensure_ascii=False))
        else:
            self._say(today, swept)
        if swept.failed:
            raise SystemExit(1)

    def _say(self, today, swept: Swept) -> None:
        self.stdout.write(_("截至%(day)s：") % {"day": say(today)})
        for label, records in (
            (_("开始公示"), swept.started),
            (_("期满停止"), swept.stopped),
            (_("延期届满，恢复"), swept.reverted),
            (_("提示可以申请修复"), swept.reminded),
            (_("没有办成（见日志，下次再试）"), swept.failed),
        ):
            if records:
                line = _("%(what)s %(number)s 条：%(records)s")
                values = {"what": label, "number": len(records), "records": " ".join(records)}
                self.stdout.write("  " + line % values)
        if not any(swept.counts().values()):
            self.stdout.write("  " + _("没有需要变动的信息。"))
