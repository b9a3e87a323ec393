"""The composition room."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "信修"

    def ready(self):
        from django_q.signals import post_execute_in_worker

        from config.tasks import beat_after_task

        post_execute_in_worker.connect(beat_after_task, dispatch_uid="config.heartbeat")
