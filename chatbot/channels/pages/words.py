"""Words: what a provider allows, for a person; what an address may name."""

from __future__ import annotations

from collections.abc import Iterator

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from crm.conversations.rules import Rules

# Those whose name is not spelt as any other word is.
FAMILIES = {"whatsapp": "WhatsApp"}


def family_name(family: str) -> str:
    return FAMILIES.get(family, family.capitalize())


def is_key(text: str) -> bool:
    """Whether this can be a row's number; a longer one no database has."""
    return text.isdecimal() and len(text) <= 18


def rules_in_words(rules: Rules) -> list[tuple[str, str]]:
    """(what it is about, what holds) for the channel's page."""
    return [
        (_("Who can be written to"), _first_words(rules)),
        (_("When"), _window(rules)),
        *((_("Per person"), words) for words in _paced(rules.pair_seconds, rules)),
        *((_("Per group"), words) for words in _paced(rules.group_seconds, rules)),
    ]


def _first_words(rules: Rules) -> str:
    if rules.writes_first:
        return _("anybody, though people who never wrote may take it amiss")
    return _("only people who have written here themselves")


def _window(rules: Rules) -> str:
    if rules.window is None:
        return _("at any time")
    hours = int(rules.window.total_seconds() // 3600)
    free = ngettext(
        "freely for %(hours)d hour after the person's last message",
        "freely for %(hours)d hours after the person's last message",
        hours,
    ) % {"hours": hours}
    after = _("after that with approved templates only")
    if not rules.templates:
        after = _("after that not before they write again")
    return f"{free}; {after}"


def _paced(seconds: float, rules: Rules) -> Iterator[str]:
    if seconds:
        yield _("one message every %(seconds)s s, after %(burst)d at once") % {
            "seconds": f"{seconds:g}",
            "burst": rules.pair_burst,
        }


def language_name(code: str) -> str:
    """ "español (Perú)" for "es_PE"; what nobody knows stays as it is."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(get_language() or "es")
    except (ValueError, TypeError, UnknownLocaleError):
        return code
    return name or code
