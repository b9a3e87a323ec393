"""Forms of explanations and upstream changes. They check shape; what may be done is the guards' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from policy.reasons import as_items, reasons_for
from policy.rulebook import today_book
from records.canonical import as_text
from records.life.models import UpstreamChange
from records.models import AdverseRecord

#: What an upstream change may put right, in the order in which a record is read.
CHANGEABLE = (
    "violation_type",
    "facts",
    "legal_basis",
    "category",
    "content",
    "fine_amount",
    "confiscated_amount",
    "licence",
    "decision_date",
)
_LONG = ("facts", "content", "legal_basis")


class ExplanationForm(forms.Form):
    """The subject's own words."""

    text = forms.CharField(
        label=_("您的说明"),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("请写下您的说明。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        limit = today_book().value("explanation.maximum_characters").value
        self.fields["text"].help_text = _(
            "最多 %(limit)s 个字。会和这条信息一起公开展示，请不要写别人的姓名、电话、证件号码和住址。"
        ) % {"limit": limit}


class DeclineExplanationForm(forms.Form):
    """Why an explanation is not shown."""

    prefix = "decline"
    codes = forms.MultipleChoiceField(
        label=_("不采用的理由（可多选）"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一项理由。")},
    )
    note = forms.CharField(
        label=_("补充说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("当事人会看到。写明哪一句要改、怎样改。"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        codes = [reason.code for reason in reasons_for("refuse", "explanation")]
        self.fields["codes"].choices = [(item["code"], item["text"]) for item in as_items(codes)]


class ReportChangeForm(forms.Form):
    """What was decided upstream, with the document; for a change, the record's fields as they should be now."""

    kind = forms.ChoiceField(
        label=_("原决定怎样了"),
        widget=forms.RadioSelect,
        choices=[(UpstreamChange.Kind.ANNUL, _("被撤销")), (UpstreamChange.Kind.CHANGE, _("被变更"))],
        error_messages={"required": _("请选择原决定是被撤销还是被变更。")},
    )
    document_number = forms.CharField(
        label=_("撤销或变更文书的文号"),
        max_length=128,
        help_text=_("例如行政复议决定书、行政判决书或本机关撤销决定的文号。"),
        error_messages={"required": _("请填写文书的文号。")},
    )
    decided_by = forms.CharField(
        label=_("作出撤销或变更的机关"),
        max_length=200,
        error_messages={"required": _("请填写作出撤销或变更的机关、法院。")},
    )
    effective_on = forms.DateField(
        label=_("文书生效日期"),
        help_text=_("办理期限从这一天的次日起算，例如 2026-04-01。"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": _("请填写文书生效的日期。"),
            "invalid": _("没有看懂这个日期，请写成 2026-04-01 这样。"),
        },
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("一两句话，会印在给当事人的告知书上。"),
        error_messages={"required": _("请写明撤销或变更的理由。")},
    )
    file = forms.FileField(
        label=_("文书"),
        help_text=_("PDF、JPG 或 PNG，不超过 10 MB。"),
        error_messages={"required": _("请选择撤销或变更文书的文件。"), "empty": _("这是空文件，请重新选择。")},
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, record: AdverseRecord, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in CHANGEABLE:
            column = AdverseRecord._meta.get_field(name)
            widget = forms.Textarea(attrs={"rows": 3}) if name in _LONG else forms.TextInput()
            self.fields[f"new_{name}"] = forms.CharField(
                label=column.verbose_name,
                required=False,
                max_length=getattr(column, "max_length", None) or 5000,
                widget=widget,
                initial=as_text(getattr(record, name)),
            )

    @property
    def new_fields(self):
        """The record's fields, for the part of the page that only a change needs."""
        return [self[f"new_{name}"] for name in CHANGEABLE]

    def values(self) -> dict[str, str]:
        """Return the record's fields as the officer left them."""
        return {name: self.cleaned_data[f"new_{name}"].replace("\r\n", "\n") for name in CHANGEABLE}


class PriorReminderForm(forms.Form):
    """Whom to remind of what; or when and how it was done already."""

    name = forms.CharField(label=_("姓名"), max_length=60, error_messages={"required": _("请填写被提醒人的姓名。")})
    identity_number = forms.CharField(
        label=_("身份证号码"),
        max_length=30,
        help_text=_("用来确定是谁；页面和文书上只显示前后几位。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("请填写 18 位居民身份证号码。")},
    )
    document_number = forms.CharField(
        label=_("事项编号"),
        max_length=128,
        help_text=_("以后记录时用同一个编号，例如：某图借〔2026〕12号。"),
        error_messages={"required": _("请填写事项编号。")},
    )
    matter = forms.CharField(
        label=_("需要改正什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：所借图书2册，应于2026年9月1日归还，至今未还。"),
        error_messages={"required": _("请写明需要改正什么。")},
    )
    earlier = forms.DateField(
        label=_("已经提醒过的，填写提醒日期"),
        required=False,
        help_text=_("不填则今天发出提醒函，期限从今天的次日起算。"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("没有看懂这个日期，请写成 2026-04-01 这样。")},
    )
    means = forms.CharField(
        label=_("当时怎样提醒的"), required=False, max_length=100, help_text=_("例如短信、电话、纸质通知。")
    )


class DismissChangeForm(forms.Form):
    prefix = "dismiss"
    note = forms.CharField(
        label=_("为什么不成立"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明为什么不成立。")},
    )
