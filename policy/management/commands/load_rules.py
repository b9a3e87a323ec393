"""``manage.py load_rules``: brings the rule packs, reason codes and holidays of the repository into the tables."""

import json

from django.core.management.base import BaseCommand, CommandError

from policy.models import CalendarYear, ReasonCode, Rule
from policy.packs import PackError, load_packs


class Command(BaseCommand):
    help = "载入规则包、理由代码和节假日（可重复运行；不覆盖管理员的修改）"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        try:
            done = load_packs()
        except PackError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            counts = {
                "loaded": done,
                "rules": Rule.objects.filter(active=True).count(),
                "reasons": ReasonCode.objects.filter(active=True).count(),
                "years": list(CalendarYear.objects.values_list("year", flat=True)),
            }
            self.stdout.write(json.dumps(counts, ensure_ascii=False))
            return
        for sentence in done:
            self.stdout.write(sentence)
