"""How a lead is said on a page: {% load leads %}."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.people.models import Contact, ContactPoint
from crm.people.phones import pretty
from leads.models import Lead

register = template.Library()

_LOOKS = {
    Lead.Status.NEW: "new",
    Lead.Status.CONTACTED: "busy",
    Lead.Status.QUALIFIED: "busy",
    Lead.Status.NEGOTIATING: "busy",
    Lead.Status.WON: "good",
    Lead.Status.LOST: "off",
}


@register.filter
def lead_state(lead: Lead) -> SafeString:
    """The status as a word with its colour."""
    return format_html(
        '<span class="state state-{}">{}</span>',
        _LOOKS.get(Lead.Status(lead.status), "off"),
        lead.get_status_display(),
    )


@register.filter
def who(contact: Contact) -> str:
    """The name, else the telephone number, else that there is neither."""
    return contact.name or pretty(contact.phone) or str(contact)


@register.filter
def point(value: ContactPoint) -> str:
    """A telephone number in groups, anything else as it is."""
    return pretty(value.value) if value.kind == ContactPoint.Kind.PHONE else value.value
