from django.urls import path

from casework.views import case
from objections import views

app_name = "objections"
urlpatterns = [
    path("records/<str:public_id>/objection/", views.object_to, name="apply"),
    path("objections/<int:pk>/", case.show, name="case"),
    path("objections/<int:pk>/describe/", views.describe, name="describe"),
]
