from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeferralsConfig(AppConfig):
    name = "deferrals"
    verbose_name = _("延期履行")

    def ready(self):
        from casework.kinds import register
        from deferrals.kind import DeferralKind

        register(DeferralKind())
