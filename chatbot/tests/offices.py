"""What the demo's office holds."""

from crm.conversations.models import Message
from partners.models import Installment, Payment, Receipt


def told():
    """Who said what to whom, and who owes and paid what; without the moments and keys."""
    messages = Message.objects.order_by("id").select_related("conversation__contact")
    rows = Installment.objects.order_by("loan__number", "position")
    paid = Payment.objects.order_by("loan__number", "paid_on", "amount")
    return (
        [
            (m.conversation.contact.name, m.direction, m.author, m.kind, m.text, m.state)
            for m in messages
        ],
        list(rows.values_list("loan__number", "due", "principal", "interest", "unpaid_principal")),
        list(paid.values_list("loan__number", "paid_on", "amount", "means")),
        list(Receipt.objects.order_by("partner__number", "amount").values_list("amount", "status")),
    )
