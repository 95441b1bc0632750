from django.urls import path

from crm.desk import pulse, views

app_name = "desk"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("search/", views.search_page, name="search"),
    path("profile/", views.profile, name="profile"),
    path("menu/", views.menu, name="menu"),
    path("settings/", views.settings_page, name="settings"),
    path("pulse/", pulse.pulse, name="pulse"),
]
