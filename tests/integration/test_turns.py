"""Sweeps take turns: whoever waits in the queue is served soon, and no second bell rings for work that has one."""

import pytest
from django_q.models import OrmQ
from django_q.tasks import async_task

from parties import turns
from parties.turns import Turn

OWN, OTHER = "notices.tasks.sweep", "records.tasks.process_import"


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves when told to."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(turns, "time", clock)
    return clock


@pytest.mark.django_db
def test_alone_it_goes_on_to_its_limit(clock):
    turn = Turn(OWN, 50)
    async_task(OWN, save=False)  # its own next call is no other work
    for seconds in (0, 9, 30, 49):
        clock.now = 100 + seconds
        assert not turn.is_over()
    clock.now = 150
    assert turn.is_over()


@pytest.mark.django_db
def test_it_gives_way_to_others_but_not_at_once(clock):
    turn = Turn(OWN, 50)
    async_task(OTHER, 1)
    clock.now = 105
    assert not turn.is_over()
    clock.now = 111
    assert turn.is_over()
    OrmQ.objects.all().delete()
    assert turn.is_over(), "once is enough"


@pytest.mark.django_db
def test_calls_that_piled_up_share_the_patience_of_the_others(clock):
    for _n in range(4):
        async_task(OWN, save=False)
    async_task(OTHER, 1)
    turn = Turn(OWN, 50)
    clock.now = 101.5
    assert not turn.is_over()
    clock.now = 102.6
    assert turn.is_over()


@pytest.mark.django_db
def test_it_rings_again_only_if_nothing_rings_already():
    turn = Turn(OWN, 50)
    assert turn.ring_again() and not turn.ring_again()
    assert [each.func() for each in OrmQ.objects.all()] == [OWN]


@pytest.mark.django_db
def test_taken_work_is_not_waiting(clock):
    async_task(OTHER, 1)
    OrmQ.objects.update(lock="2099-01-01T00:00:00Z")  # a worker has it
    turn = Turn(OWN, 50)
    clock.now = 120
    assert not turn.is_over()
