"""Addresses of explanations and upstream changes; they belong to the namespace ``records``."""

from django.urls import path

from records.life import views

urlpatterns = [
    path("changes/", views.changes, name="changes"),
    path("changes/upstream/<int:pk>/", views.change, name="change"),
    path("changes/upstream/<int:pk>/document/", views.change_document, name="change_document"),
    path("changes/upstream/<int:pk>/confirm/", views.settle, {"verb": "confirm"}, name="confirm_change"),
    path("changes/upstream/<int:pk>/dismiss/", views.settle, {"verb": "dismiss"}, name="dismiss_change"),
    path("changes/explanations/<int:pk>/", views.moderate, name="moderate"),
    path("changes/explanations/<int:pk>/withdraw/", views.withdraw_explanation, name="withdraw_explanation"),
    path("reminders/", views.prior_reminders, name="prior_reminders"),
    path("reminders/<int:pk>/corrected/", views.note_corrected, name="note_corrected"),
    path("records/<str:public_id>/upstream/", views.report, name="report_change"),
    path("records/<str:public_id>/explanation/", views.explanation, name="explanation"),
]
