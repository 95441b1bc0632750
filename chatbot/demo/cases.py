"""What lists and threads must also be able to show: one conversation for each special case."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from chatbot.demo.papers import sheet
from chatbot.demo.properties import drawing
from chatbot.demo.telling import after, attach, never_left, say
from chatbot.simulator.people import GROUPS
from crm.catalog.models import Property
from crm.conversations import ownership, templates
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Conversation, Message, MessageRevision
from crm.people.models import User
from leads.models import Lead

Kind, State = Message.Kind, Message.State
FOLLOW_UP = "seguimiento_visita"


@dataclass(frozen=True, slots=True)
class Office:
    channel: Channel
    agents: Sequence[User]
    properties: Sequence[Property]
    random: Random


def build_cases(office: Office, talks: Sequence[Conversation], now: datetime) -> None:
    """`talks` are the office's conversations, the newest first; the last ones are old enough for
    the provider's window to have closed."""
    for talk in talks:
        talk.refresh_from_db()
    _failed(talks[2])
    _unsupported(talks[3])
    _not_confirmed(talks[4])
    _place(talks[5])
    _picture(talks[6], office.random)
    _document(talks[7])
    _edited(talks[9])
    _deleted(talks[10])
    _by_template(talks[12], now - timedelta(minutes=95))
    _held(talks[18], now - timedelta(minutes=75))
    _group(office.channel, now - timedelta(minutes=55))


def answering(talk: Conversation) -> User | None:
    """The colleague whose conversation it is."""
    return talk.episode.human if talk.episode else None


def _failed(talk: Conversation) -> None:
    at = after(talk)
    told = never_left(
        State.FAILED,
        failed_at=at,
        error_code="131026",
        error_text="El número no puede recibir mensajes.",
    )
    say(talk, [("c", "¿Pudiste ver la propiedad?", told)], at, answering(talk))


def _unsupported(talk: Conversation) -> None:
    raw = '{"type": "unsupported", "unsupported": {"type": "poll"}}'
    say(talk, [("p", "", {"kind": Kind.UNSUPPORTED, "raw": raw})], after(talk))


def _place(talk: Conversation) -> None:
    words = "Parque de Ejemplo\n-12.121100, -77.029700"
    say(talk, [("p", words, {"kind": Kind.LOCATION})], after(talk))


def _not_confirmed(talk: Conversation) -> None:
    at = after(talk)
    say(
        talk,
        [("c", "Te llamo en un momento", never_left(State.UNKNOWN, due_at=at))],
        at,
        answering(talk),
    )


def _picture(talk: Conversation, random: Random) -> None:
    asked = say(talk, [("p", "¿Es esta?", {"kind": Kind.IMAGE})], after(talk))
    look = io.BytesIO()
    drawing(random, 1).save(look, "JPEG")
    attach(asked, "dibujo.jpg", "image/jpeg", look.getvalue())


def _document(talk: Conversation) -> None:
    """A sheet that was sent, and how they liked it."""
    sent = say(talk, [("c", "La ficha", {"kind": Kind.DOCUMENT})], after(talk), answering(talk))
    words = ["Ficha de demostración", "Propiedad inventada"]
    attach(sent, "Ficha.pdf", "application/pdf", sheet(words))
    liked = {"kind": Kind.REACTION, "reply_to": sent.provider_id}
    say(talk, [("p", "👍", liked)], after(talk))


def _edited(talk: Conversation) -> None:
    """An answer that was changed twice, and quotes what it answers."""
    asked = say(talk, [("c", "¿Qué día te queda mejor?", {})], after(talk), answering(talk))
    at = after(talk)
    more = {"reply_to": asked.provider_id, "edited_at": at + timedelta(minutes=2)}
    answer = say(talk, [("p", "El sábado a las 11", more)], at)
    for minutes, words in ((1, "El viernes"), (2, "El sábado")):
        replaced_at = at + timedelta(minutes=minutes)
        MessageRevision.objects.create(message=answer, text=words, replaced_at=replaced_at)


def _deleted(talk: Conversation) -> None:
    at = after(talk)
    gone = say(talk, [("p", "", {"deleted_at": at + timedelta(minutes=1)})], at)
    MessageRevision.objects.create(message=gone, text="Perdón, era para otra persona")


def _by_template(talk: Conversation, at: datetime) -> None:
    """They have not written for a day: a template asks once more, and is not read yet."""
    template = talk.channel.templates.get(name=FOLLOW_UP)
    lead = Lead.objects.select_related("property").get(contact=talk.contact_id)
    assert lead.property is not None
    values = {
        "body.nombre": talk.contact.first_name,
        "body.propiedad": lead.property.title,
    }
    more = {
        "template": template,
        "values": values,
        "state": State.DELIVERED,
        "read_at": None,
        "pricing": {"category": "utility", "billable": True},
    }
    words = templates.preview(template, values)
    say(talk, [("c", words, more)], at, answering(talk))


def _held(talk: Conversation, at: datetime) -> None:
    words = (
        "Pasaron más de 24 horas desde el último mensaje de la persona. "
        "Saldrá cuando vuelva a escribir."
    )
    kept = never_left(State.HELD, error_code="window", error_text=words)
    say(talk, [("c", "¿Sigues buscando departamento?", kept)], at, answering(talk))


def _group(channel: Channel, at: datetime) -> None:
    """A family that talks the purchase over, with us among them."""
    group = GROUPS[0]
    talk = meet(
        channel=channel, addresses=[("group", group.id)], name=group.name, phone="", is_group=True
    )
    ownership.open_episode(talk)
    spoken = (
        ("Rosa Ficticia", "Les paso al contacto de la inmobiliaria"),
        ("Luis de Prueba", "¿Cuánto es el mantenimiento?"),
        ("Carmen Inventada", "Y si aceptan mascotas, por favor"),
    )
    say(talk, [("p", words, {"sender": sender}) for sender, words in spoken], at)
