from django.urls import path

from crm.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("failures/<str:pk>/again/", views.failure_again, name="again"),
    path("<slug:name>/", views.job_edit, name="edit"),
    path("<slug:name>/run/", views.job_run, name="run"),
]
