"""Forms of queries. They check shape; who may ask, and with what right, is the business of guards and actions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from records.enquiries.models import QueryRecord


class QuestionForm(forms.Form):
    """Whom an officer asks about, why, and what gives the right to."""

    #: Which fields must be filled in depends on the kind; their hints say so.
    all_optional = True

    code = forms.CharField(
        label=_("统一社会信用代码，或自然人的身份证号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": _("请填写要查谁：统一社会信用代码或身份证号码。")},
    )
    name = forms.CharField(
        label=_("名称或姓名"),
        max_length=200,
        required=False,
        help_text=_("查自然人必须填写，要与证件号码一致。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.CharField(
        label=_("用途"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("为什么要查，例如“某项目投标资格审查”。会保存下来，审计员能看到。"),
        error_messages={"required": _("请写明为什么要查。")},
    )
    kind = forms.ChoiceField(
        label=_("凭什么查"),
        choices=[
            (QueryRecord.Kind.AUTHORISED, _("授权查询：被查询人书面授权")),
            (QueryRecord.Kind.STATUTORY, _("依法查询：法律法规规定本单位可以查")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择凭什么查。")},
    )
    recipient = forms.CharField(
        label=_("谁使用查询结果"),
        max_length=200,
        required=False,
        help_text=_("不填就是您所在的单位。别的单位持授权书来查的，填那个单位的名称。"),
    )
    authorised_by = forms.CharField(
        label=_("授权人"),
        max_length=100,
        required=False,
        help_text=_("授权书上签名或盖章的人或单位。授权查询必须填写。"),
    )
    authorised_on = forms.DateField(
        label=_("授权日期"),
        required=False,
        widget=forms.DateInput(),
        error_messages={"invalid": _("请写成 2026-04-01。")},
    )
    proof = forms.FileField(
        label=_("授权书"),
        required=False,
        max_length=255,
        help_text=_("PDF、JPG 或 PNG，签名或盖章要看得清。授权查询必须上传。"),
        error_messages={"empty": _("文件是空的，请重新选择。"), "invalid": _("文件没有传上来，请重新选择后再试。")},
    )
    basis_title = forms.CharField(
        label=_("法律法规名称"),
        max_length=200,
        required=False,
        help_text=_("例如“中华人民共和国政府采购法”。依法查询必须填写。"),
    )
    basis_article = forms.CharField(
        label=_("条款"),
        max_length=100,
        required=False,
        help_text=_("例如“第二十二条”。依法查询必须填写。"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )

    def clean(self):
        """Say at the field what the chosen kind of query lacks."""
        cleaned = super().clean()
        lacking = {
            QueryRecord.Kind.AUTHORISED: {
                "authorised_by": _("请填写授权人。"),
                "authorised_on": _("请填写授权书上的日期。"),
                "proof": _("请上传授权书。"),
            },
            QueryRecord.Kind.STATUTORY: {
                "basis_title": _("请填写法律法规的名称。"),
                "basis_article": _("请填写条款。"),
            },
        }
        for name, sentence in lacking.get(cleaned.get("kind"), {}).items():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned


class QueryFilter(forms.Form):
    """What somebody looks for in the list of queries."""

    #: Nothing here needs to be filled in, so the labels do not say so one by one.
    all_optional = True

    q = forms.CharField(label=_("被查询人名称或代码"), required=False, max_length=200)
    asked_by = forms.CharField(label=_("查询人"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=_("种类"), required=False, choices=[("", _("全部")), *QueryRecord.Kind.choices], widget=forms.Select
    )
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput())
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput())
