"""Meta's message templates: as its list gives them, and as its webhooks tell of changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from chatbot.channels.events import Json, TemplateNews
from chatbot.channels.reading import dicts, identifier, instant, mapping, plain

DEEPEST = 8
# What webhooks call a state that the list, and we, know by another word. "": it stays as it is.
STATUSES = {
    "REINSTATED": "APPROVED",
    "UNPAUSED": "APPROVED",
    "UNARCHIVED": "APPROVED",
    "FLAGGED": "",
    "DELETED": "GONE",
    "PENDING_DELETION": "GONE",
}
# Of what becomes of a template, this is trouble for the whole channel, or the end of it.
TEMPLATE_TROUBLE = {"PAUSED", "DISABLED", "REJECTED", "FLAGGED"}
TEMPLATE_RETURN = {"APPROVED", "REINSTATED", "UNPAUSED"}
# Whatever was wrong with it is nobody's trouble any more.
TEMPLATE_OVER = TEMPLATE_RETURN | {"DELETED"}


def listed(row: Json) -> TemplateNews | None:
    """One of the account's list; None if it has no name or language."""
    return _news(
        name=row.get("name"),
        language=row.get("language"),
        id=identifier(row.get("id"), 100),
        status=plain(row.get("status"), 30),
        category=plain(row.get("category"), 40),
        quality=plain(mapping(row.get("quality_score")).get("score"), 20),
        reason=_rejection(row.get("rejected_reason")),
        components=storable(dicts(row.get("components"))),
    )


def read_template(payload: Json) -> TemplateNews | None:
    """What a webhook says of one template; what it does not say stays ""."""
    field, value = identifier(payload.get("field"), 60), mapping(payload.get("value"))
    told: Json = {
        "name": value.get("message_template_name"),
        "language": value.get("message_template_language"),
        "id": identifier(value.get("message_template_id"), 100),
        "at": instant(payload.get("time")),
    }
    if field == "message_template_status_update":
        event = event_of(value)
        told["status"] = STATUSES.get(event, event)
        told["category"] = plain(value.get("message_template_category"), 40)
        told["reason"] = reason_of(value)
    elif field == "message_template_quality_update":
        told["quality"] = plain(value.get("new_quality_score"), 20)
    elif field == "template_category_update":
        told["category"] = plain(value.get("new_category"), 40)
    elif field == "message_template_components_update":
        told["components"] = _components(value)
    return _news(**told)


def _news(*, name: Any, language: Any, **told: Any) -> TemplateNews | None:
    name, language = plain(name, 512).strip(), plain(language, 12).strip()
    return TemplateNews(name=name, language=language, **told) if name and language else None


def event_of(value: Json) -> str:
    return plain(value.get("event"), 30)


def reason_of(value: Json) -> str:
    """Why, in words: Meta's advice if it gives any, else its reason, else what it is paused for."""
    rejection = mapping(value.get("rejection_info"))
    said = [plain(rejection.get(name), 200) for name in ("reason", "recommendation")]
    if any(said):
        return " – ".join(filter(None, said))
    other = mapping(value.get("other_info"))
    paused = _pause(identifier(other.get("title"), 40)) or plain(other.get("description"), 400)
    return paused or _rejection(value.get("reason"))


def _pause(title: str) -> str:
    return {
        "FIRST_PAUSE": _("People reported it; Meta pauses it for three hours."),
        "SECOND_PAUSE": _("People reported it again; Meta pauses it for six hours."),
        "DISABLED": _("People reported it too often; it cannot be used any more."),
    }.get(title, "")


def _rejection(reason: Any) -> str:
    code = identifier(reason, 60)
    if code in ("", "NONE"):
        return ""
    return {
        "ABUSIVE_CONTENT": _("Its wording breaks Meta's rules."),
        "CATEGORY_NOT_AVAILABLE": _("Its category is not available."),
        "INCORRECT_CATEGORY": _("It is in the wrong category."),
        "INVALID_FORMAT": _("Its format is wrong, for example two variables side by side."),
        "PROMOTIONAL": _("It advertises, and its category does not allow that."),
        "SCAM": _("Meta takes it for fraud."),
        "TAG_CONTENT_MISMATCH": _("Its language or category does not fit its wording."),
    }.get(code, code)


def _components(value: Json) -> list[Json] | None:
    """The wording as the list would give it; None where the webhook says nothing of it."""
    texts = (("HEADER", "title"), ("BODY", "element"), ("FOOTER", "footer"))
    made: list[Json] = []
    for type_, name in texts:
        if text := plain(value.get(f"message_template_{name}"), 2000):
            made.append({"type": type_, "text": text})
            if type_ == "HEADER":
                made[-1]["format"] = "TEXT"
    prefix = "message_template_button_"
    buttons = [
        {name.removeprefix(prefix): told for name, told in button.items()}
        for button in storable(dicts(value.get("message_template_buttons")))
    ]
    if buttons:
        made.append({"type": "BUTTONS", "buttons": buttons})
    return made or None


def storable(value: Any, depth: int = 0) -> Any:
    """JSON that any database takes: no NUL, no half surrogate, no endless number, not too deep."""
    if isinstance(value, dict) and depth < DEEPEST:
        return {plain(str(name), 100): storable(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list) and depth < DEEPEST:
        return [storable(one, depth + 1) for one in value[:200]]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 2**53 else None
    return plain(value, 5000)
