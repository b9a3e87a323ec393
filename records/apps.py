from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("失信信息")

    def ready(self):
        from notices.signals import served
        from records.actions.sweeping import note_service

        def tell_the_record(sender, notice, proof, **_more):
            note_service(notice, proof.served_at)

        served.connect(tell_the_record, weak=False, dispatch_uid="records.note_service")
