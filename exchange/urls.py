"""Addresses of the exchange's staff pages."""

from django.urls import path

from exchange import platforms, views

app_name = "exchange"
urlpatterns = [
    path("", views.deliveries, name="deliveries"),
    path("<int:pk>/", views.delivery, name="delivery"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("platforms/<int:pk>/", platforms.platform, name="platform"),
    path("platforms/<int:pk>/secret/", platforms.rotate, name="rotate_secret"),
    path("platforms/<int:pk>/secret/retire/", platforms.retire, name="retire_secret"),
    path("platforms/<int:pk>/active/", platforms.set_active, name="set_active"),
    path("platforms/<int:pk>/retry/", views.retry_all, name="retry_all"),
]
