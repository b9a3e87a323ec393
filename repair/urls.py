from django.urls import path

from casework.views import case
from repair import views

app_name = "repair"
urlpatterns = [
    path("records/<str:public_id>/repair/", views.apply, name="apply"),
    path("repairs/<int:pk>/", case.show, name="case"),
    path("repairs/<int:pk>/describe/", views.describe, name="describe"),
]
