"""Forms of the portal's own pages."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ProgressForm(forms.Form):
    """Which case somebody asks about: its number and the check code that came with it."""

    #: One sentence for a wrong number and a wrong code: which of the two was wrong helps only who guesses.
    not_found = _("没有找到这个编号和查询码。请核对两项后再试。")

    number = forms.CharField(
        label=_("办件编号"),
        max_length=30,
        help_text=_("提交申请后页面上显示的编号，例如 XF20261123-0001。"),
        error_messages={"required": _("请填写办件编号")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )
    check_code = forms.CharField(
        label=_("查询码"),
        max_length=12,
        help_text=_("和编号一起给出的 10 位字母数字，不分大小写。"),
        error_messages={"required": _("请填写查询码")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-10"}),
    )

    def clean_number(self) -> str:
        return self.cleaned_data["number"].strip().upper()

    def clean_check_code(self) -> str:
        return self.cleaned_data["check_code"].strip().upper()


class JournalFilter(forms.Form):
    """What an auditor looks for in the journal."""

    #: Nothing here needs to be filled in, so the labels do not say so one by one.
    all_optional = True

    verb = forms.CharField(label=_("动作"), required=False, max_length=60)  # its words or its code
    actor = forms.CharField(label=_("操作人"), required=False, max_length=100)
    thing = forms.CharField(label=_("对象"), required=False, max_length=60)
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput())
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput())
