"""Addresses of the portal."""

from django.urls import path

from portal.views import account, figures, mine, public, staff

app_name = "portal"
urlpatterns = [
    path("", public.home, name="home"),
    path("register/", public.register, name="register"),
    path("register/<str:public_id>/", public.entry, name="entry"),
    path("guidance/", public.guidance, name="guidance"),
    path("guidance/not-ours/", public.not_ours, name="not_ours"),
    path("progress/", public.progress, name="progress"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("start/", account.start, name="start"),
    path("account/", account.account, name="account"),
    path("my/records/", mine.my_records, name="my_records"),
    path("my/records/<str:public_id>/", mine.my_record, name="my_record"),
    path("journal/", staff.journal, name="journal"),
    path("figures/", figures.show, name="figures"),
    path("work/", staff.work, name="work"),
]
