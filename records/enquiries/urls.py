"""Addresses of queries. No code and no number of anybody stands in one."""

from django.urls import path

from records.enquiries import views

urlpatterns = [
    path("queries/", views.queries, name="queries"),
    path("queries/new/", views.new_query, name="new_query"),
    path("queries/export.csv", views.export, name="export_queries"),
    path("queries/<int:pk>/", views.query, name="query"),
    path("queries/<int:pk>/proof/<int:number>/", views.proof_page, name="query_proof"),
    path("queries/<int:pk>/statement/", views.statement, name="query_statement"),
    path("queries/own/", views.own, name="own_query"),
    path("my/queries/", views.about_me, name="about_me"),
]
