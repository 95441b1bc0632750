"""Who wrote to the demo's office, and what was said."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from chatbot.demo.papers import sheet
from chatbot.demo.properties import drawing
from crm.catalog.models import Property
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Attachment, Channel, Conversation, Message
from crm.people.models import Contact, Note, User
from leads.models import Lead, LeadChange

FIRST = (
    "Ana", "Beto", "Carmen", "Diego", "Elena", "Félix", "Gabriela", "Hugo", "Inés", "Jorge",
    "Karina", "Luis", "Marta", "Néstor", "Olga", "Pablo", "Quena", "Raúl", "Sofía", "Tomás",
)  # fmt: skip
LAST = ("de Prueba", "de Ejemplo", "Demo", "de Mentira")
# Of each conversation: who speaks (p person, b bot, c colleague) and what.
OPENING = (
    ("p", "Hola, me interesa {title}"),
    ("b", "Gracias por tu interés en {title}. Pronto te escribirá un colega por aquí."),
)
TALKS = (
    OPENING,
    (*OPENING, ("p", "¿Se puede visitar el sábado?")),
    (
        *OPENING,
        ("c", "Hola, soy {agent}. Sí, sigue disponible. ¿Cuándo te gustaría verla?"),
        ("p", "El sábado por la mañana"),
        ("c", "Te espero el sábado a las 10:30 en la puerta."),
        ("p", "Perfecto, gracias 🙌"),
    ),
    (
        *OPENING,
        ("p", "¿Aceptan crédito hipotecario?"),
        ("c", "Claro. Con 20 % de inicial te ayudamos con el trámite."),
    ),
    (
        *OPENING,
        ("c", "Hola, ¿en qué zona buscas?"),
        ("p", "Cerca de un parque, con dos dormitorios como mínimo"),
        ("c", "Entonces te va a gustar. Te mando los detalles por aquí."),
    ),
)
STATUSES = (
    "new", "new", "contacted", "contacted", "qualified", "new", "negotiating", "won", "lost",
    "contacted", "qualified", "new", "negotiating", "lost", "won",
)  # fmt: skip
SOURCES = ("direct", "direct", "ad", "direct", "referral", "manual")
PEOPLE = 40
LEADS = 36


@dataclass(frozen=True, slots=True)
class Office:
    channel: Channel
    agents: Sequence[User]
    properties: Sequence[Property]
    random: Random


def build_talks(office: Office) -> int:
    """Conversations and leads, the newest twenty minutes old; how many leads."""
    now = timezone.now()
    offered = [one for one in office.properties if one.status != Property.Status.DRAFT]
    for number in range(PEOPLE):
        age = timedelta(minutes=20 + 47 * number + 9 * number**2)
        conversation = _conversation(office, number)
        if number < LEADS:
            about = offered[number % len(offered)]
            _lead_with_talk(office, conversation, about, number, now - age)
        else:
            _say(conversation, iter([("p", "Hola, buenos días", {})]), now - age, None)
    _oddities(office)
    return LEADS


def _conversation(office: Office, number: int) -> Conversation:
    name = f"{FIRST[number % len(FIRST)]} {LAST[(number // 5) % len(LAST)]}"
    digits = f"519000000{number:02d}"
    conversation = meet(
        channel=office.channel, addresses=[("wa_id", digits)], name=name, phone=digits
    )
    ownership.open_episode(conversation)
    return conversation


def _lead_with_talk(
    office: Office, conversation: Conversation, about: Property, number: int, last: Any
) -> None:
    status = STATUSES[number % len(STATUSES)]
    agent = None if status == "new" else office.agents[number % len(office.agents)]
    talk = TALKS[number % 2] if agent is None else TALKS[2 + number % 3]
    spoken: list[tuple[str, str, dict[str, Any]]] = [
        (who, text.format(title=about.title, agent=agent.first_name if agent else ""), {})
        for who, text in talk
    ]
    first = last - timedelta(minutes=7 * (len(spoken) - 1))
    if agent is not None:
        ownership.claim(conversation=conversation, user=agent)
    elif number % 4 == 1:
        ownership.hand_to_queue(conversation=conversation)
    conversation.refresh_from_db()
    _say(conversation, iter(spoken), first, agent)
    lead = Lead.objects.create(
        contact=conversation.contact,
        property=about,
        source=SOURCES[number % len(SOURCES)],
        status=status,
        assigned_to=agent,
        agency=agent.agency if agent else None,
        first_message_at=first,
        last_message_at=last,
        last_text=conversation.last_text,
        first_response_at=first + timedelta(minutes=14) if agent else None,
        closed_at=last if status in Lead.CLOSED else None,
        created_at=first,
    )
    if agent is not None:
        Contact.objects.filter(pk=lead.contact_id).update(owner=agent)
        _history(lead, agent, first + timedelta(minutes=14))


def _history(lead: Lead, agent: User, at: Any) -> None:
    changes = [("assigned_to", "", str(agent.pk)), ("status", "new", lead.status)]
    LeadChange.objects.bulk_create(
        LeadChange(lead=lead, actor=agent, field=field, old=old, new=new, at=at)
        for field, old, new in changes
    )
    if lead.pk % 3 == 0:
        Note.objects.create(
            contact=lead.contact, author=agent, text="Prefiere que le escriban por la tarde."
        )


def _say(
    conversation: Conversation,
    spoken: Iterator[tuple[str, str, dict[str, Any]]],
    at: Any,
    agent: User | None,
) -> None:
    """Write the messages as if they had come and gone, seven minutes apart."""
    authors = {
        "p": Message.Author.PERSON,
        "b": Message.Author.BOT,
        "c": Message.Author.COLLEAGUE,
    }
    for index, (who, text, more) in enumerate(spoken):
        moment = at + timedelta(minutes=7 * index)
        incoming = who == "p"
        fields: dict[str, Any] = {
            "state": Message.State.RECEIVED if incoming else Message.State.READ,
            "provider_at": moment if incoming else None,
            "sent_at": None if incoming else moment,
            "delivered_at": None if incoming else moment,
            "read_at": None if incoming else moment,
        }
        message = Message.objects.create(
            conversation=conversation,
            episode_id=conversation.episode_id,
            channel=conversation.channel,
            direction=Message.Direction.IN if incoming else Message.Direction.OUT,
            author=authors[who],
            user=agent if who == "c" else None,
            text=text,
            shown_at=moment,
            created_at=moment,
            **(fields | more),
        )
        outreach.note_message(conversation, message, answers=who != "b")


def _oddities(office: Office) -> None:
    """What the lists and threads must also be able to show."""
    Kind, State = Message.Kind, Message.State
    some = Conversation.objects.order_by("-last_message_at")[2:8]
    failed, unsupported, place, unknown, picture, document = some
    _say(failed, iter([("c", "¿Pudiste ver la propiedad?", {
        "state": State.FAILED, "read_at": None, "error_code": "131026",
        "error_text": "El número no puede recibir mensajes.",
    })]), _after(failed), office.agents[0])  # fmt: skip
    _say(unsupported, iter([("p", "", {
        "kind": Kind.UNSUPPORTED, "raw": '{"type": "unsupported", "unsupported": {"type": "poll"}}',
    })]), _after(unsupported), None)  # fmt: skip
    _say(place, iter([("p", "Parque de Ejemplo\n-12.121100, -77.029700", {
        "kind": Kind.LOCATION,
    })]), _after(place), None)  # fmt: skip
    _say(unknown, iter([("c", "Te llamo en un momento", {
        "state": State.UNKNOWN, "read_at": None, "sent_at": None, "due_at": _after(unknown),
    })]), _after(unknown), office.agents[0])  # fmt: skip
    _say(picture, iter([("p", "¿Es esta?", {"kind": Kind.IMAGE})]), _after(picture), None)
    look = io.BytesIO()
    drawing(office.random, 1).save(look, "JPEG")
    _attach(picture, "dibujo.jpg", "image/jpeg", look.getvalue())
    _say(document, iter([("c", "La ficha", {"kind": Kind.DOCUMENT})]), _after(document),
         office.agents[0])  # fmt: skip
    words = ["Ficha de demostración", "Propiedad inventada"]
    _attach(document, "Ficha.pdf", "application/pdf", sheet(words))


def _attach(conversation: Conversation, name: str, mime: str, content: bytes) -> None:
    """Give the conversation's newest message a file."""
    message = conversation.messages.latest("id")
    attachment = Attachment(message=message, name=name, mime=mime, size=len(content))
    attachment.state = Attachment.State.READY
    attachment.file.save(name, ContentFile(content), save=True)


def _after(conversation: Conversation) -> datetime:
    return (conversation.last_message_at or timezone.now()) + timedelta(minutes=1)
