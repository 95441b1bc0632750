from django.urls import path

from chatbot.intents.pages import views

app_name = "intents"
urlpatterns = [
    path("", views.page, name="page"),
    path("add/", views.add, name="add"),
    path("export/", views.export, name="export"),
    path("<int:pk>/file/", views.file, name="file"),
    path("<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    path("<int:pk>/take-back/", views.take_back, name="take_back"),
]
