"""The page of a person, for those who come by search; leads have pages of their own."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from crm.people.documents import shown_document
from crm.people.guards import get_contact_for

MOST_NOTES = 50


@require_GET
@permitted("people.view_contact")
def contact(request: DeskRequest, pk: int) -> HttpResponse:
    """Read only. A contact that was merged leads to the one it lives on in."""
    shown = get_contact_for(request.user, pk)
    if shown.merged_into is not None:
        return redirect("people:contact", shown.merged_into.pk)
    context = {
        "contact": shown,
        "document": shown_document(request.user, shown.document_number),
        "points": shown.points.all(),
        "tags": shown.tags.all(),
        "notes": shown.notes.select_related("author")[:MOST_NOTES],
    }
    return render(request, "people/contact.html", context)
