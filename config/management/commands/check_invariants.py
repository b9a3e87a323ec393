"""``manage.py check_invariants``: walks every case and proves the promises; exits 1 and names the row otherwise."""

import json

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from casework.models import Case
from config.invariants import CHECKS, walk
from journal.models import Entry
from records.models import AdverseRecord


class Command(BaseCommand):
    help = _(
        "逐件检查系统的承诺：两人办理、文书、事件、日志链、待办与状态一致等；有一处不符就指出是哪一行，并以 1 退出。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--only", nargs="*", choices=list(CHECKS), help=_("只检查这几项"))
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, **options):
        broken = []
        for item in walk(options["only"]):
            broken.append({"promise": item.promise, "row": item.row, "text": item.text})
            if not options["json"]:
                self.stdout.write(f"✗ {item.promise}  {item.row}  {item.text}")
        counts = {
            "cases": Case.objects.count(),
            "records": AdverseRecord.objects.count(),
            "journal": Entry.objects.count(),
        }
        if options["json"]:
            report = {"ok": not broken, "checked": options["only"] or list(CHECKS), **counts, "broken": broken}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        elif broken:
            self.stdout.write(_("发现 %(count)s 处不符。") % {"count": len(broken)})
        else:
            self.stdout.write(_("全部相符：%(cases)s 件办件，%(records)s 条信息，%(journal)s 行日志。") % counts)
        if broken:
            raise SystemExit(1)
