"""Whether the machinery runs: signs an administrator can read without a shell."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.models import OrmQ, Schedule

from exchange import queries as exchange_queries
from exchange.models import Delivery
from notices.models import Notice
from portal.wording import moment_in_words

#: Work that is due is claimed within a minute; three minutes late means that nobody is claiming.
PATIENCE = timedelta(minutes=3)


@dataclass(frozen=True)
class Sign:
    """One thing that was looked at, how it is, and what to do when it is not well."""

    name: str
    well: bool
    words: str
    cure: str = ""


def signs() -> list[Sign]:
    """Return how the background work is doing, worked out from the tables it works on."""
    return [
        _rendering(),
        _sending(),
        _schedules(),
        _queue(),
    ]


def _restart() -> str:
    return _("后台进程可能停了：请重新启动服务，再看这一页。")


def _rendering() -> Sign:
    waiting = Notice.objects.filter(rendering=Notice.Rendering.PENDING)
    oldest = waiting.aggregate(oldest=Min(Coalesce("next_at", "issued_at")))["oldest"]
    return _due(_("文书生成"), waiting.count(), oldest)


def _sending() -> Sign:
    name = _("向平台发送")
    waiting = Delivery.objects.filter(status=Delivery.Status.PENDING, subscriber__active=True).count()
    sign = _due(name, waiting, exchange_queries.oldest_unsent(timezone.now()))
    if sign.well and (retried := exchange_queries.retried()):
        words = _("%(platforms)s暂未应答，%(count)s 件到时自动再发")
        platforms = _("、").join(platform["name"] for platform in retried)
        count = sum(platform["number"] for platform in retried)
        return Sign(name, True, words % {"platforms": platforms, "count": count})
    return sign


def _due(name: str, count: int, oldest: datetime | None) -> Sign:
    """``oldest``: since when the oldest of the ``count`` waiting could have been done."""
    if oldest and oldest < timezone.now() - PATIENCE:
        return Sign(name, False, _("最早的一件从 %(since)s 等到现在") % {"since": moment_in_words(oldest)}, _restart())
    return Sign(name, True, _("%(count)s 件在排队，没有积压") % {"count": count})


def _schedules() -> Sign:
    name = _("定时检查")
    late = Schedule.objects.filter(next_run__lt=timezone.now() - PATIENCE).exclude(repeats=0)
    if late.exists():
        return Sign(name, False, _("%(count)s 项该运行而没有运行") % {"count": late.count()}, _restart())
    return Sign(name, True, _("%(count)s 项都按时运行") % {"count": Schedule.objects.count()})


def _queue() -> Sign:
    name, waiting = _("任务队列"), OrmQ.objects.count()
    if OrmQ.objects.filter(lock__lt=timezone.now() - PATIENCE).exists():
        return Sign(name, False, _("%(count)s 个任务没有人取走") % {"count": waiting}, _restart())
    return Sign(name, True, _("%(count)s 个任务在等待") % {"count": waiting})
