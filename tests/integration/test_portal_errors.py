"""Pages for what went wrong: no blank ones, and nothing that was typed is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from notices.models import Notice
from tests import portal_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return portal_scene.build()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("get", "/notices/青信修准〔2026〕1号/retry/", "POST"),
        ("head", "/notices/青信修准〔2026〕1号/retry/", "POST"),
        ("post", "/guidance/", "GET, HEAD"),
    ],
)
def test_a_wrong_method_gets_a_page(client, scene, method, address, allowed, language):
    client.cookies["django_language"] = language
    client.force_login(scene.people["administrator"])
    response = getattr(client, method)(address)
    assert response.status_code == 405
    assert response["Allow"] == allowed
    if method != "head":
        assert "<h1" in response.content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_wrong_with_and_without_a_token(scene, method):
    for client in (Client(), Client(enforce_csrf_checks=True)):
        response = getattr(client, method)(reverse("portal:guidance"))
        assert response.status_code == 405
        assert response["Allow"]
        assert "不能直接打开" in response.content.decode()


def test_the_api_keeps_its_own_words(client):
    response = client.delete("/api/v1/events")
    assert response.status_code in (401, 404, 405)
    assert "<h1" not in response.content.decode()


def test_a_refusal_shows_what_was_typed_and_the_way_back(client, scene):
    notice = Notice.objects.first()
    page_of_notice = f"http://testserver{reverse('notices:detail', args=[notice.number])}"
    client.force_login(scene.people["auditor"])
    response = client.post(
        reverse("notices:revoke", args=[notice.number]),
        {"reason": "作出决定的依据已被上级机关撤销，详见来函"},
        headers={"referer": page_of_notice},
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "作出决定的依据已被上级机关撤销，详见来函" in page
    assert f'href="{page_of_notice}"' in page


def test_the_way_back_stays_in_the_house(client, scene):
    notice = Notice.objects.first()
    client.force_login(scene.people["auditor"])
    response = client.post(
        reverse("notices:revoke", args=[notice.number]),
        {"reason": "理由"},
        headers={"referer": "https://evil.example/"},
    )
    assert response.status_code == 403
    assert "evil.example" not in response.content.decode()
