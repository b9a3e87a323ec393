from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PolicyConfig(AppConfig):
    name = "policy"
    verbose_name = _("规则")

    def ready(self):
        from policy import cache

        cache.connect()
