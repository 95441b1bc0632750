from django.urls import path

from crm.people import views
from crm.people.opening import views as opening

app_name = "people"
urlpatterns = [
    path("<int:pk>/", views.contact, name="contact"),
    path("hours/", opening.page, name="opening"),
    path("hours/week/", opening.save_week, name="opening_week"),
    path("hours/agencies/<int:pk>/drop/", opening.drop_week, name="opening_drop"),
    path("hours/days/", opening.add_day, name="opening_add_day"),
    path("hours/days/<int:pk>/remove/", opening.remove_day, name="opening_remove_day"),
    path("hours/rules/", opening.save_rules, name="opening_rules"),
    path("hours/undo/<str:token>/", opening.undo, name="opening_undo"),
]
