"""The forms of a repair application."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.forms import VersionedForm


class DescribeForm(VersionedForm):
    """How and when the duties were performed."""

    performed_on = forms.DateField(
        label=_("什么时候履行完毕"),
        help_text=_("最后一项义务完成的日期，例如 2026-04-01。"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": _("请填写履行完毕的日期。"),
            "invalid": _("没有看懂这个日期，请写成 2026-04-01 这样。"),
        },
    )
    statement = forms.CharField(
        label=_("怎样履行的"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例如：罚款已于当日缴清，违法行为已改正并通过复查。"),
        error_messages={"required": _("请简单说明怎样履行的。")},
    )
    contact_phone = forms.CharField(
        label=_("联系电话"), max_length=60, error_messages={"required": _("请留一个能联系到您的电话。")}
    )

    def __init__(self, case, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_performed_on(self):
        day = self.cleaned_data["performed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("履行完毕的日期不能晚于今天。还没有履行完毕的，请先履行。"))
        if day < self.case.record.decision_date:
            raise forms.ValidationError(_("履行完毕的日期早于处罚决定日期，请核对。"))
        return day
