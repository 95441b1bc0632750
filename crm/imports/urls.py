from django.urls import path

from crm.imports import views
from crm.imports.lists import ImportList

app_name = "imports"
urlpatterns = [
    path("", ImportList.as_view(), name="list"),
    path("new/", views.create, name="create"),
    path("templates/<slug:kind>.<slug:form>", views.template, name="template"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/run/", views.run, name="run"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/errors/", views.errors, name="errors"),
]
