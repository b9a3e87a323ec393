"""``manage.py prepare``: migrations, rule packs and schedules, nothing started (``serve`` does it by itself)."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config.prepare import prepare


class Command(BaseCommand):
    help = "准备数据库：迁移、规则包、定时任务（可重复运行）"
    requires_system_checks = []

    def handle(self, **options):
        prepare(self.stdout.write)
        self.stdout.write(_("数据库已就绪。"))
