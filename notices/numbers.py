"""文号: 机关代字〔年份〕序号号, gapless per 机关代字 and year.

Form after 《党政机关公文处理工作条例》 Art. 9 and GB/T 9704-2012: the year in full in 六角括号 (U+3014, U+3015),
no leading zeros, no 第. A voided notice keeps its number; a rolled back transaction gives it back.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notices.models import Notice, NumberCounter
from parties.models import Authority
from policy.verdict import Refused, no

#: What each kind adds to the office's 机关代字: every kind counts for itself.
SUFFIXES = {
    Notice.Kind.ADVERSE_RECORD: "告",
    Notice.Kind.REPAIR_GUIDANCE: "修告",
    Notice.Kind.ACCEPTANCE: "受",
    Notice.Kind.DECLINE: "不受",
    Notice.Kind.SUPPLEMENT: "补",
    Notice.Kind.REPAIR_APPROVAL: "准",
    Notice.Kind.REPAIR_REFUSAL: "不",
    Notice.Kind.OBJECTION_ACCEPTANCE: "异受",
    Notice.Kind.OBJECTION_RESULT: "异",
    Notice.Kind.DEFERRAL_APPROVAL: "延",
    Notice.Kind.DEFERRAL_REFUSAL: "不延",
    Notice.Kind.PRIOR_REMINDER: "提",
    Notice.Kind.PUBLICITY_ENDED: "终",
    Notice.Kind.RECORD_REVOKED: "撤",
    Notice.Kind.RECORD_CORRECTED: "更",
    Notice.Kind.CASE_ENDED: "止",
    Notice.Kind.DECISION_EXTENSION: "展",
    Notice.Kind.CREDIT_STATEMENT: "查",
}


@dataclass(frozen=True)
class Number:
    """One number: series (机关代字 with the kind's suffix), year and serial."""

    series: str
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.series}〔{self.year}〕{self.serial}号"


def series_of(kind: str, issuer: Authority) -> str:
    """Return the 机关代字 for notices of this kind: the issuer's own stem, or the lead authority's.

    Raises:
        Refused: neither has one (409); an administrator sets it on the authority's page.
    """
    prefix = issuer.notice_prefix
    if not prefix:
        lead = Authority.objects.filter(is_lead=True).first()
        prefix = lead.notice_prefix if lead else ""
    if not prefix:
        raise Refused(
            no(
                "no_notice_prefix",
                _("没有设置机关代字，无法编文号。"),
                _("请系统管理员在“机关”中为%(name)s或信用主管部门填写机关代字。") % {"name": issuer.name},
            ),
            status=409,
        )
    return f"{prefix}{SUFFIXES[Notice.Kind(kind)]}"


def take_all(wanted: list[tuple[str, Authority]], year: int) -> list[Number]:
    """Return the next number for each (kind, issuer), in order, and keep their series locked until commit.

    Two transactions never get one number, and a rollback leaves no gap. Must run inside ``atomic``. Each series is
    locked once, all in one fixed order.

    Raises:
        Refused: no 机关代字 is set (409).
    """
    pairs = {(kind, issuer.pk): issuer for kind, issuer in wanted}
    series = {(kind, pk): series_of(kind, issuer) for (kind, pk), issuer in pairs.items()}
    counts = Counter(series[kind, issuer.pk] for kind, issuer in wanted)
    blocks = {name: iter(_take_block(name, year, counts[name])) for name in sorted(counts)}
    return [next(blocks[series[kind, issuer.pk]]) for kind, issuer in wanted]


def _take_block(series: str, year: int, count: int) -> list[Number]:
    locked = NumberCounter.objects.select_for_update()
    counter = locked.filter(series=series, year=year).first()
    if counter is None:  # the first of the year; somebody else may be making the row at this moment
        NumberCounter.objects.get_or_create(series=series, year=year)
        counter = locked.get(series=series, year=year)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return [Number(series, year, serial) for serial in range(first, first + count)]
