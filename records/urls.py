"""Addresses of intake."""

from django.urls import path

from records import views
from records.enquiries.urls import urlpatterns as enquiries
from records.life.urls import urlpatterns as life

app_name = "records"
urlpatterns = [
    path("imports/", views.import_, name="import"),
    path("imports/<int:pk>/", views.import_run, name="import_run"),
    path("imports/<int:pk>/report.csv", views.report, name="import_report"),
    path("imports/proposals/<int:pk>/", views.decide, name="decide_proposal"),
]
urlpatterns += life
urlpatterns += enquiries
