"""Forms of findings. They check shape; what may be done is the guards' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from records.findings.models import Finding


class FindingForm(forms.Form):
    """What was found, when, and the proof."""

    kind = forms.ChoiceField(
        label=_("查明了什么"),
        widget=forms.RadioSelect,
        choices=Finding.Kind.choices,
        error_messages={"required": _("请选择查明的事项。")},
    )
    found_on = forms.DateField(
        label=_("查明日期"),
        help_text=_("限制修复的期限从这一天起算，例如 2026-04-01。"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": _("请填写查明的日期。"),
            "invalid": _("没有看懂这个日期，请写成 2026-04-01 这样。"),
        },
    )
    reason = forms.CharField(
        label=_("查明的事实和理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("哪份材料、哪项承诺，怎样核实的，当事人怎样陈述。当事人会看到。"),
        error_messages={"required": _("请写明查明的事实和理由。")},
    )
    file = forms.FileField(
        label=_("证据"),
        help_text=_("PDF、JPG 或 PNG，不超过 10 MB。"),
        error_messages={"required": _("请选择证据文件。"), "empty": _("这是空文件，请重新选择。")},
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class NoteForm(forms.Form):
    """One sentence that the next person and the subject can read."""

    note = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )
