"""Routes of the partners room; its namespace is `partners`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
