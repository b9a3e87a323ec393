"""One visitor's tries: who is counted together, and what is counted apart."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from parties.limits import Limit, seconds_to_wait, visitor_of

LIMIT = Limit("thing", tries=3, seconds=60, everywhere=False)


def request(address="192.0.2.7", forwarded=""):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


@pytest.mark.parametrize(
    ("proxies", "address", "forwarded", "visitor"),
    [
        (0, "192.0.2.7", "", "192.0.2.7"),
        (0, "192.0.2.7", "198.51.100.1", "192.0.2.7"),  # nobody asked this visitor for whom it speaks
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the left part is the visitor's own claim
        (2, "127.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "127.0.0.1", "", "127.0.0.1"),
        (1, "127.0.0.1", "<script>", "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "::ffff:192.0.2.7", "", "192.0.2.7"),
        (0, "", "", "unknown"),
    ],
)
def test_who_a_visitor_is(settings, proxies, address, forwarded, visitor):
    settings.PROXIES = proxies
    assert visitor_of(request(address, forwarded)) == visitor


def test_the_limit_holds_for_one_address_and_one_thing(monkeypatch):
    moments = iter([1e9, 1e9 + 1, 1e9 + 2, 1e9 + 10, 1e9 + 59.5, 1e9 + 60])
    monkeypatch.setattr("parties.limits.time", SimpleNamespace(time=lambda: next(moments)))
    assert [seconds_to_wait(request(), LIMIT) for _ in range(6)] == [0, 0, 0, 50, 1, 0]
    monkeypatch.setattr("parties.limits.time", SimpleNamespace(time=lambda: 1e9 + 61))
    assert seconds_to_wait(request("192.0.2.8"), LIMIT) == 0
    assert seconds_to_wait(request(), Limit("other", 3, 60, everywhere=False)) == 0


def test_the_longest_wait_of_several_limits_counts():
    slow = Limit("slow", tries=1, seconds=3600, everywhere=False)
    assert seconds_to_wait(request(), LIMIT, slow) == 0
    assert seconds_to_wait(request(), LIMIT, slow) > 60


@pytest.mark.django_db
def test_a_limit_for_all_processes_is_counted_in_the_database():
    everywhere = Limit("code", tries=1, seconds=600)
    assert seconds_to_wait(request(), everywhere) == 0
    assert 0 < seconds_to_wait(request(), everywhere) <= 601
