"""Whether a repair may be applied for, and what is still missing. Pure, in words for the person it concerns."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from policy.dates import say
from policy.explanation import Explanation
from policy.rulebook import RuleBook
from policy.verdict import Basis, Because, Verdict
from policy.ways import NATIONAL, PERFORMANCE, can_repair_by, names


@dataclass(frozen=True)
class Bar:
    """Something that keeps a subject from applying. ``until``: its last day; None: for good."""

    code: str
    text: str
    until: dt.date | None = None
    basis: Basis = Basis()

    def stands(self, today: dt.date) -> bool:
        """Whether it still keeps from applying on that day."""
        return self.until is None or today <= self.until


@dataclass(frozen=True)
class Condition:
    """One condition: met or not, in a sentence, what to do about it, and who has to (time, you, the office)."""

    code: str
    met: bool
    text: str
    cure: str = ""
    basis: Basis = Basis()
    needs: Literal["time", "you", "office"] = "you"


@dataclass(frozen=True)
class Eligibility:
    """The eligibility card of one record.

    ``can_apply``: an application may be started today (proof and commitment are gathered while applying);
    ``earliest``: the first day on which it may, as far as time alone decides.
    """

    conditions: list[Condition]
    can_apply: bool
    earliest: dt.date
    because: list[Because]
    rule_ids: list[int]

    @property
    def missing(self) -> list[Condition]:
        """The conditions that are not met."""
        return [condition for condition in self.conditions if not condition.met]


def repair_eligibility(
    *,
    earliest_application: dt.date,
    live: bool,
    performance_proved: bool,
    commitment_signed: bool,
    open_case: bool,
    bars: list[Bar],
    today: dt.date,
    book: RuleBook,
    way: str = PERFORMANCE,
    catalogue: str = NATIONAL,
    sector: str = "",
) -> Eligibility:
    """Return the eligibility card of one record for one way of repair (36号令, 信用修复的条件).

    Takes the first day on which applying is allowed, whether the record is still live, what is proved and signed,
    whether a repair case is open, the bars against the subject (:func:`policy.bars.bars_for`), today (Asia/Shanghai)
    and the rules; the way (``performance``, ``volunteering``, ``donation``), the record's catalogue (``national``,
    ``local``) and its sector.
    """
    why = Explanation(book, sector)
    standing = [bar for bar in bars if bar.stands(today)]
    allowed = can_repair_by(way, catalogue, book, sector)
    conditions = [
        *_way(way, catalogue, allowed, why),
        _live(live, why),
        _minimum_period(earliest_application, today, why),
        *_bars(standing, why),
        _no_open_case(open_case),
        _performance(performance_proved, why),
        _commitment(commitment_signed, why),
    ]
    earliest = max(
        [earliest_application, *(bar.until + dt.timedelta(days=1) for bar in standing if bar.until is not None)]
    )
    return Eligibility(
        conditions=conditions,
        can_apply=bool(allowed) and live and today >= earliest_application and not standing and not open_case,
        earliest=earliest,
        because=[Because(condition.text, condition.basis) for condition in conditions],
        rule_ids=why.rule_ids,
    )


def _way(way: str, catalogue: str, allowed: Verdict, why: Explanation) -> list[Condition]:
    """The usual way needs no sentence of its own."""
    basis = why.basis(f"repair.ways.{catalogue}")
    if not allowed:
        return [Condition("way", False, allowed.reason, allowed.cure, allowed.basis, "office")]
    if way == PERFORMANCE:
        return []
    return [Condition("way", True, _("这条信息可以用%(way)s修复。") % {"way": names()[way]}, basis=basis)]


def _live(live: bool, why: Explanation) -> Condition:
    basis = why.basis("repair.conditions")
    if live:
        return Condition("live", True, _("这条信息可以修复。"), basis=basis, needs="office")
    return Condition(
        "live",
        False,
        _("这条信息已经终止公示、期满停止或者被撤销，不需要修复。"),
        _("您不用再办理。如果别处仍在显示，请告诉我们。"),
        basis,
        "office",
    )


def _minimum_period(earliest: dt.date, today: dt.date, why: Explanation) -> Condition:
    basis = why.basis("repair.conditions")
    if today >= earliest:
        text = _("最短公示期已满，您从 %(day)s 起就可以申请。") % {"day": say(earliest)}
        return Condition("minimum_period", True, text, basis=basis, needs="time")
    return Condition(
        "minimum_period",
        False,
        _("最短公示期还没有满。"),
        _("您最早可以在 %(day)s 申请，还有 %(days)s 天。可以先把证明材料备好。")
        % {"day": say(earliest), "days": (earliest - today).days},
        basis,
        "time",
    )


def _bars(standing: list[Bar], why: Explanation) -> list[Condition]:
    if not standing:
        basis = why.basis("bar.false_materials_years")
        return [Condition("no_bar", True, _("您没有被限制申请修复。"), basis=basis, needs="time")]
    return [
        Condition(
            bar.code,
            False,
            bar.text,
            _("限制到 %(day)s 为止，之后您可以申请。") % {"day": say(bar.until)}
            if bar.until
            else _("如果您认为限制有误，可以提出异议。"),
            bar.basis,
            "time" if bar.until else "office",
        )
        for bar in standing
    ]


def _no_open_case(open_case: bool) -> Condition:
    if not open_case:
        return Condition("no_open_case", True, _("这条信息没有正在办理的修复申请。"), needs="office")
    return Condition(
        "no_open_case",
        False,
        _("您对这条信息的修复申请正在办理。"),
        _("您不用再申请一次，可以随时查看进度。"),
        needs="office",
    )


def _performance(proved: bool, why: Explanation) -> Condition:
    basis = why.basis("repair.conditions")
    if proved:
        return Condition("performance", True, _("您已经上传改正和履行义务的证明。"), basis=basis)
    return Condition(
        "performance",
        False,
        _("还缺您已经改正、并履行全部义务的证明。"),
        _("申请时上传缴款收据、整改复查意见等材料。"),
        basis,
    )


def _commitment(signed: bool, why: Explanation) -> Condition:
    basis = why.basis("commitment.text")
    if signed:
        return Condition("commitment", True, _("您已经签署信用承诺书。"), basis=basis)
    return Condition("commitment", False, _("信用承诺书还没有签署。"), _("申请时在线阅读并签署。"), basis)
