"""Addresses of findings; they belong to the namespace ``records``."""

from django.urls import path

from records.findings import views

urlpatterns = [
    path("changes/findings/<int:pk>/", views.finding, name="finding"),
    path("changes/findings/<int:pk>/proof/", views.proof, name="finding_proof"),
    path("changes/findings/<int:pk>/<str:verb>/", views.act, name="act_on_finding"),
    path("records/<str:public_id>/finding/", views.report, name="report_finding"),
]
