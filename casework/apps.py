from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("办件")

    def ready(self):
        from casework.actions.ending import end_cases, hold_cases
        from casework.deadlines import tell_moved
        from casework.holds import cases_hold
        from policy.holidays import when_the_calendar_changes
        from records.followers import Follower, register_follower
        from records.holds import register_hold

        register_hold(cases_hold)
        register_follower(Follower(hold_cases, end_cases))
        when_the_calendar_changes(tell_moved)
