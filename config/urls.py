"""All addresses of the house."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from config.api import api
from config.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("", include("portal.urls")),
    path("", include("notices.urls")),
    path("", include("records.urls")),
    path("", include("casework.urls")),
    path("", include("repair.urls")),
    path("", include("objections.urls")),
    path("", include("deferrals.urls")),
    path("exchange/", include("exchange.urls")),
    path("rules/", include("policy.urls")),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("portal.account_urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
