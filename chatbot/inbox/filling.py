"""What a template's variables are filled with at first: from the person, their lead, their loan
(`owing`), and us."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from chatbot.inbox import owing
from crm.conversations import templates
from crm.conversations.models import Conversation, MessageTemplate
from crm.conversations.templates import Variable
from crm.people.folding import fold
from crm.people.models import User
from leads.models import Lead

# What the people who write templates call their variables (folded), and what stands before them.
FIRST_NAME, FULL_NAME, PROPERTY, CODE, COLLEAGUE = "first_name", "name", "property", "code", "us"
CALLED = {
    FIRST_NAME: r"nombres?|primer_nombre|cliente|name|first_?name|customer(_name)?",
    FULL_NAME: r"nombre_completo|nombres?_y_apellidos?|full_?name|contact_name",
    PROPERTY: r"propiedad|inmueble|departamento|proyecto|property(_title)?|titulo|title",
    CODE: r"codigo|code|property_code",
    COLLEAGUE: r"asesora?|agente|ejecutiv[oa]|vendedora?|agent|advisor|colleague",
}
BEFORE = {
    FIRST_NAME: r"(hola|hello|hi|buen[oa]s \w+|estimad[oa](\(a\))?|querid[oa]|dear|senora?)[ ,]*",
    COLLEAGUE: r"((soy|saluda|asesora?|agente|i am|this is)[ :]*)",
    PROPERTY: r"((propiedad|inmueble|departamento|depa|casa|terreno|proyecto|oficina|local"
    r"|property|apartment|house)[ :“\"*]*)",
}
CALLED_PATTERNS = {fact: re.compile(names) for fact, names in (CALLED | owing.CALLED).items()}
BEFORE_PATTERNS = {
    fact: re.compile(rf"\b{words}$") for fact, words in (BEFORE | owing.BEFORE).items()
}
# A sign no text holds, to find a variable's place in its sentence.
MARK = "\ufffc"
LAST_WORDS = re.compile(r"(?:\S+ +){0,3}\S*$")
FIRST_WORDS = re.compile(r"\S*(?: +\S+){0,2}")
SEEN = 40
NUMBER = re.compile(r"[0-9](?:[0-9]|,(?=[0-9]))*(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Field:
    """A variable as the form shows it; `name` is the form's own."""

    variable: Variable
    name: str
    label: str
    value: str


def fields(
    template: MessageTemplate, given: dict[str, str] | None, facts: dict[str, str]
) -> list[Field]:
    """The variables with what was `given`; if nothing was yet, with what is known."""
    return [
        Field(one, field_name(one), _label(template, one), _value(template, one, given, facts))
        for one in templates.variables(template)
    ]


def field_name(variable: Variable) -> str:
    return f"v.{variable.key}"


def facts_of(conversation: Conversation, user: User) -> dict[str, str]:
    """What is known, by the words above; without what is empty."""
    contact = conversation.contact
    leads = Lead.objects.visible_to(user).open().filter(contact=contact, property__isnull=False)
    lead = leads.select_related("property").order_by("-last_message_at", "-pk").first()
    about = lead.property if lead else None
    # A group is called something, but that is nobody's name.
    known = {
        FIRST_NAME: "" if conversation.is_group else contact.first_name,
        FULL_NAME: "" if conversation.is_group else contact.name,
        PROPERTY: about.title if about else "",
        CODE: about.code if about else "",
        COLLEAGUE: user.first_name or str(user),
    }
    known |= owing.facts_of(conversation, user)
    return {fact: value for fact, value in known.items() if value}


def says_amounts(template: MessageTemplate, given: dict[str, str], facts: dict[str, str]) -> bool:
    """Whether what is sent tells of somebody's debt: by what is asked for, or by what is said.

    Who may see no loan knows none (`facts`), and whatever amount they write is of something else.
    """
    owed = {facts[fact] for fact in owing.AMOUNTS & facts.keys()}
    amounts = {number for one in owed for number in _numbers(one) if number}
    return bool(owed) and any(
        _meant(template, one) in owing.AMOUNTS or amounts & _numbers(given.get(one.key, ""))
        for one in templates.variables(template)
    )


def _numbers(text: str) -> set[Decimal]:
    """Those it says, however they are written: of "S/ 1,224.61 hoy" and "S/.1224.61" the same."""
    return {Decimal(one.replace(",", "")) for one in NUMBER.findall(text)}


def _label(template: MessageTemplate, variable: Variable) -> str:
    """Its name; where that is only a number, the words around it."""
    place, name = variable.key.partition(".")[0], variable.name.replace("_", " ")
    if place.startswith("button"):
        return _("Button “%(name)s”: the end of its address") % {"name": variable.name}
    if name.isdigit():
        return _in_its_place(template, variable)
    return _("Heading: %(name)s") % {"name": name} if place == "header" else name


def _in_its_place(template: MessageTemplate, variable: Variable) -> str:
    """ "a la propiedad {{2}} el …": where in the text a variable stands."""
    before, _mark, after = _around(template, variable)
    head, tail = LAST_WORDS.search(before), FIRST_WORDS.match(after)
    words = (head[0] if head else "", f"{{{{{variable.name}}}}}", tail[0] if tail else "")
    return "".join(words).replace("….", "…").strip()


def _around(template: MessageTemplate, variable: Variable) -> tuple[str, str, str]:
    """What is read before a variable and after it; the middle is "" if it stands in no text."""
    others = {one.key: one.sample or "…" for one in templates.variables(template)}
    return templates.preview(template, others | {variable.key: MARK}).partition(MARK)


def _value(
    template: MessageTemplate,
    variable: Variable,
    given: dict[str, str] | None,
    facts: dict[str, str],
) -> str:
    if given is not None:
        return given.get(variable.key, "")
    return facts.get(_meant(template, variable), "")


def _meant(template: MessageTemplate, variable: Variable) -> str:
    """Which fact a variable asks for: by its own name, or else by the words before it."""
    name = fold(variable.name).replace(" ", "_")
    called = (fact for fact, names in CALLED_PATTERNS.items() if names.fullmatch(name))
    return next(called, "") or _by_place(template, variable)


def _by_place(template: MessageTemplate, variable: Variable) -> str:
    before, found, _after = _around(template, variable)
    words = fold(before[-SEEN:]) if found else ""
    return next((fact for fact, sign in BEFORE_PATTERNS.items() if sign.search(words)), "")
