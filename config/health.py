"""``/health/``: whether this installation does its work, for load balancers, monitoring and the curious.

200 when all is well, else 503; the body is JSON either way and names what is wrong. It holds numbers only.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_q.models import OrmQ

from config.libraries import missing_packages
from config.models import Heartbeat
from exchange import queries as exchange_queries
from exchange.models import Delivery
from notices.models import Notice

#: The minutely heartbeat task may come up to half a minute late.
HEARTBEAT_MAXIMUM = timedelta(minutes=3)
#: Work that has been due for this long is not being done.
DUE_MAXIMUM = timedelta(minutes=10)


def database() -> dict:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def worker() -> dict:
    """Seconds since a worker last finished a task."""
    age = Heartbeat.age()
    return {"ok": age is not None and age <= HEARTBEAT_MAXIMUM, "heartbeat_age_seconds": _seconds(age)}


def queue() -> dict:
    """The bells: their number and the age of the oldest. A long queue is no fault: the sweeps are the guarantee."""
    now = timezone.now()
    oldest = OrmQ.objects.filter(lock__lte=now).order_by("lock").values_list("lock", flat=True).first()
    return {"ok": True, "waiting": OrmQ.objects.count(), "oldest_due_seconds": _seconds(oldest and now - oldest)}


def notices() -> dict:
    """Notices that wait for their PDF, and those that somebody has to look at."""
    pending = Notice.objects.filter(rendering=Notice.Rendering.PENDING)
    failed = Notice.objects.filter(rendering=Notice.Rendering.FAILED).count()
    return _due(pending.annotate(due_at=Coalesce("next_at", "issued_at"))) | {"failed": failed}


def deliveries() -> dict:
    """Events that could be sent and are not, those that a platform does not take yet, and those that were given up.

    A platform that is down is its own trouble: while it is tried at the appointed times, all is well here.
    """
    now = timezone.now()
    failed = Delivery.objects.filter(status=Delivery.Status.FAILED).count()
    retrying = sum(platform["number"] for platform in exchange_queries.retried())
    return _late(exchange_queries.oldest_unsent(now), now) | {"retrying": retrying, "failed": failed}


def libraries() -> dict:
    """The system libraries that notices need."""
    missing = missing_packages()
    return {"ok": not missing, "missing": missing}


CHECKS: dict[str, Callable[[], dict]] = {
    check.__name__: check for check in (database, worker, queue, notices, deliveries, libraries)
}


def report() -> tuple[bool, dict[str, dict]]:
    """Run every check; give whether all is well, and each check's answer. Never raises for a broken database."""
    answers = {}
    for name, check in CHECKS.items():
        try:
            answers[name] = check()
        except DatabaseError:  # its text names hosts and users: it belongs in the log, not here
            answers[name] = {"ok": False, "error": "database unreachable"}
    return all(answer["ok"] for answer in answers.values()), answers


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Give the report as JSON: ``{"status": "ok" | "failing", "checks": {name: {"ok": bool, ...}}}``."""
    well, checks = report()
    return JsonResponse({"status": "ok" if well else "failing", "checks": checks}, status=200 if well else 503)


def _due(rows) -> dict:
    """How long the oldest of these rows (with ``due_at``) has been due."""
    now = timezone.now()
    oldest = rows.filter(Q(due_at__lte=now)).order_by("due_at").values_list("due_at", flat=True).first()
    return _late(oldest, now)


def _late(oldest: datetime | None, now: datetime) -> dict:
    age = oldest and now - oldest
    return {"ok": age is None or age <= DUE_MAXIMUM, "oldest_due_seconds": _seconds(age)}


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else round(age.total_seconds())
