"""Rules, reasons and the calendar as an administrator edits them. What is edited here survives a re-load."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from journal.admin_tools import JournaledAdmin, ReadOnlyAdmin
from policy.holidays import calendar_changing
from policy.models import CalendarYear, ReasonCode, Rule, RulePack, WorkdayOverride
from policy.packs.reasons import KINDS, VERBS
from policy.sectors import Sector
from policy.values import REQUIRED, problem_with


@admin.register(RulePack)
class RulePackAdmin(ReadOnlyAdmin):
    readers = ("auditor",)
    list_display = ("title", "level", "version", "source", "loaded_at")


#: What 核验 compares with the official text: once one of them is edited, somebody has to compare again.
COMPARED = {"value", "unit", "basis_title", "basis_article"}


class RuleForm(forms.ModelForm):
    #: Set when an edit made an earlier comparison with the official text worthless.
    comparison_lapsed = False

    class Meta:
        model = Rule
        fields = "__all__"  # noqa: DJ007 - administrators edit every column, and readonly_fields guards the rest

    def clean_basis_article(self):
        """Every number says on which article it rests, or on which part where the article is not known yet."""
        article = self.cleaned_data["basis_article"].strip()
        if not article:
            raise ValidationError(_("请填写条款，例如“第十二条”；条号还不知道的，写明是哪一部分的规定。"))
        return article

    def clean_sectors(self):
        sectors = self.cleaned_data["sectors"] or []
        if not isinstance(sectors, list) or set(map(str, sectors)) - set(Sector.values):
            raise ValidationError(_("行业请写成列表，可用的代码：%(codes)s。") % {"codes": "、".join(Sector.values)})
        return sorted(sectors)

    def clean(self):
        data = super().clean()
        start, end = data.get("effective_from") or self.instance.effective_from, data.get("effective_until")
        if start and end and end < start:
            self.add_error("effective_until", _("失效日不能早于施行日。"))
        key = data.get("key") or self.instance.key
        if "value" in data and (problem := problem_with(key, data["value"], data.get("unit") or "")):
            self.add_error("value", problem)
        elif self.instance.pk and "value" in data and type(data["value"]) is not type(self.instance.value):
            self.add_error("value", _("这条规则的值不能换成另一种类型（例如把数字改成文字）。"))
        if self.instance.pk and data.get("verified") and not self._is_what_was_compared():
            data["verified"], self.comparison_lapsed = False, True
            self.changed_data.append("verified")  # so that the journal says it too
        if self.instance.pk and self._would_leave_a_gap(data):
            self.add_error(None, _("这是这一规则现在唯一有效的一条，停用后系统无法计算。请先新增替代它的规则。"))
        return data

    def _is_what_was_compared(self) -> bool:
        """Whether the comparison still holds: what it was about stayed as it was, or was compared in this very edit."""
        return "verified" in self.changed_data or not set(self.changed_data) & COMPARED

    def _would_leave_a_gap(self, data) -> bool:
        """Whether it is needed, is for every sector, holds today, would no longer, and no other such one does."""
        today = timezone.localdate()
        until = data.get("effective_until")
        before = Rule.objects.get(pk=self.instance.pk)
        if before.key not in REQUIRED or before.sectors or not before.holds(today):
            return False
        if data.get("active") and (until is None or until >= today):
            return False
        others = Rule.objects.filter(key=before.key).exclude(pk=before.pk)
        return not any(rule.holds(today) and not rule.sectors for rule in others)


@admin.register(Rule)
class RuleAdmin(JournaledAdmin, SimpleHistoryAdmin):
    form = RuleForm
    readers = ("auditor",)
    list_display = (
        "key", "value", "unit", "basis_title", "basis_article", "mark", "verified", "effective_from",
        "effective_until", "active", "edited",
    )  # fmt: skip
    list_filter = ("verified", "mark", "active", "pack")
    search_fields = ("key", "basis_title", "note")
    ordering = ("key", "effective_from")

    @admin.display(boolean=True, description=gettext_lazy("管理员修改过"))
    def edited(self, rule):
        return rule.is_edited

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form.comparison_lapsed:
            messages.warning(request, _("改过的规则不再算已核验。请与正式文本核对后，在规则页重新登记。"))

    def get_readonly_fields(self, request, obj=None):
        # They say which rule it is; a new span of dates is a new rule.
        return ("pack", "key", "effective_from", "sectors") if obj else ()


class ReasonForm(forms.ModelForm):
    class Meta:
        model = ReasonCode
        fields = "__all__"  # noqa: DJ007 - administrators edit every column

    def clean_verbs(self):
        return _list_of(self.cleaned_data["verbs"], VERBS)

    def clean_kinds(self):
        return _list_of(self.cleaned_data["kinds"], KINDS)


@admin.register(ReasonCode)
class ReasonCodeAdmin(JournaledAdmin, SimpleHistoryAdmin):
    form = ReasonForm
    readers = ("auditor",)
    list_display = ("code", "text", "cure", "verbs", "kinds", "active", "order")
    list_filter = ("active",)
    search_fields = ("code", "text")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


class WorkdayOverrideInline(admin.TabularInline):
    model = WorkdayOverride
    extra = 0

    def has_add_permission(self, request, obj=None):
        return True

    has_change_permission = has_delete_permission = has_view_permission = has_add_permission


@admin.register(CalendarYear)
class CalendarYearAdmin(JournaledAdmin, SimpleHistoryAdmin):
    readers = ("auditor",)
    list_display = ("year", "source", "announced_on")
    inlines = (WorkdayOverrideInline,)

    def get_readonly_fields(self, request, obj=None):
        return ("year",) if obj else ()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with calendar_changing(request.user) as told:
            response = super().changeform_view(request, object_id, form_url, extra_context)
        if told:
            messages.info(request, _("%(count)s 件在办的期限随之重算，办件的进度里已写明。") % {"count": len(told)})
        return response

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        year = form.instance
        year.days_digest = WorkdayOverride.digest_of(year.overrides.values_list("day", "is_workday", "name"))
        year.save()


@admin.register(WorkdayOverride)
class WorkdayOverrideAdmin(ReadOnlyAdmin):
    """Days are changed with their year."""

    readers = ("auditor",)
    list_display = ("day", "is_workday", "name", "year")
    list_filter = ("year", "is_workday")
    date_hierarchy = "day"


def _list_of(value, allowed):
    if not isinstance(value, list) or not value or set(map(str, value)) - allowed:
        raise ValidationError(_("请写成列表，可用：%(words)s。") % {"words": "、".join(sorted(allowed))})
    return value
