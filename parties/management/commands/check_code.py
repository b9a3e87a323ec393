"""``manage.py check_code CODE``: is it a unified social credit code, what was folded, and what is wrong."""

import json

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parties.codes import check_code


class Command(BaseCommand):
    help = "检查统一社会信用代码（GB 32100）；不合格时退出码为 1"

    def add_arguments(self, parser):
        parser.add_argument("code", help="代码；全角、小写、空格、连字符都可以")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        verdict = check_code(options["code"])
        if options["json"]:
            said = {
                "valid": verdict.valid,
                "normalised": verdict.normalised,
                "reasons": [{"code": reason.code, "text": reason.text} for reason in verdict.reasons],
                "folded": verdict.folded,
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            self.stdout.write(
                (_("有效：%(code)s") if verdict.valid else _("无效：%(code)s")) % {"code": verdict.normalised}
            )
            for sentence in (*verdict.folded, *(reason.text for reason in verdict.reasons)):
                self.stdout.write(f"  {sentence}")
        if not verdict.valid:
            raise SystemExit(1)
