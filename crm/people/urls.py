from django.urls import path

from crm.people import views

app_name = "people"
urlpatterns = [
    path("<int:pk>/", views.contact, name="contact"),
]
