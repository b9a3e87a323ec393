"""``manage.py journey``: drives fictional cases from intake to receipt and says what each left behind."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import journey
from exchange import tasks as exchange_tasks
from notices import tasks as notice_tasks


class Command(BaseCommand):
    help = _("用虚构的办件走完从导入到平台回执的全过程，每一步都是真实的动作。")

    def add_arguments(self, parser):
        parser.add_argument(
            "--count", type=int, default=3, help=_("走几件（修复、异议成立、异议不成立、准予延期、不予延期轮流）")
        )
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, **options):
        if options["count"] < 1:
            raise CommandError(_("--count 至少是 1，这里是 %(count)s。") % {"count": options["count"]})
        told = []
        for number, story in enumerate(journey.drive(options["count"]), start=1):
            notice_tasks.sweep()
            exchange_tasks.sweep()
            confirmed, total = journey.confirmed(story.record)
            told.append(
                {
                    "number": story.case.number,
                    "kind": story.case.kind,
                    "status": story.case.status,
                    "record": story.record.public_id,
                    "record_status": story.record.status,
                    "notices": story.notices,
                    "confirmed": confirmed,
                    "deliveries": total,
                }
            )
            if not options["json"]:
                line = _(
                    "%(n)s/%(count)s %(number)s %(kind)s：%(status)s；文书 %(notices)s 份；平台回执 %(confirmed)s/%(total)s"
                )
                self.stdout.write(
                    line
                    % {
                        "n": number,
                        "count": options["count"],
                        "number": story.case.number,
                        "kind": story.case.get_kind_display(),
                        "status": story.case.get_status_display(),
                        "notices": len(story.notices),
                        "confirmed": confirmed,
                        "total": total,
                    }
                )
        if options["json"]:
            self.stdout.write(json.dumps({"count": len(told), "cases": told}, ensure_ascii=False))
