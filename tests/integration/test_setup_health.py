"""/health/, the heartbeat and the schedules."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Success

from config import health, libraries, schedules, tasks
from config.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat():
    """A heartbeat of some age."""

    def write(**age):
        Heartbeat.objects.update_or_create(
            name=Heartbeat.WORKER, defaults={"beat_at": timezone.now() - timedelta(**age)}
        )

    return write


def test_all_is_well(client, beat):
    beat(seconds=20)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["checks"]["worker"]["heartbeat_age_seconds"] in range(20, 25)
    assert set(answer.json()["checks"]) == {"database", "worker", "queue", "notices", "deliveries", "libraries"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("age", [None, {"minutes": 4}])
def test_a_silent_worker(client, beat, age):
    if age:
        beat(**age)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["checks"]["worker"]["ok"] is False


def test_a_broken_database_gives_away_nothing(client, beat, monkeypatch):
    beat()

    def broken():
        raise DatabaseError("password of db.internal is hunter2")

    monkeypatch.setitem(health.CHECKS, "database", broken)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert "hunter2" not in answer.content.decode()


def test_a_missing_library(client, beat, monkeypatch):
    beat()
    monkeypatch.setattr(libraries, "NEEDED", {"libnowhere.so.9": "libnowhere9"})
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["checks"]["libraries"] == {"ok": False, "missing": ["libnowhere9"]}


def test_a_long_queue_is_no_fault(client, beat):
    beat()
    OrmQ.objects.create(key="xinxiu", payload="", lock=timezone.now() - timedelta(hours=1))
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["checks"]["queue"]["waiting"] == 1
    assert answer.json()["checks"]["queue"]["oldest_due_seconds"] >= 3600


def test_the_heartbeat_task_beats():
    assert Heartbeat.age() is None
    tasks.beat()
    assert Heartbeat.age() < timedelta(seconds=10)


def test_a_task_run_inline_is_no_sign_of_a_worker():
    tasks.beat_after_task(sender="django_q", func=None, task={})
    assert Heartbeat.age() is None


def test_schedules_are_seeded_once():
    hand_made = Schedule.objects.create(name="by hand", func="math.sqrt", args="4")
    assert schedules.seed() == len(schedules.REGULAR)
    assert schedules.seed() == 0
    row = Schedule.objects.get(name="xinxiu:heartbeat")
    later = timezone.now() + timedelta(seconds=30)
    Schedule.objects.filter(pk=row.pk).update(next_run=later, func="somewhere.old")
    Schedule.objects.create(name="xinxiu:retired", func="math.sqrt", args="4")
    assert schedules.seed() == 2
    row.refresh_from_db()
    assert (row.func, row.next_run) == ("config.tasks.beat", later)
    assert not Schedule.objects.filter(name="xinxiu:retired").exists()
    assert Schedule.objects.filter(pk=hand_made.pk).exists()


@pytest.mark.parametrize("regular", schedules.REGULAR, ids=lambda regular: regular.name)
def test_every_regular_task_exists_and_runs(regular):
    from pydoc import locate

    task = locate(regular.task)
    assert callable(task), regular.task
    task()
    task()


def test_tidy_removes_old_results_only():
    now = timezone.now()
    common = {"func": "x.y", "started": now, "success": True}
    Success.objects.create(id="a" * 32, name="old", stopped=now - timedelta(days=8), **common)
    Success.objects.create(id="b" * 32, name="new", stopped=now - timedelta(days=6), **common)
    tasks.tidy()
    assert list(Success.objects.values_list("name", flat=True)) == ["new"]
