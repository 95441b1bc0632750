"""The queue of receipts."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.desk.lists import ListPage
from crm.people.models import User
from partners.models import Receipt
from partners.review import pulse
from partners.review.filters import ReceiptFilter
from partners.review.tables import ReceiptTable, with_names


class ReceiptList(ListPage):
    permission = "partners.view_receipt"
    title = _("Receipts")
    icon = "checks"
    table_class = ReceiptTable
    filterset_class = ReceiptFilter
    template_name = "partners/receipts.html"
    pulse = pulse.LIST
    empty_title = _("Nothing waits")
    empty_text = _("What partners send as proof of a payment appears here by itself.")

    def queryset(self, user: User) -> QuerySet[Receipt]:
        return with_names(Receipt.objects.visible_to(user))
