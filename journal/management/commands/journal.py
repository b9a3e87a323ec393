"""``manage.py journal verify``: has anybody changed, removed, inserted or cut off a line?"""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from journal.models import Entry
from journal.reading import verify
from journal.verify import Report


class Command(BaseCommand):
    help = "核对日志：journal verify；有改动时退出码为 1"

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("verify", help="从头核对到尾，指出第一处改动")
        verb.add_argument("--anchor", help="以前记下的“行号:摘要”，核对那一行没有被重写")
        verb.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        anchor = _read_anchor(options["anchor"])
        report = verify()
        anchored = anchor is None or Entry.objects.filter(sequence=anchor[0], hash=anchor[1]).exists()
        ok = report.ok and anchored
        sentence = (
            _say(report)
            if anchored or not report.ok
            else _("第 %(line)s 行与记下的摘要不符：日志被整体重写过。") % {"line": anchor[0]}
        )
        if options["json"]:
            broken = None
            if not report.ok:
                broken = {"line": report.sequence, "what": report.what, "text": sentence}
            elif not anchored:
                broken = {"line": anchor[0], "what": "rewritten", "text": sentence}
            said = {"ok": ok, "lines": report.lines, "head": report.head_hash, "broken": broken}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            self.stdout.write(sentence)
        if not ok:
            raise SystemExit(1)


def _say(report: Report) -> str:
    if report.ok:
        return _("日志完整：%(lines)s 行，末行摘要 %(head)s。") % {"lines": report.lines, "head": report.head_hash}
    text = {
        "changed": _("第 %(line)s 行被改动。"),
        "removed": _("第 %(line)s 行被删除。"),
        "inserted": _("第 %(line)s 行是后来插入的。"),
        "swapped": _("第 %(line)s 行与下一行被对调。"),
        "cut_off": _("日志末尾被截断：从第 %(line)s 行起缺失。"),
    }[report.what]
    return text % {"line": report.sequence}


def _read_anchor(text: str | None) -> tuple[int, str] | None:
    if not text:
        return None
    number, _colon, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise CommandError(_("--anchor 应写成“行号:摘要”，摘要是 64 位十六进制数。"))
    return int(number), digest
