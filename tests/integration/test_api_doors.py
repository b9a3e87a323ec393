"""Every operation of the API at once: who is let in, and that nothing anybody sends breaks it."""

import json
import re
from collections import Counter

import pytest
from ninja import Schema

from config.api import api
from parties.models import User
from parties.tokens import create_token
from tests.integration.test_api_problems import bearer
from tests.records_world import office

pytestmark = pytest.mark.django_db

#: Open to everybody, as the pages are.
PUBLIC = {("get", "/register"), ("get", "/register/{record_id}"), ("post", "/progress"), ("post", "/verify")}
BASE = "/api/v1"
ROOMS = {
    "casework",
    "config",
    "deferrals",
    "exchange",
    "journal",
    "notices",
    "objections",
    "parties",
    "policy",
    "portal",
}
ROOMS |= {"records", "repair"}
ROLES = ("enterprise", "officer", "lead_officer", "approver", "auditor", "administrator", "platform")
#: What addresses are filled with: something that is not there, something of another shape, something hostile.
FILLINGS = (
    {},
    dict.fromkeys(("record_id", "number", "kind", "verb", "notice_kind"), "x"),
    dict.fromkeys(("record_id", "number", "kind", "verb", "notice_kind"), "%00%27%22%F0%9F%98%80"),
)
GOOD = {
    "record_id": "R234567890123",
    "number": "XF20261123-0001",
    "kind": "mappings",
    "verb": "show",
    "notice_kind": "acceptance",
}
BODIES = ({}, [], "x", None, {"x": "\x00"}, {"reason": ["x"], "headings": 7, "subject_id": -1, "codes": {}})
#: Of these each operation gets one that its own fields would otherwise never see.
PARAMETERS = "after=%00&limit=-1&q=%00&on=x&status=%00"


def operations():
    schema = api.get_openapi_schema(path_prefix=f"{BASE}/")
    return [
        (method, path.removeprefix(BASE), operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_shape_has_a_name_of_its_own():
    """Two shapes of one name would be described as one: whoever reads the description sends the wrong one."""
    api.get_openapi_schema(path_prefix=f"{BASE}/")
    waiting, shapes = [Schema], set()
    while waiting:
        new = [shape for shape in waiting.pop().__subclasses__() if shape not in shapes]
        shapes.update(new)
        waiting += new
    ours = Counter(shape.__name__ for shape in shapes if shape.__module__.split(".")[0] in ROOMS)
    assert len(ours) > 50 and not [name for name, times in ours.items() if times > 1]


def fill(path: str, filling: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: filling.get(found[1]) or GOOD.get(found[1]) or "999999", path)


@pytest.fixture
def world(db):
    return office()


def send(client, method, path, body, headers, multipart=False):
    if method == "get":
        return client.get(f"{BASE}{path}", headers=headers)
    if multipart:
        return client.post(f"{BASE}{path}", {"x": "y"}, headers=headers)
    return client.post(f"{BASE}{path}", json.dumps(body), content_type="application/json", headers=headers)


OPERATIONS = [(method, path, "multipart/form-data" in str(operation)) for method, path, operation in operations()]


@pytest.mark.parametrize(("method", "path", "multipart"), OPERATIONS, ids=[f"{m} {p}" for m, p, _x in OPERATIONS])
def test_an_operation_lets_nobody_in_without_a_token_and_breaks_for_nobody(client, world, method, path, multipart):
    """No 500 whatever is sent by whomever; every error is a problem with a sentence; 401 without a token."""
    answer = send(client, method, fill(path, {}), {}, {}, multipart)
    if (method, path) in PUBLIC:
        assert answer.status_code != 401
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert send(client, method, fill(path, {}), {}, bearer("xinxiu_wrong"), multipart).status_code == 401
    for role in ROLES:
        headers = bearer(create_token(User.objects.get(username=role), "x"))
        for filling in FILLINGS:
            check(send(client, method, fill(path, filling), {}, headers, multipart), role)
    for body in BODIES:
        if method == "post":
            check(send(client, method, fill(path, {}), body, headers), body)
    check(client.get(f"{BASE}{fill(path, {})}?{PARAMETERS}", headers=headers), PARAMETERS)


def check(answer, what):
    if answer.status_code == 429:
        return
    assert answer.status_code < 500, (what, answer.content)
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", (what, answer.content)
        problem = answer.json()
        assert problem["detail"], what
        if problem["code"] == "invalid":
            assert all(one.get("pointer") or one.get("parameter") for one in problem["errors"]), (what, problem)


def test_every_operation_says_what_it_is_for_and_every_body_gives_an_example():
    schema = api.get_openapi_schema(path_prefix=f"{BASE}/")
    for method, path, operation in operations():
        assert operation["summary"], (method, path)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if not content:
            continue
        name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
        body = schema["components"]["schemas"].get(name, content["schema"])
        assert body.get("examples"), (method, path, name)
