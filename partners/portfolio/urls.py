"""The portfolio's route; its namespace is `partners`."""

from django.urls import URLPattern, path

from partners.portfolio import views

urlpatterns: list[URLPattern] = [path("portfolio/", views.portfolio, name="portfolio")]
