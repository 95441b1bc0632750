"""The tickets' addresses."""

from tickets.pages.urls import urlpatterns as pages

app_name = "tickets"

urlpatterns = [*pages]
