"""Receipts: the queue, the review, what hangs on a partner's page."""

from django.urls import URLPattern, path

from partners.review import actions, files, views
from partners.review.lists import ReceiptList

urlpatterns: list[URLPattern] = [
    path("receipts/", ReceiptList.as_view(), name="receipts"),
    path("receipts/<int:pk>/", views.receipt, name="receipt"),
    path("receipts/<int:pk>/approve/", actions.approve, name="receipt_approve"),
    path("receipts/<int:pk>/reject/", actions.reject, name="receipt_reject"),
    path("receipts/<int:pk>/correct/", actions.correct, name="receipt_correct"),
    path("receipts/<int:pk>/reopen/", actions.reopen, name="receipt_reopen"),
    path("receipts/<int:pk>/hold/", actions.hold, name="receipt_hold"),
    path("receipts/<int:pk>/file/", files.receipt_file, name="receipt_file"),
    path("receipts/<int:pk>/pages/<int:number>/", files.receipt_page, name="receipt_page"),
    path("<int:pk>/receipts/", views.of_partner, name="receipts_of"),
    path("<int:pk>/receipts/new/", views.create, name="receipt_create"),
]
