from django.urls import path

from chatbot.channels.pages import views

app_name = "channels"
urlpatterns = [
    path("", views.channel_list, name="list"),
    path("add/", views.choose, name="choose"),
    path("add/<slug:provider>/", views.add, name="add"),
    path("<int:pk>/", views.channel_detail, name="detail"),
    path("<int:pk>/verify-token/", views.reveal, name="reveal"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/test/", views.test, name="test"),
    path("<int:pk>/register/", views.register, name="register"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/switch/", views.switch, name="switch"),
]
