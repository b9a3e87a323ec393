"""The upload form. It checks that there is a file; what is in it is the intake's business."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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
        help_text=gettext_lazy("文件里没有“数据来源单位”一列时，按这里填写的登记。"),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > settings.INTAKE_MAX_BYTES:
            limit = settings.INTAKE_MAX_BYTES // 1024**2
            raise forms.ValidationError(_("文件超过 %(limit)s MB。请分成几个文件。") % {"limit": limit}, code="too_big")
        return upload
