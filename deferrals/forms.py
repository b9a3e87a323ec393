"""The forms of a request for more time."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.forms import RecommendForm, VersionedForm
from casework.models import Case
from deferrals.limits import latest_day, usable_day
from deferrals.models import Deferral
from policy.dates import say_short

_DAY_ERRORS = {
    "required": _("请填写延期到哪一天。"),
    "invalid": _("没有看懂这个日期，请写成 2026-04-01 这样。"),
}


def _checked_day(day):
    verdict = usable_day(day, timezone.localdate())
    if not verdict:
        raise forms.ValidationError(f"{verdict.reason}{verdict.cure}")
    return day


class DescribeForm(VersionedForm):
    """Until when, and why."""

    requested_until = forms.DateField(
        label=_("希望延期到哪一天"), widget=forms.DateInput(attrs={"type": "date"}), error_messages=_DAY_ERRORS
    )
    ground = forms.ChoiceField(
        label=_("为什么需要延期"),
        widget=forms.RadioSelect,
        choices=Deferral.Ground.choices,
        error_messages={"required": _("请选择延期的理由。")},
    )
    statement = forms.CharField(
        label=_("情况说明"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写明困难在哪里、打算怎样按期履行。"),
        error_messages={"required": _("请说明情况。")},
    )
    contact_phone = forms.CharField(
        label=_("联系电话"), max_length=60, error_messages={"required": _("请留一个能联系到您的电话。")}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        latest = say_short(latest_day(timezone.localdate()))
        self.fields["requested_until"].help_text = _("最晚 %(day)s。批准后，到这一天为止暂不公示。") % {"day": latest}

    def clean_requested_until(self):
        return _checked_day(self.cleaned_data["requested_until"])


class ProposeForm(RecommendForm):
    """初审意见, with the day that would be granted."""

    granted_until = forms.DateField(
        label=_("准予延期至"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("可以比申请的日期早。"),
        error_messages=_DAY_ERRORS,
    )
    field_order = ["outcome", "granted_until", "opinion", "codes", "version"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") != Case.Status.GRANTED or "granted_until" in self.errors:
            return cleaned
        verdict = usable_day(cleaned.get("granted_until"), timezone.localdate())
        if not verdict:
            self.add_error("granted_until", f"{verdict.reason}{verdict.cure}")
        return cleaned
