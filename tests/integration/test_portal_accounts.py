"""Only those of allauth's addresses are open that our accounts have."""

import pytest
from allauth.urls import urlpatterns as everything
from django.contrib.auth.models import AnonymousUser
from django.urls import URLResolver, get_resolver

from parties.models import User
from portal.accounts import AccountAdapter

pytestmark = pytest.mark.django_db

OURS = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
CLOSED = (
    "email/",
    "confirm-email/",
    "confirm-email/abc/",
    "password/set/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-abc/",
    "password/reset/key/done/",
    "login/code/",
    "login/code/confirm/",
    "inactive/",
    "",
)


def names(patterns) -> set[str]:
    found = set()
    for pattern in patterns:
        found |= names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name}
    return found


def test_the_addresses_are_exactly_ours():
    [accounts] = [one for one in get_resolver().url_patterns if str(one.pattern) == "accounts/"]
    assert names(accounts.url_patterns) == OURS
    assert names(everything) > OURS


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("address", CLOSED)
def test_the_others_are_not_there(client, address, signed_in):
    if signed_in:
        client.force_login(User.objects.create_user("someone", password="long enough 2026"))
    assert client.get(f"/accounts/{address}").status_code == 404


def test_a_closed_account_is_told_so(rf):
    request = rf.post("/accounts/login/")
    request.user = AnonymousUser()
    response = AccountAdapter().respond_user_inactive(request, None)
    assert response.status_code == 403
    assert "这个账号已停用" in response.content.decode()
