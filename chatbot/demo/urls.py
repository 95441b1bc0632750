from django.urls import path

from chatbot.demo import views

app_name = "demo"
urlpatterns = [path("remove/", views.remove, name="remove")]
