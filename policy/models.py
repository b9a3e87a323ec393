"""Rules as data: every limit with its dates, its legal basis and its 核验 flag; and the working-day calendar."""

import hashlib
import json

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Shipped(models.Model):
    """A row that a file of this repository brought, and that an administrator may have edited since.

    ``pack_digest`` is the digest of what the file said when the row was last loaded. As long as the row still
    says the same, the next load may bring it up to date; once it differs, somebody edited it and it is theirs.
    """

    #: The fields a file states, in a fixed order.
    CONTENT: tuple[str, ...] = ()

    pack_digest = models.CharField(_("随附内容摘要"), max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def content_digest(self) -> str:
        """Return the SHA-256 (hex) of what the row says now."""
        said = [getattr(self, name) for name in self.CONTENT]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def is_edited(self) -> bool:
        """Whether it says something else than the file did, or never came from a file."""
        return self.pack_digest != self.content_digest()


class RulePack(models.Model):
    """A dated file of rules: national, provincial, of a sector, or the district's own."""

    class Level(models.TextChoices):
        NATIONAL = "national", _("国家")
        PROVINCIAL = "provincial", _("省")
        SECTOR = "sector", _("行业")
        DISTRICT = "district", _("区")

    code = models.SlugField(_("代码"), unique=True)
    title = models.CharField(_("名称"), max_length=200)
    level = models.CharField(_("层级"), max_length=20, choices=Level)
    version = models.CharField(_("版本"), max_length=40)
    source = models.CharField(_("来源文件"), max_length=200)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    loaded_at = models.DateTimeField(_("载入时间"), auto_now=True)

    class Meta:
        verbose_name = _("规则包")
        verbose_name_plural = _("规则包")

    def __str__(self):
        return self.title


class Rule(Shipped):
    """One number or list that the law gives, for a span of dates."""

    CONTENT = (
        "value", "unit", "basis_title", "basis_article", "mark", "verified", "effective_until", "note", "active"
    )  # fmt: skip

    class Mark(models.TextChoices):
        VERIFIED = "V", _("已核原文")
        PRESS = "P", _("据报道")
        GENERAL = "R", _("一般认识，未核")
        INFERRED = "I", _("设计推断")

    pack = models.ForeignKey(RulePack, on_delete=models.PROTECT, related_name="rules", verbose_name=_("规则包"))
    #: Dotted name the code asks for, such as ``publicity.general.minimum_months``.
    key = models.CharField(_("规则"), max_length=120)
    value = models.JSONField(_("值"))
    unit = models.CharField(_("单位"), max_length=40, blank=True)
    basis_title = models.CharField(_("依据"), max_length=200)
    basis_article = models.CharField(_("条款"), max_length=120, blank=True)
    mark = models.CharField(_("出处标记"), max_length=1, choices=Mark)
    #: 核验: an officer has compared the number with the official text.
    verified = models.BooleanField(_("核验"), default=False)
    effective_from = models.DateField(_("施行日"))
    #: The last day on which it holds; empty: still in force.
    effective_until = models.DateField(_("失效日"), null=True, blank=True)
    #: Empty: every sector; otherwise the sector codes it is limited to.
    sectors = models.JSONField(_("行业"), default=list, blank=True)
    note = models.TextField(_("说明"), blank=True)
    #: Switched off without being deleted: notices and decisions point at it.
    active = models.BooleanField(_("启用"), default=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "key", "effective_from", "sectors"], name="policy_rule_once")
        ]
        indexes = [models.Index(fields=["key", "effective_from"], name="policy_rule_key")]
        verbose_name = _("规则")
        verbose_name_plural = _("规则")

    def __str__(self):
        return self.key

    def holds(self, on) -> bool:
        """Whether it is switched on and in force on that day (both ends included)."""
        return (
            self.active and self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)
        )


class ReasonCode(Shipped):
    """A coded reason for a refusal, a decline or a supplement request: text, cure and basis."""

    CONTENT = (
        "verbs", "kinds", "text", "text_en", "cure", "cure_en", "basis_title", "basis_article", "active", "order"
    )  # fmt: skip

    code = models.CharField(_("代码"), max_length=40, unique=True)
    #: Verbs it may be used with: ``decline``, ``request_supplement``, ``refuse``, ``send_back``, ``dismiss``, ``end``.
    verbs = models.JSONField(_("适用动作"), default=list)
    #: ``repair``, ``objection`` or both.
    kinds = models.JSONField(_("适用办件"), default=list)
    text = models.CharField(_("理由"), max_length=300)
    text_en = models.CharField(_("理由（英文）"), max_length=300, blank=True)
    cure = models.CharField(_("如何补救"), max_length=300, blank=True)
    cure_en = models.CharField(_("如何补救（英文）"), max_length=300, blank=True)
    basis_title = models.CharField(_("依据"), max_length=200, blank=True)
    basis_article = models.CharField(_("条款"), max_length=120, blank=True)
    active = models.BooleanField(_("启用"), default=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=100)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("理由代码")
        verbose_name_plural = _("理由代码")

    def __str__(self):
        return f"{self.code} {self.text}"


class CalendarYear(Shipped):
    """A year whose holidays and make-up days the State Council has announced."""

    CONTENT = ("year", "source", "announced_on", "days_digest")

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.CharField(_("来源"), max_length=200)
    announced_on = models.DateField(_("公布日期"))
    #: Days come with the year: a change of a day is a change of the year (``WorkdayOverride.digest_of``).
    days_digest = models.CharField(max_length=64, blank=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["year"]
        verbose_name = _("节假日年度")
        verbose_name_plural = _("节假日年度")

    def __str__(self):
        return str(self.year)


class WorkdayOverride(models.Model):
    """A weekday that is a holiday, or a weekend day that is worked (调休)."""

    day = models.DateField(_("日期"), primary_key=True)
    is_workday = models.BooleanField(_("是否上班"))
    name = models.CharField(_("名称"), max_length=60)
    year = models.ForeignKey(CalendarYear, on_delete=models.CASCADE, related_name="overrides", verbose_name=_("年份"))

    class Meta:
        ordering = ["day"]
        verbose_name = _("节假日与调休")
        verbose_name_plural = _("节假日与调休")

    def __str__(self):
        return f"{self.day} {self.name}"

    @staticmethod
    def digest_of(days) -> str:
        """Return the digest of a year's days, given as ``(date, is_workday, name)``, in any order."""
        text = "\n".join(f"{day} {int(is_workday)} {name}" for day, is_workday, name in sorted(days))
        return hashlib.sha256(text.encode()).hexdigest()


# Models of this room's parts; Django looks for them here.
from policy.deadlines.models import DeadlineChange, DeadlineTold  # noqa: E402, F401
