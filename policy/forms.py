"""Forms of the rules page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from policy.models import RulePack
from policy.sectors import Sector


class RuleFilter(forms.Form):
    """Which rules somebody looks for."""

    #: Nothing here needs to be filled in, so the labels do not say so one by one.
    all_optional = True

    text = forms.CharField(label=_("名称、依据或说明"), required=False, max_length=60)
    pack = forms.ChoiceField(label=_("规则包"), required=False)
    sector = forms.ChoiceField(label=_("领域的专门规定"), required=False)
    span = forms.ChoiceField(
        label=_("有效期"),
        required=False,
        choices=[("", _("今天有效的")), ("all", _("全部，含已失效和停用的"))],
    )
    unverified = forms.BooleanField(label=_("只看未核验的"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        packs = RulePack.objects.filter(rules__isnull=False).distinct().order_by("title")
        for name in ("pack", "sector", "span"):
            self.fields[name].widget.attrs["class"] = "govuk-!-width-full"  # long titles do not fit a phone otherwise
        self.fields["pack"].choices = [("", _("全部")), *((pack.code, pack.title) for pack in packs)]
        self.fields["sector"].choices = [("", _("不限")), *Sector.choices]

    def wanted(self) -> dict:
        """Return the arguments for :func:`policy.listing.found`; what is not understood is left out."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        return {
            "text": data.get("text", ""),
            "pack": data.get("pack", ""),
            "sector": data.get("sector", ""),
            "everything": data.get("span") == "all",
            "unverified": bool(data.get("unverified")),
        }
