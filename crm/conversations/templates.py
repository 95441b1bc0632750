"""Templates a provider has approved: what they ask for, how they read, what is sent of them.

A template's `components` are as Meta gives them: HEADER (TEXT, IMAGE, VIDEO, DOCUMENT …), BODY,
FOOTER, BUTTONS, with variables {{1}} or {{name}} in their texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.conversations.models import MessageTemplate
from crm.errors import DeskError
from crm.people.models import Contact

Json = dict[str, Any]
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
HEADER_FILES = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
LONGEST_VALUE = 600
LONGEST_BODY = 1024  # of the body, with everything filled in
# Parts and buttons that want more than words: nothing here could fill them in.
ODD_PARTS = {"CAROUSEL", "LIMITED_TIME_OFFER"}
ODD_BUTTONS = {"COPY_CODE", "OTP", "MPM"}
PLAIN_HEADERS = {"", "TEXT", *HEADER_FILES}


@dataclass(frozen=True, slots=True)
class Variable:
    """One value to fill in: `key` is "body.nombre", "header.1" or "button0.1"."""

    key: str
    name: str
    sample: str = ""


def variables(template: MessageTemplate) -> list[Variable]:
    """What must be filled in before the template can be sent, in the order it is read."""
    return list(_variables(template))


def header_file(template: MessageTemplate) -> str:
    """The kind of file the header wants ("image", "video", "document"), or ""."""
    header = _part(template, "HEADER")
    return HEADER_FILES.get(str(header.get("format") or "").upper(), "")


def is_fillable(template: MessageTemplate) -> bool:
    """Whether all that the template asks for can be entered on a page."""
    given = template.components if isinstance(template.components, list) else []
    parts = [one for one in given if isinstance(one, dict)]
    kinds = {str(one.get("type") or "").upper() for one in parts}
    headers = {str(one.get("format") or "").upper() for one in parts}
    asked = {str(one.get("type") or "").upper() for one in buttons(template)}
    return not (kinds & ODD_PARTS or headers - PLAIN_HEADERS or asked & ODD_BUTTONS)


def is_unwanted(template: MessageTemplate, contact: Contact) -> bool:
    """Whether it is marketing, and they want none."""
    return template.category.upper() == "MARKETING" and contact.opted_out_at is not None


def buttons(template: MessageTemplate) -> list[Json]:
    found = _part(template, "BUTTONS").get("buttons")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def preview(template: MessageTemplate, values: Mapping[str, str] | None = None) -> str:
    """The message as the person will read it; what is not given yet shows its sample."""
    given = {one.key: one.sample for one in variables(template)} | dict(values or {})
    lines = [
        _filled(_text(template, "HEADER"), "header", given),
        _filled(_text(template, "BODY"), "body", given),
        _text(template, "FOOTER"),
    ]
    offered = [f"[{one.get('text')}]" for one in buttons(template) if one.get("text")]
    return "\n\n".join(line for line in [*lines, " ".join(offered)] if line)


def components(template: MessageTemplate, values: Mapping[str, str]) -> tuple[Json, ...]:
    """What is sent beside the template's name. Raises DeskError for a value that is missing, or
    longer than one may be: none is ever cut.

    A header's file is not among them: it is the message's attachment.
    """
    asked = variables(template)
    missing = [one.name for one in asked if not values.get(one.key, "").strip()]
    if missing:
        raise DeskError(_("Fill in: %(names)s.") % {"names": ", ".join(missing)})
    if any(len(_one_line(values[one.key])) > LONGEST_VALUE for one in asked):
        raise DeskError(
            _("Too long for the template: it takes at most %(most)d characters in each place.")
            % {"most": LONGEST_VALUE}
        )
    if asked and len(_filled(_text(template, "BODY"), "body", values)) > LONGEST_BODY:
        raise DeskError(
            _("Too long for the template: filled in, it has more than %(most)d characters.")
            % {"most": LONGEST_BODY}
        )
    return tuple(_components(template, values))


def _variables(template: MessageTemplate) -> Iterator[Variable]:
    for place in ("HEADER", "BODY"):
        samples = _samples(_part(template, place))
        for index, name in enumerate(_names(_text(template, place))):
            key = f"{place.lower()}.{name}"
            sample = samples.get(name, "") or samples.get(str(index + 1), "")
            yield Variable(key, name, sample)
    for number, button in enumerate(buttons(template)):
        for name in _names(str(button.get("url") or "")):
            yield Variable(f"button{number}.{name}", str(button.get("text") or name))


def _components(template: MessageTemplate, values: Mapping[str, str]) -> Iterator[Json]:
    for place in ("HEADER", "BODY"):
        names = _names(_text(template, place))
        if names:
            texts = [_parameter(name, values[f"{place.lower()}.{name}"]) for name in names]
            yield {"type": place.lower(), "parameters": texts}
    for number, button in enumerate(buttons(template)):
        for name in _names(str(button.get("url") or "")):
            text = {"type": "text", "text": _one_line(values[f"button{number}.{name}"])}
            yield {
                "type": "button",
                "sub_type": "url",
                "index": str(number),
                "parameters": [text],
            }


def _parameter(name: str, value: str) -> Json:
    parameter = {"type": "text", "text": _one_line(value)}
    return parameter if name.isdigit() else {**parameter, "parameter_name": name}


def _one_line(value: str) -> str:
    """The provider refuses line feeds, tabs and long gaps within a variable."""
    return " ".join(value.split())


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(VARIABLE.findall(text)))


def _filled(text: str, place: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return _one_line(values.get(f"{place}.{match[1]}", "")) or match[0]

    return VARIABLE.sub(value, text)


def _text(template: MessageTemplate, place: str) -> str:
    text = _part(template, place).get("text")
    return text if isinstance(text, str) else ""


def _part(template: MessageTemplate, place: str) -> Json:
    parts = template.components if isinstance(template.components, list) else []
    found = (one for one in parts if isinstance(one, dict))
    return next((one for one in found if str(one.get("type") or "").upper() == place), {})


def _samples(part: Json) -> dict[str, str]:
    """By name, or by position from 1: Meta writes {"body_text": [["Ana"]]} or named pairs."""
    example = part.get("example")
    samples: dict[str, str] = {}
    for key, given in example.items() if isinstance(example, dict) else ():
        if not isinstance(given, list):
            continue
        if str(key).endswith("_named_params"):
            pairs = [one for one in given if isinstance(one, dict)]
            samples |= {str(p.get("param_name")): str(p.get("example") or "") for p in pairs}
        else:
            flat = given[0] if given and isinstance(given[0], list) else given
            samples |= {str(at): str(one) for at, one in enumerate(flat, 1)}
    return samples
