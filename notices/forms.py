"""Forms of the notice pages. They check what was typed; rules stand in guards and actions."""

from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    """Number and check code, as printed at the end of a notice."""

    number = forms.CharField(
        label=_("文号"),
        max_length=80,
        help_text=_("印在红线上方，例如 青信修准〔2026〕1号。括号用 ( ) 或 [ ] 也可以。"),
        error_messages={"required": _("请填写文号。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    check_code = forms.CharField(
        label=_("校验码"),
        max_length=20,
        help_text=_("印在最后一页二维码旁，10 位字母和数字，不分大小写。"),
        error_messages={"required": _("请填写校验码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RevokeForm(forms.Form):
    """Why a notice is withdrawn."""

    reason = forms.CharField(
        label=_("撤销理由"),
        max_length=500,
        help_text=_("写明为什么撤销、依据哪份文件。理由会记入日志。"),
        error_messages={"required": _("请填写撤销理由。"), "max_length": _("撤销理由最多 500 字，请写短一些。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
