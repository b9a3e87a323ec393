"""``manage.py register_names``: makes the public register's search agree with its records."""

import json

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from records.actions.listing import add_missing, tidy_names
from records.search.models import RegisterName


class Command(BaseCommand):
    help = "核对公示查询的名称索引：补上缺少的，去掉不再需要的（可重复运行，可在运行中的系统上执行）"

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="先清空再全部重做；期间按名称可能查不全")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        if options["rebuild"]:
            RegisterName.objects.all().delete()
        done = {"removed": tidy_names(), "added": add_missing(), "total": RegisterName.objects.count()}
        if options["json"]:
            self.stdout.write(json.dumps(done))
        else:
            self.stdout.write(_("补上 %(added)s 条，去掉 %(removed)s 条，现有 %(total)s 条。") % done)
