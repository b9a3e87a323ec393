"""Addresses of signing in: those of allauth's that our accounts have, and no others.

There is no e-mail address to confirm, no password by mail (the administrator gives a new one) and no code to sign in
with. ``/accounts/signup/`` stays: it says how an account is opened.
"""

from allauth.account import views
from django.urls import include, path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]
