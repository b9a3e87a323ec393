"""The forms of a case. They check shape; what may be done is the guards' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.kinds import CaseKind
from casework.models import Review
from policy.reasons import as_items, reasons_for


class VersionedForm(forms.Form):
    """Carries the version of the case that the page was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


def _choices(verb: str, kind: CaseKind) -> list[tuple[str, str]]:
    """The coded reasons of a verb, worded in the page's language."""
    return [(item["code"], item["text"]) for item in as_items([row.code for row in reasons_for(verb, kind.code)])]


class ReasonForm(VersionedForm):
    """A verb that needs coded reasons and lets the officer add a sentence."""

    verb = ""
    codes = forms.MultipleChoiceField(
        label=_("理由（可多选）"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一项理由。")},
    )
    opinion = forms.CharField(
        label=_("补充说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会印在通知书上，请用对方看得懂的话写。"),
    )

    def __init__(self, kind: CaseKind, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = _choices(self.verb, kind)


class DeclineForm(ReasonForm):
    verb = "decline"
    prefix = "decline"


class SupplementForm(ReasonForm):
    verb = "request_supplement"
    prefix = "supplement"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["codes"].label = _("还缺什么（一次列全，之后不能再次要求）")
        self.fields["codes"].error_messages["required"] = _("请至少选择一项需要补正的内容。")


class RecommendForm(VersionedForm):
    """初审意见."""

    prefix = "recommend"
    outcome = forms.ChoiceField(
        label=_("建议"), widget=forms.RadioSelect, error_messages={"required": _("请选择建议的结果。")}
    )
    opinion = forms.CharField(
        label=_("审查意见"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明核对了什么、结论是什么。复核人会看到。"),
        error_messages={"required": _("请写明审查意见。")},
    )
    codes = forms.MultipleChoiceField(label=_("建议不予时的理由"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, kind: CaseKind, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["outcome"].choices = [(outcome, kind.outcome_label(outcome)) for outcome in kind.outcomes]
        self.fields["codes"].choices = _choices(kind.refusal_verb, kind)

    def clean(self):
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        if outcome and not self.kind.is_favourable(outcome) and not cleaned.get("codes"):
            self.add_error("codes", _("这样建议时，请至少选择一项理由。"))
        return cleaned


class DecideForm(VersionedForm):
    """复核: one button per outcome."""

    prefix = "decide"
    outcome = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("复核意见"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    codes = forms.MultipleChoiceField(label=_("理由"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, kind: CaseKind, review: Review | None, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.review = kind, review
        self.fields["codes"].choices = _choices(kind.refusal_verb, kind)
        if review and not self.is_bound:
            self.initial.setdefault("codes", review.reason_codes)

    def clean_outcome(self):
        outcome = self.cleaned_data["outcome"]
        if outcome not in self.kind.outcomes:
            raise forms.ValidationError(_("没有这种结果。"))
        return outcome

    def clean(self):
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        if outcome and not self.kind.is_favourable(outcome):
            if not cleaned.get("codes"):
                self.add_error("codes", _("这样决定时，请至少选择一项理由。"))
        else:
            cleaned["codes"] = []
        return cleaned


class SendBackForm(VersionedForm):
    prefix = "send_back"
    opinion = forms.CharField(
        label=_("退回的原因"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明为什么退回、希望再核实什么。")},
    )


class ExtendForm(VersionedForm):
    """延长办理期限: why; by how much the rules say."""

    prefix = "extend_decision"
    opinion = forms.CharField(
        label=_("延长的理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写明案情复杂在哪里，或者还要核查什么。会印在通知书上，请用对方看得懂的话写。"),
        error_messages={"required": _("请写明为什么要延长。")},
    )


class EvidenceForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("选择文件"),
        help_text=_("PDF、JPG 或 PNG，每个不超过 10 MB。手机拍照也可以，字要看得清。"),
        error_messages={"required": _("请先选择一个文件。"), "empty": _("这是空文件，请重新选择。")},
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class CommitmentForm(forms.Form):
    """Signing: the name and the will."""

    signed_name = forms.CharField(
        label=_("签署人姓名"),
        max_length=60,
        help_text=_("法定代表人，或经授权的经办人。"),
        error_messages={"required": _("请填写签署人姓名。")},
    )
    agreed = forms.BooleanField(
        label=_("我已读完，保证所提交材料真实有效，愿意承担违背承诺的责任，并同意公开本承诺"),
        error_messages={"required": _("请勾选表示同意，否则承诺书不成立。")},
    )


class SupplementAnswerForm(VersionedForm):
    answer = forms.CharField(
        label=_("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("简单说明您补了什么。"),
        error_messages={"required": _("请简单说明您补了什么。")},
    )
