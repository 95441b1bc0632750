from django.urls import path

from chatbot.channels.pages import acts, views

app_name = "channels"
urlpatterns = [
    path("", views.channel_list, name="list"),
    path("add/", views.choose, name="choose"),
    path("add/<slug:provider>/", views.add, name="add"),
    path("guide/<slug:provider>/", views.guide, name="guide"),
    path("<int:pk>/", views.channel_detail, name="detail"),
    path("<int:pk>/standing/", views.standing, name="standing"),
    path("<int:pk>/secrets/", views.reveal, name="reveal"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/test/", acts.test, name="test"),
    path("<int:pk>/register/", acts.register, name="register"),
    path("<int:pk>/record/", acts.record, name="record"),
    path("<int:pk>/resume/", acts.resume, name="resume"),
    path("<int:pk>/seen/", acts.seen, name="seen"),
    path("<int:pk>/switch/", acts.switch, name="switch"),
    path("<int:pk>/templates/", acts.synchronise, name="synchronise"),
    path("<int:pk>/purposes/<slug:slug>/", acts.purpose, name="purpose"),
    path("<int:pk>/trial/", acts.send_trial, name="send_trial"),
    path("<int:pk>/trial/<int:message_pk>/", views.tried, name="tried"),
]
