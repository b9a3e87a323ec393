"""What the tests of the API share: calling it as somebody, and asking page and API the same thing."""

import html
import json

from django.db import transaction
from django.test import Client
from django.urls import reverse

from parties.models import User
from parties.tokens import create_token

BASE = "/api/v1"


class Caller:
    """Calls the API by token: ``call(user, "post", "/cases/7/submit", {...})``; ``files=`` sends a form."""

    def __init__(self):
        self.client = Client()
        self.keys: dict[int, str] = {}

    def key_of(self, user: User) -> str:
        """Return the user's token, made once."""
        if user.pk not in self.keys:
            self.keys[user.pk] = create_token(user, "test")
        return self.keys[user.pk]

    def __call__(self, user: User, method: str, path: str, body=None, *, files=None, **query):
        headers = {"Authorization": f"Bearer {self.key_of(user)}"}
        if method == "get":
            return self.client.get(f"{BASE}{path}", query, headers=headers)
        if files is not None:
            return self.client.post(f"{BASE}{path}", {**(body or {}), **files}, headers=headers)
        text = json.dumps({} if body is None else body, ensure_ascii=False)
        return self.client.post(f"{BASE}{path}", text, content_type="application/json", headers=headers)


class Pages:
    """Opens pages as somebody: ``pages(user, "post", address, data)``; what a page did is undone."""

    def __init__(self):
        self.clients: dict[int, Client] = {}

    def __call__(self, user: User, method: str, address: str, data: dict) -> tuple[int, str]:
        """Return status and text of the answer."""
        if user.pk not in self.clients:
            self.clients[user.pk] = Client()
            self.clients[user.pk].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        with undone():
            answer = getattr(self.clients[user.pk], method)(address, data)
            return answer.status_code, html.unescape(answer.getvalue().decode(errors="replace"))


class undone:
    """Do something and take it back, inside the test's transaction."""

    def __enter__(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, kind, error, trace):
        transaction.set_rollback(True)
        return self.atomic.__exit__(kind, error, trace)


def same_refusal(call: Caller, pages: Pages, user: User, page: tuple[str, str, dict], door: tuple) -> str:
    """Return what is different between a page's and the API's answer to one person; nothing if they agree.

    They agree when both do it or both refuse for the same reason. (Where a page asks before it shows a form it says 403
    and the action, that the API goes to at once, may say 409; the sentence is the same.)
    """
    call.key_of(user)  # kept: what follows is undone
    status, text = pages(user, *page)
    with undone():
        answer = call(user, *door[:3], files=door[3] if len(door) > 3 else None)
    problem = answer.json() if answer.status_code >= 400 else {}
    if status in (403, 409):
        if answer.status_code not in (403, 409):
            return f"{user.username}: the page says {status}, the API {answer.status_code} {problem}"
        if problem["detail"] not in text:
            return f"{user.username}: the API's reason is not on the page: {problem['detail']}"
        return ""
    if (status < 400) != (answer.status_code < 400) or answer.status_code in (403, 409) or answer.status_code >= 500:
        return f"{user.username}: the page says {status}, the API {answer.status_code} {problem}"
    return ""


def ask_both(page, door, actors, both) -> list[str]:
    """Return where page and API differ for these people. ``both``: who asks the API, who opens pages."""
    method, name, arguments, *data = page
    address = reverse(name, args=arguments)
    asked = [
        same_refusal(*both, user, (method, address, rewound(data[0] if data else {})), prepared(door))
        for user in actors
    ]
    return [one for one in asked if one]


def prepared(door):
    method, path, *rest = door
    body = rest[0] if rest else None
    return (method, path, body, rewound(rest[1])) if len(rest) > 1 else (method, path, body)


def rewound(data):
    """The same files for everybody, from their start."""
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return data
