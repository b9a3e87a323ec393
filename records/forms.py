"""Forms of intake and of 校核纠错. They check shapes; what a file holds and who may do what is decided elsewhere."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.models import CodeMapping, SubjectCorrection
from records.intake.aliases import choices_of_fields

#: In a form: nothing decided about this heading; this column is to be passed over.
UNDECIDED, PASSED_OVER = "", "-"


class ImportForm(forms.Form):
    """A file and who it comes from."""

    file = forms.FileField(
        label=gettext_lazy("失信信息文件"),
        help_text=gettext_lazy("xlsx、xls、csv、JSON 或 HTML 表格。列名按双公示标准或各系统导出的写法都可以。"),
        error_messages={
            "required": gettext_lazy("请选择要导入的文件。"),
            "missing": gettext_lazy("请选择要导入的文件。"),
            "invalid": gettext_lazy("文件没有传上来，请重新选择后再试。"),
            "empty": gettext_lazy("文件是空的。请重新导出后再试。"),
            "max_length": gettext_lazy("文件名过长。请改短后再试。"),
        },
        max_length=255,
    )
    source = forms.CharField(
        label=gettext_lazy("数据来源单位"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("文件里没有“数据来源单位”一列时，按这里填写的登记；列名的对照也按它记住。"),
    )
    direct = forms.BooleanField(
        label=gettext_lazy("不用预览，直接录入"),
        required=False,
        help_text=gettext_lazy(
            "这个来源的文件以前录入过，列名都认得时可以勾选。告知书依据的规则有没有核对过，只在预览里提示。"
        ),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > settings.INTAKE_MAX_BYTES:
            limit = settings.INTAKE_MAX_BYTES // 1024**2
            raise forms.ValidationError(_("文件超过 %(limit)s MB。请分成几个文件。") % {"limit": limit}, code="too_big")
        return upload


class HeadingsForm(forms.Form):
    """One choice for each heading that is unknown, guessed, or was chosen before."""

    remember = forms.BooleanField(
        label=gettext_lazy("记住，这个来源以后的文件也这样理解"), required=False, initial=True
    )

    def __init__(self, *args, headings: dict[str, str], remember: bool, **kwargs):
        """``headings``: heading -> what is chosen now; ``remember``: whether the source has a name to remember by."""
        super().__init__(*args, **kwargs)
        choices = [
            (UNDECIDED, _("还没有对照（不用这一列）")),
            (PASSED_OVER, _("不需要这一列，不再提示")),
            *choices_of_fields(),
        ]
        if not remember:
            del self.fields["remember"]
        self.by_name = {f"heading-{number}": heading for number, heading in enumerate(headings)}
        for name, heading in self.by_name.items():
            self.fields[name] = forms.ChoiceField(
                label=_("“%(heading)s”是") % {"heading": heading},
                choices=choices,
                initial=headings[heading],
                error_messages={"invalid_choice": _("请从列表中选择“%(heading)s”的含义。") % {"heading": heading}},
            )
            self.fields[name].required = False
        self.all_optional = True

    def headings(self):
        return [self[name] for name in self.by_name]

    def decided(self) -> dict[str, str]:
        """Return what was decided: heading -> field, ``field|unit`` or ``""`` (pass over)."""
        given = {heading: self.cleaned_data.get(name, "") for name, heading in self.by_name.items()}
        return {h: "" if choice == PASSED_OVER else choice for h, choice in given.items() if choice != UNDECIDED}


class AliasForm(forms.Form):
    """One heading of one source, taught by hand."""

    source = forms.CharField(
        label=gettext_lazy("数据来源单位"),
        max_length=200,
        error_messages={"required": gettext_lazy("请填写数据来源单位。")},
    )
    heading = forms.CharField(
        label=gettext_lazy("文件里的列名"),
        help_text=gettext_lazy("照文件里的写法，一字不差。例如某个来源把罚款金额写成“罚没款”。"),
        max_length=200,
        error_messages={"required": gettext_lazy("请填写文件里的列名。")},
    )
    field = forms.ChoiceField(
        label=gettext_lazy("是哪一项"), choices=(), error_messages={"required": gettext_lazy("请选择是哪一项。")}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [
            ("", _("请选择")),
            (PASSED_OVER, _("不需要这一列，不再提示")),
            *choices_of_fields(),
        ]


class UndoForm(forms.Form):
    """Why a whole import is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("撤回理由"),
        max_length=500,
        help_text=gettext_lazy("会写进每份收回的文书、发给平台的消息和日志，例如：报送文件的处罚机关一列整体错位。"),
        error_messages={"required": gettext_lazy("请填写撤回理由后再提交。")},
    )


GROUNDS = gettext_lazy("例如：换发的营业执照、登记机关的变更登记通知书（写明文号和日期）。")


class MappingForm(forms.Form):
    """An older code and the unified code that it became."""

    old_kind = forms.ChoiceField(label=gettext_lazy("旧代码的种类"), choices=CodeMapping.OldKind.choices)
    old_code = forms.CharField(
        label=gettext_lazy("旧代码"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填写旧代码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )
    code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写统一社会信用代码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("只供核对的人参考，不用来确定是谁。"),
    )
    grounds = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=500,
        help_text=GROUNDS,
        error_messages={"required": gettext_lazy("请写明依据。")},
    )


class CorrectionForm(forms.Form):
    """Another name or code for a subject that is known."""

    subject_code = forms.CharField(
        label=gettext_lazy("现在登记的统一社会信用代码"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写现在登记的代码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )
    field = forms.ChoiceField(label=gettext_lazy("更正哪一项"), choices=SubjectCorrection.Field.choices)
    new_value = forms.CharField(
        label=gettext_lazy("更正为"), max_length=200, error_messages={"required": gettext_lazy("请填写更正后的内容。")}
    )
    grounds = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=500,
        help_text=GROUNDS,
        error_messages={"required": gettext_lazy("请写明依据。")},
    )


class FindingForm(forms.Form):
    """What a checker compared a proposal with, or why it is not adopted."""

    finding = forms.CharField(
        label=gettext_lazy("核对意见"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("写明对照了什么材料；不采纳时写明理由。"),
    )
