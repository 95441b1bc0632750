from django.urls import path

from leads import actions, views
from leads.lists import LeadList

app_name = "leads"
urlpatterns = [
    path("", LeadList.as_view(), name="list"),
    path("new/", views.create, name="create"),
    path("of-property/<int:pk>/", views.of_property, name="of_property"),
    path("of-contact/<int:pk>/", views.of_contact, name="of_contact"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/assign/", actions.assign, name="assign"),
    path("<int:pk>/status/", actions.status, name="status"),
    path("<int:pk>/undo/<int:change_pk>/", actions.undo, name="undo"),
    path("<int:pk>/notes/", actions.note, name="note"),
    path("<int:pk>/facts/<slug:name>/", actions.fact, name="fact"),
    path("<int:pk>/points/", actions.add_point, name="add_point"),
    path("<int:pk>/points/<int:point_pk>/remove/", actions.remove_point, name="remove_point"),
]
