from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("共享交换")

    def ready(self):
        from exchange.deadlines import tell_moved
        from policy.holidays import when_the_calendar_changes

        when_the_calendar_changes(tell_moved)
