"""``manage.py subscribe NAME URL``: register a platform."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from exchange import actions
from exchange.models import Subscriber
from policy.verdict import Refused


class Command(BaseCommand):
    help = "Register a platform and print its signing secret and API token once. Run again: nothing changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the platform's name")
        parser.add_argument("url", help="where its events are posted to")
        parser.add_argument("--secret", help="its signing secret (whsec_ and base64); made here unless given")
        parser.add_argument("--move", action="store_true", help="the platform is known: change its address")
        parser.add_argument("--backfill", action="store_true", help="also tell it of every record shown now")
        parser.add_argument("--token", action="store_true", help="the platform is known: give it one more API token")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

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
