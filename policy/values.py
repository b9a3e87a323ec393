"""What a rule's value may be, by its unit: asked when a pack is read and when an administrator edits."""

from typing import Any

from django.utils.translation import gettext as _

from policy.ways import names

#: The largest whole number of each unit that is not a slip of the pen.
LARGEST = {
    "months": 1200,
    "years": 100,
    "working_days": 1000,
    "days": 3660,
    "hours": 10_000,
    "times": 1000,
    "characters": 100_000,
    "percent": 100,
    "yuan": 10**12,
}
#: Rules that choose between words.
CHOICES = {
    "publicity.transition": ("today", "decision"),
    "classify.several": ("longest", "heaviest"),
    "publicity.start": ("decision_date",),
}
#: Rules without which something cannot be worked out: one for every sector has to be in force.
REQUIRED = {
    "accept.working_days",
    "classify.general.rest",
    "classify.known_categories",
    "classify.minor.categories",
    "classify.minor.declared",
    "classify.minor.summary_procedure",
    "classify.serious.categories",
    "classify.serious.list",
    "classify.several",
    "classify.summary.fine_entity_up_to",
    "classify.summary.fine_person_up_to",
    "commitment.text",
    "decide.working_days",
    "objection.assisted_working_days",
    "objection.mark_working_days",
    "objection.own_working_days",
    "publicity.persons.publicised",
    "publicity.transition",
    "query.kept_years",
    "remedy.review_days",
    "remedy.suit_months",
    "repair.conditions",
    "repair.ways.national",
    "report.working_days",
    "supplement.answer_working_days",
    "supplement.times",
    "sync.receive_working_days",
    "sync.share_working_days",
    *(
        f"publicity.{severity}.{what}"
        for severity in ("minor", "general", "serious")
        for what in ("publicised", "minimum_months", "maximum_months")
    ),
}
UNITS = {*LARGEST, "bool", "text", "texts", "ways", "times_in_years", ""}


def problem_with(key: str, value: Any, unit: str) -> str:
    """Return a sentence on what is wrong with a rule's value, or an empty text."""
    if unit not in UNITS:
        return _("不认识的单位 %(unit)s，可用：%(units)s。") % {"unit": unit, "units": "、".join(sorted(UNITS - {""}))}
    if key in CHOICES and value not in CHOICES[key]:
        return _("这条规则的值只能是：%(words)s。") % {"words": "、".join(CHOICES[key])}
    if unit in LARGEST and not isinstance(value, list):
        return _number(value, LARGEST[unit])
    check = {
        "bool": (_is_bool, _("这条规则的值只能是 true 或 false。")),
        "text": (_is_text, _("这条规则的值应是文字，不能为空。")),
        "texts": (_are_texts, _("这条规则的值应是列表，每一项是文字。")),
        "days": (_are_days, _('这条规则的值应是列表，每一项写成 {"day": "10-01", "name": "国庆节"}。')),
        "ways": (_are_ways, _("这条规则的值应是列表，可用：%(words)s。") % {"words": "、".join(names())}),
        "times_in_years": (_is_so_often, _('这条规则的值应写成 {"times": 2, "years": 5}，都是大于 0 的整数。')),
    }.get(unit)
    if check is None:
        return _("这条规则的值应是一个数。") if unit in LARGEST else ""
    is_right, sentence = check
    return "" if is_right(value) else sentence


def _number(value: Any, largest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        return _("这条规则的值应是 0 到 %(largest)s 之间的整数。") % {"largest": largest}
    return ""


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_ways(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item in names() for item in value)


def _is_so_often(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"times", "years"}
        and all(isinstance(n, int) and not isinstance(n, bool) and 0 < n <= 100 for n in value.values())
    )


def _are_days(value: Any) -> bool:
    def is_day(item: Any) -> bool:
        if not isinstance(item, dict) or set(item) != {"day", "name"} or not _is_text(item["name"]):
            return False
        month, _dash, day = str(item["day"]).partition("-")
        return month.isdigit() and day.isdigit() and 1 <= int(month) <= 12 and 1 <= int(day) <= 31

    return isinstance(value, list) and all(map(is_day, value))
