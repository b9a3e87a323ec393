"""JSON columns: what is given is what comes back, whatever it was made of."""

import datetime as dt
import json
import uuid
from decimal import Decimal

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from journal.stored import StoredJSON, as_stored
from notices.models import Notice

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates()
    | st.decimals(allow_nan=False)
)
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


def through_json(value):
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


@given(THINGS)
def test_as_stored_is_a_way_through_json(value):
    assert as_stored(value) == through_json(value)


@pytest.mark.parametrize(
    "value",
    [
        Notice.Kind.DECLINE,
        gettext_lazy("名称"),
        uuid.UUID(int=7),
        dt.datetime(2026, 11, 27, 10, tzinfo=dt.UTC),
        {"kind": Notice.Kind.DECLINE, 1: (Decimal("2.50"), [dt.date(2026, 11, 27)])},
    ],
)
def test_odd_leaves(value):
    stored = as_stored(value)
    assert stored == through_json(value)
    assert type(stored) in (str, dict)


def test_a_later_change_does_not_reach_the_copy():
    value = {"list": [{"text": "甲"}]}
    stored = as_stored(value)
    value["list"][0]["text"] = "乙"
    assert stored == {"list": [{"text": "甲"}]}


def test_chinese_is_written_as_it_is():
    text = json.dumps({"名称": dt.date(2026, 4, 1)}, cls=StoredJSON)
    assert text == '{"名称":"2026-04-01"}'
