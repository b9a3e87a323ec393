"""``manage.py seed_schedules``: brings the task queue's schedules in line with ``config.schedules``."""

import json

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config import schedules


class Command(BaseCommand):
    help = "写入定时任务（可重复运行）"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        changed = schedules.seed()
        if options["json"]:
            self.stdout.write(json.dumps({"schedules": len(schedules.REGULAR), "changed": changed}))
        else:
            self.stdout.write(
                _("定时任务 %(count)s 项，更改 %(changed)s 项。")
                % {"count": len(schedules.REGULAR), "changed": changed}
            )
