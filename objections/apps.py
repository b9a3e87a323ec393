from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObjectionsConfig(AppConfig):
    name = "objections"
    verbose_name = _("异议")

    def ready(self):
        from casework.kinds import register
        from objections.kind import ObjectionKind

        register(ObjectionKind())
