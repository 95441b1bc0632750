from django.urls import path

from crm.catalog import gallery, views
from crm.catalog.lists import PropertyList

app_name = "catalog"
urlpatterns = [
    path("", PropertyList.as_view(), name="list"),
    path("new/", views.create, name="create"),
    path("options/", views.options, name="options"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/status/", views.set_status, name="set_status"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/photos/", gallery.add, name="add_photos"),
    path("photos/<int:pk>/", gallery.photo, name="photo"),
    path("photos/<int:pk>/thumb/", gallery.thumb, name="thumb"),
    path("photos/<int:pk>/move/", gallery.move, name="move_photo"),
    path("photos/<int:pk>/caption/", gallery.caption, name="caption"),
    path("photos/<int:pk>/delete/", gallery.remove, name="remove_photo"),
]
