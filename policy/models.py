"""Rules as data: every limit with its dates, its legal basis and its 核验 flag; and the working-day calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


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


class Rule(models.Model):
    """One number or list that the law gives, for a span of dates."""

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
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "key", "effective_from"], name="policy_rule_once")]
        indexes = [models.Index(fields=["key", "effective_from"], name="policy_rule_key")]
        verbose_name = _("规则")
        verbose_name_plural = _("规则")

    def __str__(self):
        return self.key


class ReasonCode(models.Model):
    """A coded reason for a refusal, a decline or a supplement request: text, cure and basis."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    #: Verbs it may be used with: ``decline``, ``request_supplement``, ``refuse``, ``send_back``, ``dismiss``.
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


class CalendarYear(models.Model):
    """A year whose holidays and make-up days the State Council has announced."""

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.CharField(_("来源"), max_length=200)
    announced_on = models.DateField(_("公布日期"))
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
