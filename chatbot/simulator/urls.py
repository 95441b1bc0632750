from django.urls import path

from chatbot.simulator import views

app_name = "simulator"
urlpatterns = [
    path("", views.phone, name="phone"),
    path("<int:pk>/thread/", views.thread, name="thread"),
    path("<int:pk>/compose/", views.compose, name="compose"),
    path("<int:pk>/reset/", views.reset, name="reset"),
    path("<int:pk>/media/<int:attachment>/", views.media, name="media"),
]
