"""``manage.py rotate_secret NAME``: give a platform a new signing secret."""

import json
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange import actions
from exchange.actions.rotating import USUAL_OVERLAP
from exchange.models import Subscriber
from policy.verdict import Refused

HOUR = timedelta(hours=1)


class Command(BaseCommand):
    help = _("更换平台的签名密钥，新密钥只显示一次。并用期内新旧密钥同时签名，平台换好之前不会漏收。")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help=_("平台名称"))
        parser.add_argument("--secret", help=_("新密钥（whsec_ 加 base64），不给出时自动生成"))
        parser.add_argument(
            "--overlap",
            type=int,
            metavar="HOURS",
            default=USUAL_OVERLAP // HOUR,
            help=_("旧密钥再签多少小时，默认 %(hours)d；密钥泄露时用 0") % {"hours": USUAL_OVERLAP // HOUR},
        )
        parser.add_argument("--retire", action="store_true", help=_("不换新的，只让旧密钥现在停用"))
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, *, name: str, secret: str | None, overlap: int, retire: bool, **options) -> None:
        subscriber = Subscriber.objects.filter(name=name.strip()).first()
        if subscriber is None:
            raise CommandError(_("没有登记名为“%(name)s”的平台。") % {"name": name})
        try:
            if retire:
                subscriber = actions.retire_old_secret(None, subscriber)
            else:
                hours = timedelta(hours=max(-1, min(overlap, 24 * 365)))
                subscriber = actions.rotate_secret(None, subscriber, secret=secret, overlap=hours)
        except Refused as refused:
            raise CommandError(" ".join(filter(None, [refused.verdict.reason, refused.verdict.cure]))) from refused
        until = subscriber.old_secret_until
        if options["json"]:
            result = {
                "id": subscriber.pk,
                "name": subscriber.name,
                "version": subscriber.secret_version,
                "old_until": until and timezone.localtime(until).isoformat(timespec="seconds"),
            }
            self.stdout.write(
                json.dumps(result if retire else result | {"secret": subscriber.secret}, ensure_ascii=False)
            )
        else:
            self._tell(subscriber, retire)

    def _tell(self, subscriber: Subscriber, retire: bool) -> None:
        if not retire:
            self.stdout.write(_("新的签名密钥（只显示这一次）：%(secret)s") % {"secret": subscriber.secret})
        if subscriber.old_secret_until:
            until = f"{timezone.localtime(subscriber.old_secret_until):%Y-%m-%d %H:%M}"
            self.stdout.write(_("旧密钥同时签名到 %(until)s。平台换好后可用 --retire 提前停用。") % {"until": until})
        else:
            self.stdout.write(_("旧密钥已停用，只用新密钥签名。"))
