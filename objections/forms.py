"""The forms of an objection."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.forms import RecommendForm, VersionedForm
from casework.models import Case
from objections import fields
from objections.models import Objection
from policy.verdict import Refused
from records.actions.correction import typed_value


def _check_value(form: forms.Form, field: str, name: str) -> None:
    """Add an error to ``name`` if its text cannot be a value of this field of a record."""
    text = form.cleaned_data.get(name)
    if not field or not text:
        return
    try:
        typed_value(field, text)
    except Refused as refused:
        form.add_error(name, " ".join(part for part in (refused.verdict.reason, refused.verdict.cure) if part))


class DescribeForm(VersionedForm):
    """What is wrong, and what it should be."""

    ground = forms.ChoiceField(
        label=_("为什么有异议"),
        widget=forms.RadioSelect,
        choices=Objection.Ground.choices,
        error_messages={"required": _("请选择异议的理由。")},
    )
    field = forms.ChoiceField(label=_("对哪一项有异议"), required=False)
    claimed_value = forms.CharField(
        label=_("您认为应当是什么"),
        required=False,
        max_length=500,
        help_text=_("对某一项有异议时填写；日期写成 2026-04-01。"),
    )
    statement = forms.CharField(
        label=_("情况说明"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写清楚错在哪里、有什么依据。"),
        error_messages={"required": _("请说明情况。")},
    )
    contact_phone = forms.CharField(
        label=_("联系电话"), max_length=60, error_messages={"required": _("请留一个能联系到您的电话。")}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = fields.choices()

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("field")
            and cleaned.get("ground") == Objection.Ground.WRONG
            and not cleaned.get("claimed_value")
        ):
            self.add_error("claimed_value", _("请填写您认为正确的内容。"))
        _check_value(self, cleaned.get("field"), "claimed_value")
        return cleaned


class VerifyForm(RecommendForm):
    """核实意见: what the source says, and what would put the record right."""

    remedy = forms.ChoiceField(
        label=_("异议成立时怎样处理"),
        widget=forms.RadioSelect,
        required=False,
        choices=Objection.Remedy.choices,
    )
    field = forms.ChoiceField(label=_("更正哪一项"), required=False)
    corrected_value = forms.CharField(
        label=_("更正为"), required=False, max_length=2000, help_text=_("日期写成 2026-04-01，金额以元为单位。")
    )
    field_order = ["outcome", "remedy", "field", "corrected_value", "opinion", "codes", "version"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", _("（不更正，或撤销整条）"))] + [
            (name, fields.field_label(name)) for name in fields.DISPUTABLE
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") != Case.Status.UPHELD:
            return cleaned
        if not cleaned.get("remedy"):
            self.add_error("remedy", _("认为异议成立时，请选择更正还是撤销。"))
        elif cleaned["remedy"] == Objection.Remedy.CORRECT:
            if not cleaned.get("field"):
                self.add_error("field", _("请选择更正哪一项。"))
            if not cleaned.get("corrected_value"):
                self.add_error("corrected_value", _("请填写更正后的内容。"))
            _check_value(self, cleaned.get("field"), "corrected_value")
        return cleaned
