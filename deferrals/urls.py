from django.urls import path

from casework.views import case
from deferrals import views

app_name = "deferrals"
urlpatterns = [
    path("records/<str:public_id>/deferral/", views.ask, name="apply"),
    path("deferrals/<int:pk>/", case.show, name="case"),
    path("deferrals/<int:pk>/describe/", views.describe, name="describe"),
]
