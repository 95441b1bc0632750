"""How a conversation is put into words and signs: {% load inbox %}."""

import re
from datetime import date, datetime, timedelta

from babel.dates import format_date
from django import template
from django.utils import timezone
from django.utils.html import format_html, linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chatbot.channels.pages import words
from chatbot.channels.registry import BY_SLUG
from crm.conversations.models import Message
from crm.conversations.wording import BOLD
from crm.desk import wording
from crm.people import phones

register = template.Library()
TAGS = re.compile(r"(<[^>]*>)")

# Looking for addresses in a text takes time; nobody clicks in the depths of a pasted book.
LONGEST_LINKED = 5_000

TICKS = {
    Message.State.HELD: "clock-pause",
    Message.State.QUEUED: "clock",
    Message.State.SENDING: "send",
    Message.State.SENT: "check",
    Message.State.DELIVERED: "checks",
    Message.State.READ: "checks",
    Message.State.FAILED: "alert-circle",
    Message.State.UNKNOWN: "help-circle",
    Message.State.CANCELLED: "ban",
}
OWNERS = {"bot": "robot", "queue": "hourglass", "human": "user"}
# As providers call what a message is billed as, and a template is for.
CATEGORIES = {
    "authentication": _lazy("Authentication"),
    "marketing": _lazy("Marketing"),
    "referral_conversion": _lazy("After an advertisement"),
    "service": _lazy("Service"),
    "utility": _lazy("Utility"),
}
# The last line of a template with buttons: "[Ver] [Llamar]".
_BUTTONS = re.compile(r"(?:^|\n\n)((?:\[[^\[\]\n]{1,60}\] ?)+)$")
_POINT = re.compile(r"^(-?\d{1,3}\.\d+), (-?\d{1,3}\.\d+)$")


@register.filter
def clock(moment: datetime) -> SafeString:
    """ "14:32", the exact moment on hover."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        wording.exact_moment(moment),
        f"{timezone.localtime(moment):%H:%M}",
    )


@register.filter
def day_words(day: date) -> str:
    """ "Today", "Yesterday", "Friday 21 November", with the year if it is another one."""
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    pattern = "EEEE d MMMM" if day.year == today.year else "d MMMM y"
    spanish = (get_language() or "es").startswith("es")
    return str(format_date(day, pattern, locale="es_PE" if spanish else "en_GB"))


@register.filter
def rich(text: str) -> SafeString:
    """Text as a person wrote it: escaped, lines kept, addresses as links that say nothing of us."""
    if len(text) > LONGEST_LINKED:
        return mark_safe(linebreaks(text, autoescape=True))
    linked = urlize(text, nofollow=True, autoescape=True)
    # The quotes of the text itself are escaped by now: these can only be urlize's own.
    linked = linked.replace('rel="nofollow"', 'rel="nofollow noopener noreferrer" target="_blank"')
    return mark_safe(linebreaks(mark_safe(linked)))


@register.filter
def bold(html: SafeString) -> SafeString:
    """Of what `rich` gave: words between asterisks bold, as WhatsApp shows them."""
    parts = TAGS.split(html)
    parts[::2] = [BOLD.sub(r"<strong>\1</strong>", part) for part in parts[::2]]
    return mark_safe("".join(parts))


@register.filter
def tick(message: Message) -> str:
    """The icon of an outgoing message's state."""
    if message.may_be_confirmed:
        return "clock"
    return TICKS.get(Message.State(message.state), "")


@register.filter
def owner_icon(owner: str) -> str:
    return OWNERS.get(owner, "robot")


@register.filter
def provider_icon(provider: str) -> str:
    known = BY_SLUG.get(provider)
    return known.icon if known else "message"


@register.filter
def standing(message: Message) -> str:
    """Its state in words."""
    if message.may_be_confirmed:
        return _("Waiting for confirmation")
    return str(message.get_state_display())


@register.filter
def told(message: Message) -> str:
    """What is known of an outgoing message, for a title on hover: its state, why, what it cost."""
    why = f": {message.error_text}" if message.error_text else ""
    said = [f"{standing(message)}{why}", billed(message)]
    return "\n".join(word for word in said if word)


@register.filter
def billed(message: Message) -> str:
    """ "Utility, charged": as the provider bills a message; "" while it has not said."""
    pricing = message.pricing if isinstance(message.pricing, dict) else {}
    billable = pricing.get("billable")
    charged = {True: _("charged"), False: _("free of charge")}
    cost = charged[billable] if isinstance(billable, bool) else ""
    return ", ".join(word for word in (category(pricing.get("category")), cost) if word)


@register.filter
def category(name: object) -> str:
    """ "UTILITY" in words; what we have no word for, as it is written."""
    given = str(name or "")
    return str(CATEGORIES.get(given.lower(), given.replace("_", " ").capitalize()))


@register.filter
def language_name(code: str) -> str:
    """ "español (Perú)" for "es_PE"."""
    return words.language_name(code)


@register.filter
def template_words(text: str) -> str:
    """A template's text without the line of its buttons."""
    return _BUTTONS.sub("", text)


@register.filter
def in_line(text: str) -> str:
    """Paragraphs one behind the other."""
    return " · ".join(part for line in text.splitlines() if (part := line.strip()))


@register.filter
def template_buttons(text: str) -> list[str]:
    """The titles of the buttons a template's text ends with."""
    found = _BUTTONS.search(text)
    return re.findall(r"\[([^\[\]]+)\]", found[1]) if found else []


@register.filter
def map_url(message: Message) -> str:
    """Where a map shows the place a message names in its last line, or ""."""
    found = _POINT.match(message.text.rsplit("\n", 1)[-1].strip())
    if not found:
        return ""
    latitude, longitude = found.groups()
    return (
        f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
        f"#map=17/{latitude}/{longitude}"
    )


@register.filter
def file_word(name: str) -> str:
    """ "PDF" of "estado.pdf": the sign on a document without a picture."""
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending.upper() if ending.isalnum() and len(ending) <= 5 else ""


@register.filter
def phone(number: str) -> str:
    return phones.pretty(number)
