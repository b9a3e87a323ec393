"""JSON as our columns hold it."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


class StoredJSON(DjangoJSONEncoder):
    """Writes Chinese as it is, not as ``\\uXXXX``: half the bytes where a database keeps JSON as text."""

    def __init__(self, **options: Any):
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})


def as_stored(value: Any) -> Any:
    """Return a fresh copy of a value as a JSON column gives it back: dates and decimals as text, tuples as lists."""
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if kind is dict and all(type(key) is str for key in value):
        return {key: as_stored(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [as_stored(item) for item in value]
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
