"""The API as a whole: who gets in, and every error as an RFC 9457 problem."""

import pytest
from django.test import Client

from config.api import api
from exchange import actions
from parties.models import User
from parties.tokens import create_token

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9/events"
RECEIPT = {"event_id": "6f2f2f4e-2b1c-4c59-9d3a-0d6a5a1c9b10", "number": "HZ1", "acted_at": "2026-11-20T10:00:00+08:00"}


@pytest.fixture
def token():
    return actions.issue_token(None, actions.subscribe(None, "甲", URL))


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def check_problem(response, status, code):
    """The answer is a complete problem of this status and code; return it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == "urn:xinxiu:problem:" + code.replace("_", "-")
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer("xinxiu_wrong"),
        bearer("Ã" * 50),
        {"Authorization": "Basic YTpi"},
        {"Authorization": "nonsense"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("get", "/api/v1/events"), ("post", "/api/v1/receipts")])
def test_without_a_token_that_holds_nobody_gets_in(client, headers, method, path):
    response = getattr(client, method)(path, headers=headers)
    check_problem(response, 401, "not_signed_in")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_deactivated_account_is_out(client, token):
    assert client.get("/api/v1/events", headers=bearer(token)).status_code == 200
    User.objects.update(is_active=False)
    check_problem(client.get("/api/v1/events", headers=bearer(token)), 401, "not_signed_in")


def test_a_wrong_token_is_not_made_good_by_a_session(client):
    client.force_login(User.objects.create(username="administrator", role="administrator"))
    check_problem(client.get("/api/v1/events", headers=bearer("xinxiu_wrong")), 401, "not_signed_in")


def test_an_account_that_is_no_platform_is_refused_with_the_reason(client):
    user = User.objects.create(username="clerk", role="enterprise")
    response = client.get("/api/v1/events", headers=bearer(create_token(user, "test")))
    assert check_problem(response, 403, "not_a_platform")["cure"]


def test_a_session_counts_and_needs_the_csrf_token_to_write(token):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(role="platform"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/events").status_code == 200
    check_problem(client.post("/api/v1/receipts", RECEIPT, content_type="application/json"), 403, "csrf")


def test_a_token_needs_no_csrf_token(token):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/api/v1/receipts", RECEIPT, content_type="application/json", headers=bearer(token))
    check_problem(response, 404, "unknown_event")


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing", "/api/v1/events/7", "/api/v1/receipts/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses(client, token, path, method):
    client = Client(enforce_csrf_checks=True)
    check_problem(getattr(client, method)(path, headers=bearer(token)), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("post", "/api/v1/events", "GET"), ("get", "/api/v1/receipts", "POST"), ("delete", "/api/v1/events", "GET")],
)
def test_wrong_methods(client, token, method, path, allow):
    response = getattr(client, method)(path, headers=bearer(token))
    check_problem(response, 405, "method")
    assert response["Allow"] == allow


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"number": NaN'])
def test_an_unreadable_body(client, token, body):
    response = client.post("/api/v1/receipts", body, content_type="application/json", headers=bearer(token))
    check_problem(response, 400, "unreadable")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": None}, "#/number"),
        ({"number": ""}, "#/number"),
        ({"number": "x" * 101}, "#/number"),
        ({"number": "a\0b"}, "#/number"),
        ({"number": "\ud800"}, "#/number"),
        ({"number": 7}, "#/number"),
        ({"event_id": "x"}, "#/event_id"),
        ({"acted_at": "2026-11-20T10:00:00"}, "#/acted_at"),
        ({"acted_at": "yesterday"}, "#/acted_at"),
        ({"proof": "x" * 2001}, "#/proof"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
    ],
)
def test_a_wrong_field_is_pointed_at_in_words(client, token, change, pointer):
    response = client.post("/api/v1/receipts", RECEIPT | change, content_type="application/json", headers=bearer(token))
    [error] = check_problem(response, 422, "invalid")["errors"]
    assert error["pointer"] == pointer
    assert error["detail"]
    assert not error["detail"].isascii()  # in the language of the page, not the library's


def test_every_missing_field_is_named_at_once(client, token):
    response = client.post("/api/v1/receipts", {}, content_type="application/json", headers=bearer(token))
    errors = check_problem(response, 422, "invalid")["errors"]
    assert {error["pointer"] for error in errors} == {"#/event_id", "#/number", "#/acted_at"}


@pytest.mark.parametrize("body", [b"", b"[1]", b"7", b"null"])
def test_a_body_of_another_shape(client, token, body):
    response = client.post("/api/v1/receipts", body, content_type="application/json", headers=bearer(token))
    assert check_problem(response, 422, "invalid")["errors"][0]["pointer"] == "#"


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", f"after={2**63}", "after=1e400", "limit=0", "limit=501", "limit=", "after=%00"]
)
def test_a_wrong_parameter_is_named(client, token, query):
    response = client.get(f"/api/v1/events?{query}", headers=bearer(token))
    [error] = check_problem(response, 422, "invalid")["errors"]
    assert error["parameter"] == query.partition("=")[0]


def test_too_much(client, token, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = b'{"number": "' + b"x" * 2000 + b'"}'
    response = client.post("/api/v1/receipts", body, content_type="application/json", headers=bearer(token))
    check_problem(response, 413, "too_big")


def test_a_defect_of_ours_is_a_plain_sentence_and_a_line_in_the_log(client, token, monkeypatch, caplog):
    def break_down(*args):
        raise ZeroDivisionError("inner detail")

    monkeypatch.setattr("exchange.queries.feed", break_down)
    response = client.get("/api/v1/events", headers=bearer(token))
    check_problem(response, 500, "internal")
    assert b"inner detail" not in response.content
    assert "ZeroDivisionError" in caplog.text


def test_english_for_who_asks_for_it(client, token):
    response = client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"})
    assert response.status_code == 200


# --- The description -------------------------------------------------------------------------------------


def test_the_description_declares_every_error_of_every_operation(client):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["components"]["schemas"]["Problem"]["required"]
    operations = [
        (path, method, operation) for path, methods in schema["paths"].items() for method, operation in methods.items()
    ]
    assert {(path, method) for path, method, _ in operations} >= {
        ("/api/v1/events", "get"),
        ("/api/v1/receipts", "post"),
    }
    for path, method, operation in operations:
        wanted = {"401", "403", "404", "422"} | ({"400", "409", "413"} if method != "get" else set())
        assert wanted <= set(operation["responses"]), (path, method)
        content = operation["responses"]["422"]["content"]
        assert list(content) == ["application/problem+json"], (path, method)
        assert operation["security"], (path, method)


def test_every_reference_in_the_description_leads_somewhere(client):
    schema = client.get("/api/v1/openapi.json").json()
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}

    def references(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from references(value)
        elif isinstance(node, list):
            for item in node:
                yield from references(item)

    assert set(references(schema)) <= known


def test_no_page_that_would_break_the_content_security_policy(client):
    assert api.docs_url is None
    assert client.get("/api/v1/docs").status_code == 404
