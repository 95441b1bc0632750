"""Partners and loans in the stock administration: to be looked at. They change at their own pages,
through the verbs, which check and note each change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from partners.models import Loan, LoanProduct, Partner, Payment, PaymentOption, Receipt


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Partner)
class PartnerAdmin(ReadOnlyAdmin):
    list_display = ("number", "contact", "status", "agency", "officer", "active_loans")
    list_filter = ("status", "agency")
    list_select_related = ("contact", "agency", "officer")
    search_fields = ("number", "contact__name")


@admin.register(LoanProduct)
class LoanProductAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "currency", "method", "rate", "is_active")
    search_fields = ("code", "name")


@admin.register(Loan)
class LoanAdmin(ReadOnlyAdmin):
    list_display = ("number", "partner", "product", "principal", "currency", "status", "left")
    list_filter = ("status", "currency")
    list_select_related = ("partner__contact", "product")
    search_fields = ("number", "partner__number")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("paid_on", "loan", "amount", "means", "reference", "reversed_at")
    list_filter = ("means",)
    list_select_related = ("loan",)
    search_fields = ("reference", "loan__number")


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Without its file: that is shown where it is reviewed, to who may."""

    list_display = ("id", "partner", "loan", "amount", "paid_on", "status")
    list_filter = ("status",)
    list_select_related = ("partner__contact", "loan")
    search_fields = ("reference", "partner__number")
    exclude = ("file",)


@admin.register(PaymentOption)
class PaymentOptionAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "is_active")
