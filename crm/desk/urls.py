from django.urls import path

from crm.desk import pulse, saved, views

app_name = "desk"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("search/", views.search_page, name="search"),
    path("profile/", views.profile, name="profile"),
    path("menu/", views.menu, name="menu"),
    path("settings/", views.settings_page, name="settings"),
    path("views/<slug:page>/save/", saved.save, name="save_view"),
    path("views/<int:pk>/delete/", saved.delete, name="delete_view"),
    path("pulse/", pulse.pulse, name="pulse"),
]
