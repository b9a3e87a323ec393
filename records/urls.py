"""Addresses of intake and of 校核纠错."""

from django.urls import path

from records.enquiries.urls import urlpatterns as enquiries
from records.findings.urls import urlpatterns as findings
from records.life.urls import urlpatterns as life
from records.views import aliases, identity, runs, uploads

app_name = "records"
urlpatterns = [
    path("imports/", uploads.import_, name="import"),
    path("imports/headings/", aliases.aliases, name="aliases"),
    path("imports/headings/<int:pk>/forget/", aliases.forget_alias, name="forget_alias"),
    path("imports/<int:pk>/", runs.import_run, name="import_run"),
    path("imports/<int:pk>/preview/", uploads.preview, name="import_preview"),
    path("imports/<int:pk>/undo/", runs.undo, name="import_undo"),
    path("imports/<int:pk>/report.csv", runs.report, name="import_report"),
    path("imports/proposals/<int:pk>/", runs.decide, name="decide_proposal"),
    path("imports/identity/", identity.identity, name="identity"),
    path("imports/identity/mapping/", identity.propose_mapping, name="propose_mapping"),
    path("imports/identity/correction/", identity.propose_correction, name="propose_correction"),
    path("imports/identity/<str:kind>/<int:pk>/", identity.item, name="identity_item"),
    path("imports/identity/<str:kind>/<int:pk>/decide/", identity.decide_identity, name="decide_identity"),
]
urlpatterns += life
urlpatterns += findings
urlpatterns += enquiries
