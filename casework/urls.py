from django.urls import path

from casework.views import applicant, case, desk, files

app_name = "casework"
urlpatterns = [
    path("desk/", desk.show, name="desk"),
    path("cases/", desk.cases, name="cases"),
    path("cases/<int:pk>/", case.show, name="case"),
    path("cases/<int:pk>/draft/", applicant.draft, name="draft"),
    path("cases/<int:pk>/evidence/", applicant.evidence, name="evidence"),
    path("cases/<int:pk>/commitment/", applicant.commitment, name="commitment"),
    path("cases/<int:pk>/check/", applicant.check, name="check"),
    path("cases/<int:pk>/submitted/", applicant.submitted, name="submitted"),
    path("cases/<int:pk>/supplement/", applicant.supplement, name="supplement"),
    path("cases/<int:pk>/withdraw/", applicant.withdraw, name="withdraw"),
    path("cases/<int:pk>/preview/<slug:notice_kind>.pdf", files.notice_preview, name="preview"),
    path("cases/<int:pk>/do/<slug:name>/", case.verb, name="verb"),
    path("evidence/<int:pk>/", files.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/pages/<int:number>.png", files.evidence_page, name="evidence_page"),
    path("evidence/<int:pk>/withdraw/", applicant.withdraw_evidence, name="withdraw_evidence"),
]
