"""``manage.py rules``: what the rules say.

``rules list [--unverified]``: the rules in the tables, with basis, dates and 核验 flag.
``rules explain RECORD``: class, window and eligibility of one record, each line with its basis.
"""

import datetime as dt
import json

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from config.explaining import NoSuchRecord, explain, find_record
from config.explaining import as_json as explanation_as_json
from config.explaining import as_text as explanation_as_text
from policy import naming, sectors
from policy.models import Rule
from policy.rulebook import MissingRule

#: A rule with more entries is counted, not quoted; the page and ``--json`` have them all.
LISTED = 5


class Command(BaseCommand):
    help = "列出规则（rules list [--unverified]），或者说明一条信息怎么算（rules explain 记录编号或文号）"

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("list", help="列出规则")
        verb.add_argument("--unverified", action="store_true", help="只列未核验的")
        verb.add_argument("--on", help="只列在这一天有效的，如 2026-04-01")
        verb.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
        verb = verbs.add_parser("explain", help="一条信息的失信程度、公示期限、能否申请修复，每一行都有依据")
        verb.add_argument("record", help="记录编号（R 开头）或者决定书文号")
        verb.add_argument("--on", help="按这一天的规则和日期计算，如 2026-04-01；不写就是今天")
        verb.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options):
        (self.tell_of if options["verb"] == "explain" else self.tell_all)(options)

    def tell_of(self, options):
        try:
            record = find_record(options["record"])
        except NoSuchRecord as missing:
            raise CommandError(str(missing)) from missing
        try:
            told = explain(record, _day(options["on"]) or timezone.localdate())
        except MissingRule as missing:
            raise CommandError(
                _("%(day)s 没有有效的规则 %(key)s，这一天算不出来。系统里的规则自 %(first)s 起。")
                % {"day": missing.on, "key": missing.key, "first": _first_day(missing.key)}
            ) from missing
        if options["json"]:
            self.stdout.write(json.dumps(explanation_as_json(told), ensure_ascii=False))
            return
        for line in explanation_as_text(told):
            self.stdout.write(line)

    def tell_all(self, options):
        rules = Rule.objects.filter(active=True).select_related("pack").order_by("key", "effective_from", "pk")
        if options["unverified"]:
            rules = rules.filter(verified=False)
        if on := _day(options["on"]):
            rules = rules.filter(effective_from__lte=on).exclude(effective_until__lt=on)
        if options["json"]:
            self.stdout.write(json.dumps({"rules": [as_json(rule) for rule in rules]}, ensure_ascii=False))
            return
        for rule in rules:
            self.stdout.write(as_text(rule))
        self.stdout.write(_("共 %(count)s 条。") % {"count": rules.count()})


def _first_day(key: str) -> str:
    first = Rule.objects.filter(key=key, active=True).aggregate(first=Min("effective_from"))["first"]
    return first.isoformat() if first else "—"


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandError(_("日期应写成 2026-04-01 这样。")) from error


def as_json(rule: Rule) -> dict:
    """Return one rule as JSON-able values."""
    return {
        "id": rule.pk,
        "key": rule.key,
        "value": rule.value,
        "unit": rule.unit,
        "title": rule.basis_title,
        "article": rule.basis_article,
        "mark": rule.mark,
        "verified": rule.verified,
        "effective_from": rule.effective_from.isoformat(),
        "effective_until": rule.effective_until.isoformat() if rule.effective_until else None,
        "sectors": rule.sectors,
        "pack": rule.pack.code,
        "edited": rule.is_edited,
        "note": rule.note,
    }


def as_text(rule: Rule) -> str:
    """Return one rule as a few lines for people."""
    many = isinstance(rule.value, list) and len(rule.value) > LISTED
    value = _("%(count)s 项") % {"count": len(rule.value)} if many else naming.in_words(rule.value, rule.unit)
    until = rule.effective_until or _("现在")
    flags = [_("已核验") if rule.verified else _("未核验"), rule.get_mark_display()]
    if rule.sectors:
        flags.append("、".join(sectors.name_of(code) for code in rule.sectors))
    if rule.is_edited:
        flags.append(_("管理员修改过"))
    lines = [
        f"{rule.key}  {naming.name_of(rule.key)}：{value}",
        f"    《{rule.basis_title}》{rule.basis_article}  {rule.effective_from} — {until}  [{'；'.join(map(str, flags))}]",
    ]
    if rule.note:
        lines.append(f"    {rule.note}")
    return "\n".join(lines)
