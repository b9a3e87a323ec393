"""What the running installation knows about itself."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When the task workers last finished a task. One row; the minutely heartbeat task keeps it young when idle."""

    WORKER = "worker"

    name = models.CharField(_("名称"), max_length=40, primary_key=True)
    beat_at = models.DateTimeField(_("最近心跳"))

    class Meta:
        verbose_name = _("心跳")
        verbose_name_plural = _("心跳")

    def __str__(self):
        return f"{self.name} {self.beat_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls) -> None:
        """Write down that a worker has just finished something."""
        cls.objects.update_or_create(name=cls.WORKER, defaults={"beat_at": timezone.now()})

    @classmethod
    def age(cls) -> timedelta | None:
        """Give the time since the last beat, None if there was none ever."""
        beat_at = cls.objects.filter(name=cls.WORKER).values_list("beat_at", flat=True).first()
        return None if beat_at is None else max(timezone.now() - beat_at, timedelta(0))
