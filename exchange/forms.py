"""Forms of the exchange's staff pages. They check shapes; who may do what is asked elsewhere."""

from django import forms
from django.utils.translation import gettext_lazy as _

#: Hours that the old secret signs beside the new one.
OVERLAPS = (
    (72, _("3 天后：通常用这个")),
    (168, _("7 天后：平台要等下一次上线")),
    (0, _("马上：密钥已经泄露")),
)


class RotateSecretForm(forms.Form):
    """When the old secret ends; ``version`` is which secret the page was about."""

    overlap = forms.TypedChoiceField(
        label=_("旧密钥什么时候停用"),
        help_text=_("停用以前，每次发送都带新旧两个签名，平台用哪一个核对都能通过。"),
        choices=OVERLAPS,
        coerce=int,
        initial=72,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("请选择旧密钥什么时候停用。"),
            "invalid_choice": _("请在列出的时间里选一个。"),
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
