"""Addresses of notices. ``number`` is the 文号 itself; browsers encode it."""

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/<str:number>/", views.detail, name="detail"),
    path("notices/<str:number>/pdf/", views.pdf, name="pdf"),
    path("notices/<str:number>/retry/", views.retry, name="retry"),
    path("notices/<str:number>/revoke/", views.revoke, name="revoke"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:check_code>/", views.verify_code, name="verify_code"),
]
