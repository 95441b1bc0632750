"""How a property is said on a page: {% load catalog %}."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.catalog.models import Property

register = template.Library()

_LOOKS = {
    Property.Status.DRAFT: "off",
    Property.Status.AVAILABLE: "good",
    Property.Status.RESERVED: "busy",
    Property.Status.CLOSED: "new",
    Property.Status.WITHDRAWN: "off",
}


@register.filter
def property_state(value: Property) -> SafeString:
    """The status as a word with its colour."""
    return format_html(
        '<span class="state state-{}">{}</span>',
        _LOOKS.get(Property.Status(value.status), "off"),
        value.get_status_display(),
    )
