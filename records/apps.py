from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("失信信息")

    def ready(self):
        from django.db.models.signals import post_save

        from notices.signals import served
        from parties.models import Subject
        from policy.holidays import when_the_calendar_changes
        from records.actions.lateness import recount_lateness
        from records.findings.holds import findings_hold
        from records.holds import register_hold
        from records.life.deadlines import tell_moved

        post_save.connect(_follow_a_new_name, sender=Subject, dispatch_uid="records.register_names")
        served.connect(_tell_the_record, dispatch_uid="records.note_service")
        when_the_calendar_changes(tell_moved)
        when_the_calendar_changes(recount_lateness)
        register_hold(findings_hold)


def _tell_the_record(sender, notice, proof, **_more):
    """A letter was opened: lower floors do not know records; the record notes when both were."""
    from records.actions.sweeping import note_service

    note_service(notice, proof.served_at)


def _follow_a_new_name(sender, instance, created, update_fields, **_signal):
    """A subject's name is corrected on lower floors, which do not know the register: it follows by itself."""
    if created or (update_fields is not None and "name" not in update_fields):
        return
    from records.actions.listing import list_new_name

    list_new_name(instance)
