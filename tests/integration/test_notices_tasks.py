"""Making PDFs in the background: claimed once, counted, put off, given up, never lost, never doubled."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from journal.models import Entry
from notices import actions, queries, storage, tasks
from notices.models import Notice
from notices.rendering import RenderingError
from tests.notices_world import issue, make_world


class WorkerKilled(BaseException):
    """Stands for kill -9: nothing of ours runs after it."""


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def quick(monkeypatch):
    """Replace the drawing by a few bytes; return the list of numbers drawn."""
    drawn = []

    def draw(notice):
        drawn.append(notice.number)
        return b"%PDF-1.7 " + notice.number.encode()

    monkeypatch.setattr(tasks, "render_pdf", draw)
    return drawn


def fail_with(monkeypatch, error):
    def draw(notice):
        raise error

    monkeypatch.setattr(tasks, "render_pdf", draw)


def let_time_pass(notice):
    """The back-off and the lease of a dead worker run out."""
    past = timezone.now() - timedelta(seconds=1)
    Notice.objects.filter(pk=notice.pk, next_at__isnull=False).update(next_at=past)
    Notice.objects.filter(pk=notice.pk, leased_until__isnull=False).update(leased_until=past)


def files(media_root):
    return [path for path in media_root.rglob("*") if path.is_file()]


def test_a_real_notice_is_rendered_and_kept(world, media_root):
    notice = issue(world, "repair_approval")
    assert tasks.render(notice.pk) == "rendered"
    notice.refresh_from_db()
    content = storage.read(notice)
    assert content.startswith(b"%PDF-1.7")
    assert notice.sha256 == hashlib.sha256(content).hexdigest()
    assert (notice.rendering, notice.attempts, notice.lease, notice.last_error) == ("rendered", 1, None, "")
    (file,) = files(media_root)
    assert file.stat().st_mode & 0o077 == 0  # nobody else's account reads it
    assert Entry.objects.filter(verb="notices.render", data__sha256=notice.sha256).count() == 1


def test_once_rendered_never_again(world, quick):
    notice = issue(world)
    assert [tasks.render(notice.pk), tasks.render(notice.pk)] == ["rendered", "not due"]
    assert quick == [notice.number]


def test_sweep_takes_what_is_due_and_leaves_the_rest(world, quick):
    due = [issue(world), issue(world, "decline")]
    later = issue(world)
    Notice.objects.filter(pk=later.pk).update(next_at=timezone.now() + timedelta(minutes=5))
    at_work = issue(world)
    Notice.objects.filter(pk=at_work.pk).update(leased_until=timezone.now() + timedelta(minutes=1))
    assert tasks.sweep() == {"rendered": 2}
    assert quick == [notice.number for notice in due]


@pytest.mark.django_db(transaction=True)
def test_two_workers_draw_one_notice_once(quick):
    notice = issue(make_world())
    start, results = threading.Barrier(4), []

    def work():
        try:
            start.wait(10)
            results.append(tasks.render(notice.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["not due", "not due", "not due", "rendered"]
    assert quick == [notice.number]


def test_killed_between_file_and_row_loses_and_doubles_nothing(world, quick, monkeypatch, media_root):
    notice = issue(world)
    finish = tasks._finish

    def killed(*args):
        raise WorkerKilled

    monkeypatch.setattr(tasks, "_finish", killed)
    with pytest.raises(WorkerKilled):
        tasks.render(notice.pk)
    monkeypatch.setattr(tasks, "_finish", finish)
    assert tasks.render(notice.pk) == "not due"  # the dead worker's lease still holds
    let_time_pass(notice)
    assert tasks.sweep() == {"rendered": 1}
    notice.refresh_from_db()
    assert storage.read(notice) == b"%PDF-1.7 " + notice.number.encode()
    assert len(files(media_root)) == 1


def test_a_notice_that_kills_its_worker_is_counted_and_given_up(world, monkeypatch):
    notice = issue(world)
    fail_with(monkeypatch, WorkerKilled())
    for attempt in range(1, tasks.MAX_ATTEMPTS + 1):
        with pytest.raises(WorkerKilled):
            tasks.render(notice.pk)
        notice.refresh_from_db()
        assert (notice.attempts, notice.rendering) == (attempt, "pending")  # counted before the work
        let_time_pass(notice)
    assert tasks.render(notice.pk) == "failed"
    notice.refresh_from_db()
    assert notice.rendering == "failed"
    assert "中断" in notice.last_error
    assert list(queries.failed()) == [notice]
    assert Entry.objects.filter(verb="notices.render_failed").count() == 1


def test_a_passing_trouble_is_put_off_longer_and_longer(world, monkeypatch):
    notice = issue(world)
    fail_with(monkeypatch, OSError("disk full"))
    waits = []
    for _ in range(tasks.MAX_ATTEMPTS - 1):
        before = timezone.now()
        assert tasks.render(notice.pk) == "again"
        notice.refresh_from_db()
        waits.append(round((notice.next_at - before).total_seconds()))
        assert "disk full" in notice.last_error
        assert list(queries.in_trouble()) == [notice]
        let_time_pass(notice)
    assert waits == [round(wait.total_seconds()) for wait in tasks.BACK_OFF]
    assert tasks.render(notice.pk) == "failed"


def test_a_bad_character_fails_at_once_and_touches_nothing_else(world):
    notice = issue(world, facts={"opinion": "甲\u0378乙"})
    before = Notice.objects.values("number", "status", "facts", "issued_at").get(pk=notice.pk)
    assert tasks.render(notice.pk) == "failed"
    notice.refresh_from_db()
    assert "U+0378" in notice.last_error
    assert Notice.objects.values("number", "status", "facts", "issued_at").get(pk=notice.pk) == before


def test_too_slow_is_stopped(world, monkeypatch):
    notice = issue(world)
    monkeypatch.setattr(tasks, "TIME_BOX", 0.05)
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: threading.Event().wait(5))
    assert tasks.render(notice.pk) == "again"
    notice.refresh_from_db()
    assert "0.05" in notice.last_error


def test_who_lost_the_lease_writes_nothing(world, monkeypatch):
    notice = issue(world)

    def slow(notice):
        # Meanwhile the lease ran out and another worker took over.
        Notice.objects.filter(pk=notice.pk).update(lease="0" * 32)
        return b"%PDF late"

    monkeypatch.setattr(tasks, "render_pdf", slow)
    assert tasks.render(notice.pk) == "not due"
    notice.refresh_from_db()
    assert (notice.rendering, notice.sha256) == ("pending", "")


def test_retry_begins_again(world, monkeypatch, quick):
    notice = issue(world)
    with monkeypatch.context() as patch:
        fail_with(patch, RenderingError("没有字体能印出", permanent=True))
        tasks.render(notice.pk)
    actions.retry(world.administrator, notice)
    notice.refresh_from_db()
    assert (notice.rendering, notice.attempts) == ("pending", 0)
    assert tasks.render(notice.pk) == "rendered"
    assert list(queries.in_trouble()) == []


def test_a_changed_or_missing_file_is_noticed(world, quick, media_root):
    notice = issue(world)
    tasks.render(notice.pk)
    notice.refresh_from_db()
    (file,) = files(media_root)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(storage.StoredFileError, match="changed"):
        storage.read(notice)
    file.unlink()
    with pytest.raises(storage.StoredFileError, match="missing"):
        storage.read(notice)
