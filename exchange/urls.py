"""Addresses of the exchange's staff pages."""

from django.urls import path

from exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.deliveries, name="deliveries"),
    path("<int:pk>/", views.delivery, name="delivery"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("platforms/<int:pk>/retry/", views.retry_all, name="retry_all"),
]
