"""``manage.py subscribe NAME URL``: register a platform."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from exchange import actions
from exchange.models import Subscriber
from policy.verdict import Refused


class Command(BaseCommand):
    help = _("登记平台，并显示一次签名密钥和接口令牌。同一名称和地址重复执行不会改变什么。")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help=_("平台名称"))
        parser.add_argument("url", help=_("接收事件的地址"))
        parser.add_argument("--secret", help=_("签名密钥（whsec_ 加 base64），不给出时自动生成"))
        parser.add_argument("--move", action="store_true", help=_("平台已登记：更改接收地址"))
        parser.add_argument("--backfill", action="store_true", help=_("同时补发正在公示的全部记录"))
        parser.add_argument("--token", action="store_true", help=_("平台已登记：再发一个接口令牌"))
        parser.add_argument("--json", action="store_true", help=_("输出一个 JSON 对象"))

    def handle(self, *, name: str, url: str, **options) -> None:
        try:
            with transaction.atomic():
                result = self._subscribe(name, url, options)
        except Refused as refused:
            raise CommandError(" ".join(filter(None, [refused.verdict.reason, refused.verdict.cure]))) from refused
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self._tell(result)

    def _subscribe(self, name: str, url: str, options: dict) -> dict:
        known = Subscriber.objects.filter(name=name.strip()).first()
        if known and options["move"] and known.url != url.strip():
            actions.change_url(None, known, url)
        subscriber = actions.subscribe(None, name, url, options["secret"])
        if known and options["secret"] and subscriber.secret != options["secret"].strip():
            raise CommandError(_("平台“%(name)s”已有另一个签名密钥，没有更改。") % {"name": subscriber.name})
        result = {"id": subscriber.pk, "name": subscriber.name, "url": subscriber.url, "created": known is None}
        if known is None:
            result["secret"] = subscriber.secret
        if known is None or options["token"]:
            result["token"] = actions.issue_token(None, subscriber)
        if options["backfill"]:
            result["deliveries"] = actions.backfill(None, subscriber)
        return result

    def _tell(self, result: dict) -> None:
        words = _("已登记平台“%(name)s”：%(url)s") if result["created"] else _("平台“%(name)s”已经登记：%(url)s")
        self.stdout.write(words % result)
        if "secret" in result:
            self.stdout.write(_("签名密钥（只显示这一次）：%(secret)s") % result)
        if "token" in result:
            self.stdout.write(_("接口令牌（只显示这一次）：%(token)s") % result)
        if "deliveries" in result:
            self.stdout.write(_("补发 %(deliveries)d 件。") % result)
