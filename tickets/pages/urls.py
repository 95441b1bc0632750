"""Addresses of the tickets' pages; their namespace is `tickets`."""

from django.urls import URLPattern, path

from tickets.pages import actions, board, bulk, files, saying, settings, views
from tickets.pages.lists import TicketList

urlpatterns: list[URLPattern] = [
    path("", TicketList.as_view(), name="list"),
    path("board/", board.board, name="board"),
    path("new/", views.create, name="create"),
    path("bulk/", bulk.decide, name="bulk"),
    path("bulk/undo/", bulk.undo, name="bulk_undo"),
    path("canned/", settings.canned, name="canned"),
    path("canned/new/", settings.canned_create, name="canned_create"),
    path("canned/<int:pk>/", settings.canned_edit, name="canned_edit"),
    path("canned/<int:pk>/delete/", settings.canned_delete, name="canned_delete"),
    path("rules/", settings.rules, name="rules"),
    path("of-contact/<int:pk>/", views.of_contact, name="of_contact"),
    path("files/<int:pk>/", files.file, name="file"),
    path("changes/<int:change>/undo/", actions.undo, name="undo"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/here/", views.here, name="here"),
    path("<int:pk>/say/", saying.say, name="say"),
    path("<int:pk>/canned/<int:reply>/", views.filled, name="filled"),
    path("<int:pk>/status/", actions.status, name="status"),
    path("<int:pk>/assign/", actions.assign, name="assign"),
    path("<int:pk>/priority/", actions.priority, name="priority"),
    path("<int:pk>/category/", actions.category, name="category"),
    path("<int:pk>/link/", actions.link, name="link"),
    path("<int:pk>/merge/", actions.merge, name="merge"),
    path("<int:pk>/unmerge/", actions.unmerge, name="unmerge"),
]
