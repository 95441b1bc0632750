from django.urls import path

from chatbot.dialog.pages import views

app_name = "replies"
urlpatterns = [
    path("", views.reply_list, name="list"),
    path("<slug:language>/<slug:name>/", views.reply_edit, name="edit"),
    path("<slug:language>/<slug:name>/preview/", views.reply_preview, name="preview"),
    path("<slug:language>/<slug:name>/reset/", views.reply_reset, name="reset"),
]
