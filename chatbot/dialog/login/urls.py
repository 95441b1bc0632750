from django.urls import path

from chatbot.dialog.login import views

app_name = "logins"
urlpatterns = [
    path("", views.logins, name="list"),
    path("of-conversation/<int:pk>/", views.of_conversation, name="of_conversation"),
    path("of-partner/<int:pk>/", views.of_partner, name="of_partner"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("sessions/<int:pk>/end/", views.end, name="end"),
]
