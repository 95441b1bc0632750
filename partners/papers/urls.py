"""Statements and payment options; the namespace is `partners`."""

from django.urls import URLPattern, path

from partners.papers import options, views

urlpatterns: list[URLPattern] = [
    path("<int:pk>/statement/", views.statement, name="statement"),
    path("<int:pk>/statement/pdf/", views.statement_pdf, name="statement_pdf"),
    path("payment-options/", options.options, name="options"),
    path("payment-options/new/", options.create, name="option_create"),
    path("payment-options/<int:pk>/", options.edit, name="option_edit"),
    path("payment-options/<int:pk>/move/", options.move, name="option_move"),
    path("payment-options/<int:pk>/show/", options.show, name="option_show"),
]
