"""``manage.py demo``: the demo office, its platform and its records, loaded once."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from config.demo.library import load_reader
from config.demo.office import PASSWORD, PEOPLE, create_office, sample_records
from exchange import actions as exchange
from exchange.models import Subscriber
from journal import actions as journal
from records import actions as records
from records.models import AdverseRecord

PLATFORM = "青屿区公共信用信息共享平台"


class Command(BaseCommand):
    help = _("载入演示单位：虚构的机关、企业、人员、平台和失信信息。重复执行不会重复载入。")

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, **options):
        people = create_office()
        platform = subscribe_platform()
        taken = load_records()
        logins = [{"username": p.username, "password": PASSWORD, "role": str(p.role)} for p in PEOPLE]
        if options["json"]:
            report = {
                "created_people": len(people),
                "records_taken": taken,
                "platform": platform.url if platform else None,
                "logins": logins,
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        self.stdout.write(_("演示账号（密码都是 %(password)s）：") % {"password": PASSWORD})
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<14} {person.full_name}  {person.role.label}  {person.authority}")
        if platform:
            self.stdout.write(_("演示平台：%(url)s") % {"url": platform.url})


def secret_file() -> Path:
    """Where the demo platform finds its signing secret."""
    return settings.STATE_DIR / "demo-platform.secret"


def subscribe_platform() -> Subscriber | None:
    """Register the demo platform at this start's port, and leave its secret where it looks for it."""
    port = os.environ.get("RECEIVER_PORT")
    if not port:
        return Subscriber.objects.filter(name=PLATFORM).first()
    url = f"http://127.0.0.1:{port}/"
    known = Subscriber.objects.filter(name=PLATFORM).first()
    if known is None:
        known = exchange.subscribe(None, PLATFORM, url)
    elif known.url != url:
        known = exchange.change_url(None, known, url)
    secret_file().write_text(known.secret, encoding="ascii")
    secret_file().chmod(0o600)
    return known


def load_records() -> int:
    """Take the demo's records in through the ordinary intake; return how many are new."""
    if AdverseRecord.objects.exists():
        return 0
    taken = 0
    for draft in sample_records(timezone.localdate()):
        with journal.journalled():
            outcome, _record, _reasons = records.register(draft, None, None)
        taken += outcome == "taken"
    return taken + load_reader(timezone.localdate())
