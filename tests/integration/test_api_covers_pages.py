"""One door, one rule: whatever a page may do, the API may do. docs/api.md says where; this holds it so."""

import inspect
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from config.api import api

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
BASE = "/api/v1"
#: Pages of libraries, of signing in and of administration: no page of a room.
NOT_OURS = ("admin", "api", "account", "mfa")
LINE = re.compile(r"^\|[^|]*\| `([a-z_]+(?::[a-z_]+)?)` \|([^|]+)\|$")
CALL = re.compile(r"`(GET|POST) (/[^`]*)`")


def pages(patterns=None, names=(), prefix="") -> dict[str, tuple[str, object]]:
    """Return every page: ``{room:name: (address, view)}``."""
    found = {}
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if pattern.name and not address.startswith(("accounts/", "admin/", "api/")):
                found[":".join([*names, pattern.name])] = (address, pattern.callback)
        elif pattern.namespace not in NOT_OURS:
            inner = [*names, pattern.namespace] if pattern.namespace else names
            found |= pages(pattern.url_patterns, inner, address)
    return found


def takes_post(view) -> bool:
    """Whether a view lets a POST in: its decorators say so, or, where none does, its text looks at one."""
    inner = view
    while inner is not None:
        names = inner.__code__.co_freevars if hasattr(inner, "__code__") else ()
        if "request_method_list" in names:
            return "POST" in inner.__closure__[names.index("request_method_list")].cell_contents
        if not hasattr(inner, "__wrapped__"):
            break
        inner = inner.__wrapped__
    return "POST" in inspect.getsource(inspect.unwrap(view))


def listed() -> dict[str, str]:
    """Return the table of docs/api.md: page -> what stands in its last column."""
    lines = (LINE.match(line) for line in DOCUMENT.read_text(encoding="utf-8").splitlines())
    return {line[1]: line[2].strip() for line in lines if line}


def operations() -> set[tuple[str, str]]:
    schema = api.get_openapi_schema(path_prefix=f"{BASE}/")
    return {
        (method.upper(), path.removeprefix(BASE)) for path, methods in schema["paths"].items() for method in methods
    }


POSTS = sorted(name for name, (_address, view) in pages().items() if takes_post(view))


def test_the_pages_that_take_a_post_are_found():
    """The test below would hold of nothing if none were."""
    assert {"casework:verb", "records:import_undo", "notices:revoke", "portal:progress", "repair:describe"} <= {*POSTS}
    assert not {"portal:home", "notices:detail", "casework:submitted", "policy:rules"} & {*POSTS}
    assert len(POSTS) > 30


@pytest.mark.parametrize("page", POSTS)
def test_what_a_page_does_the_api_does_or_the_document_says_why_not(page):
    said = listed().get(page)
    assert said, f"docs/api.md has no line for {page}, which takes a POST"
    calls = CALL.findall(said)
    if not any(method == "POST" for method, _path in calls):
        assert said.startswith("—"), f"{page}: neither a call that writes nor a reason why there is none"
        assert len(said) > 20, f"{page}: the reason is missing"


def test_every_call_of_the_document_is_one_of_the_api_and_every_page_is_a_page():
    known, there = operations(), pages()
    for page, said in listed().items():
        assert page in there, f"docs/api.md names a page that is not there: {page}"
        for method, path in CALL.findall(said):
            assert (method, path) in known, f"docs/api.md, {page}: {method} {path} is no operation"


def test_every_operation_stands_in_the_document():
    told = set(CALL.findall(DOCUMENT.read_text(encoding="utf-8")))
    assert operations() <= told, sorted(operations() - told)
