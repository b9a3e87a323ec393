"""``manage.py query_records``: which records of queries have been kept long enough, and letting them go by decision."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.models import User
from policy.rulebook import today_book
from policy.verdict import Refused
from records.enquiries.actions import release
from records.enquiries.listing import kept_long_enough


class Command(BaseCommand):
    help = "列出保存期满的查询记录；只有写明审计员和决定时才销去其内容，记录本身和日志保留"

    def add_arguments(self, parser):
        parser.add_argument("--release", action="store_true", help="销去保存期满的查询记录的内容和授权书")
        parser.add_argument("--auditor", default="", metavar="USERNAME", help="作出决定的审计员")
        parser.add_argument("--decision", default="", metavar="TEXT", help="决定的文号或理由")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        old = kept_long_enough()
        oldest = old.first()
        report = {
            "keep_years": int(today_book().value("query.kept_years").value),
            "over": old.count(),
            "oldest": timezone.localtime(oldest.asked_at).date().isoformat() if oldest else None,
            "released": self._release(options) if options["release"] else 0,
        }
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(
            _("保存满 %(keep_years)s 年的查询记录 %(over)s 条，最早的一条：%(oldest)s。")
            % {**report, "oldest": report["oldest"] or _("无")}
        )
        if options["release"]:
            self.stdout.write(_("已销去 %(released)s 条的内容。") % report)
        elif report["over"]:
            self.stdout.write(_("没有改动任何记录。销去内容要由审计员决定：--release --auditor 账号 --decision 决定。"))

    def _release(self, options) -> int:
        auditor = User.objects.filter(username=options["auditor"]).first()
        if auditor is None or not options["decision"].strip():
            raise CommandError(_("请写明审计员的账号（--auditor）和决定（--decision）。"))
        released = 0
        for query in list(kept_long_enough()):
            try:
                release(auditor, query, options["decision"])
            except Refused as refused:
                raise CommandError(str(refused.verdict.reason)) from None
            released += 1
        return released
