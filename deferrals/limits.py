"""How far a deferral may reach."""

import datetime as dt

from django.utils.translation import gettext as _

from policy.dates import say_short
from policy.rulebook import RuleBook
from policy.verdict import YES, Verdict, no
from policy.workdays import add_months

#: The rule that limits how long one deferral may be.
LONGEST = "deferral.maximum_months"


def latest_day(today: dt.date) -> dt.date:
    """Return the last day that may be asked for or granted, counted from today (Beijing)."""
    return add_months(today, RuleBook.load(today).value(LONGEST).value)


def usable_day(day: dt.date | None, today: dt.date) -> Verdict:
    """Return whether a deferral may run until that day: later than today, not beyond the rule."""
    if day is None:
        return no("no_day", _("请填写延期到哪一天。"))
    if day <= today:
        return no("day_over", _("延期的日期要晚于今天。"), _("请改填以后的日期。"))
    if day > latest_day(today):
        rule = RuleBook.load(today).value(LONGEST)
        return no(
            "too_far",
            _("延期最长 %(months)s 个月，最晚到 %(day)s。")
            % {"months": rule.value, "day": say_short(latest_day(today))},
            _("请改填较早的日期；到期仍有困难的，可以再次申请。"),
            rule.basis,
        )
    return YES
