"""Which contact a person may look at: what is not theirs does not exist for them."""

from django.shortcuts import get_object_or_404

from crm.people.models import Contact, User


def get_contact_for(user: User, pk: int) -> Contact:
    rows = Contact.objects.visible_to(user).select_related("owner", "merged_into")
    return get_object_or_404(rows, pk=pk)
