"""Ways of repair (修复方式): which of them a kind of record may be repaired by. Pure; the lists are rules.

36号令 asks for performance and a commitment and knows no hours and no donations, so a record of the national catalogue
is repaired by performance alone. A local record may be repaired otherwise where the district says so and has
published how much is needed: which way is allowed is one rule, the quantity another.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from policy.rulebook import RuleBook, RuleValue
from policy.verdict import YES, Basis, Verdict, no

PERFORMANCE, VOLUNTEERING, DONATION = "performance", "volunteering", "donation"
DEFERRAL, EXPLANATION = "deferral", "explanation"
NATIONAL, LOCAL = "national", "local"
#: Rules that say how much of a way is needed; performance needs no quantity: it is the decision's own duties.
QUANTITIES = {VOLUNTEERING: "repair.volunteering.minimum_hours", DONATION: "repair.donation.minimum_yuan"}


@dataclass(frozen=True)
class Way:
    """One way. ``repairs``: it can end publicity; otherwise it only softens the consequences (延期, 自主解释)."""

    code: str
    name: str
    repairs: bool
    basis: Basis


def names() -> dict[str, str]:
    """Return every way's name in the page's language by code."""
    return {
        PERFORMANCE: _("履行义务"),
        VOLUNTEERING: _("志愿服务"),
        DONATION: _("慈善捐助"),
        DEFERRAL: _("申请延期"),
        EXPLANATION: _("自主解释"),
    }


def catalogue_of(sector: str, book: RuleBook) -> str:
    """Return which catalogue lists a sector's records: ``local`` where the rules say that only the district's own
    does (信易阅 and the like), else ``national``: penalties, lists of serious offenders, abnormal operation."""
    rule = book.find("record.local_catalogue", sector)
    return LOCAL if rule is not None and rule.value else NATIONAL


def ways_for(catalogue: str, book: RuleBook, sector: str = "") -> list[Way]:
    """Return the ways that the rules name for a record of the ``national`` catalogue or a ``local`` one.

    First those that repair it, then those that only soften what it does.
    """
    found = []
    for key, repairs in ((f"repair.ways.{catalogue}", True), ("relief.ways", False)):
        rule = book.find(key, sector)
        known = {way.code for way in found}
        found += [
            Way(code, names()[code], repairs, rule.basis)
            for code in (rule.value if rule else ())
            if code in names() and code not in known
        ]
    return found


def can_repair_by(way: str, catalogue: str, book: RuleBook, sector: str = "") -> Verdict:
    """Return whether a record may be repaired in this way: named by the rules, and with a published quantity."""
    rule = book.find(f"repair.ways.{catalogue}", sector)
    name = names().get(way, way)
    if rule is None or way not in rule.value:
        return _not_this_way(name, catalogue, rule)
    quantity = QUANTITIES.get(way)
    if quantity and book.find(quantity, sector) is None:
        return no(
            "way_without_scheme",
            _("用%(way)s修复要多少才够，本区还没有公布标准，现在不能办理。") % {"way": name},
            _("您可以用履行义务的方式申请。"),
            rule.basis,
        )
    return YES


def _not_this_way(name: str, catalogue: str, rule: RuleValue | None) -> Verdict:
    reason = (
        _("国家目录内的失信信息不能用%(way)s修复，也不能用它缩短公示期。")
        if catalogue == NATIONAL
        else _("这类信息不能用%(way)s修复。")
    )
    return no(
        "way_not_allowed",
        reason % {"way": name},
        _("请改正并履行决定书要求的义务，再申请修复；有关证明可以作为佐证一并上传。"),
        rule.basis if rule else Basis(),
    )
