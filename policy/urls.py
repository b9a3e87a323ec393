"""Addresses of the rules."""

from django.urls import path

from policy import views

app_name = "policy"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("calendar/", views.calendar, name="calendar"),
    path("<int:pk>/", views.rule, name="rule"),
    path("<int:pk>/verify/", views.verify, name="verify"),
]
