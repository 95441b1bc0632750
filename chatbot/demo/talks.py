"""Who wrote to the demo's office, and what was said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from chatbot.demo.cases import Office, build_cases
from chatbot.demo.telling import PAUSE, Line, say
from chatbot.template_sync import sync_templates
from crm.catalog.models import Property
from crm.conversations import ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Conversation, Episode, Message
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
    ("b", "Gracias por tu interés en {title}. Pronto te escribirá un asesor por aquí."),
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


def build_talks(office: Office) -> int:
    """Conversations and leads, the newest twenty minutes old; how many leads."""
    now = timezone.now()
    sync_templates(office.channel)
    offered = [one for one in office.properties if one.status != Property.Status.DRAFT]
    talks = []
    for number in range(PEOPLE):
        age = timedelta(minutes=20 + 47 * number + 9 * number**2)
        conversation = _conversation(office, number)
        talks.append(conversation)
        if number < LEADS:
            about = offered[number % len(offered)]
            _lead_with_talk(office, conversation, about, number, now - age)
        else:
            say(conversation, [("p", "Hola, buenos días", {})], now - age)
    build_cases(office, talks, now)
    _known_since_they_wrote(office.channel)
    return LEADS


def _known_since_they_wrote(channel: Channel) -> None:
    said = Message.objects.filter(conversation__contact=OuterRef("pk")).order_by("shown_at")
    people = Contact.objects.filter(identities__channel=channel)
    people.update(created_at=Subquery(said.values("shown_at")[:1]))


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
    spoken: list[Line] = [
        (who, text.format(title=about.title, agent=agent.first_name if agent else ""), {})
        for who, text in talk
    ]
    first = last - PAUSE * (len(spoken) - 1)
    if agent is not None:
        ownership.claim(conversation=conversation, user=agent)
    elif number % 4 == 1:
        ownership.hand_to_queue(conversation=conversation, reason=Episode.Reason.ASKED)
    conversation.refresh_from_db()
    say(conversation, spoken, first, agent)
    source = SOURCES[number % len(SOURCES)]
    lead = Lead.objects.create(
        contact=conversation.contact,
        property=about,
        source=source,
        status=status,
        assigned_to=agent,
        agency=agent.agency if agent else None,
        first_message_at=first,
        last_message_at=last,
        last_text=conversation.last_text,
        first_response_at=first + timedelta(minutes=14) if agent else None,
        closed_at=last if status in Lead.CLOSED else None,
        created_at=first,
        **(_advertisement(about, number) if source == "ad" else {}),
    )
    if agent is not None:
        Contact.objects.filter(pk=lead.contact_id).update(owner=agent)
        _history(lead, agent, first + timedelta(minutes=14))


def _advertisement(about: Property, number: int) -> dict[str, str]:
    """The advertisement they tapped on, as WhatsApp names it."""
    return {
        "ad_id": f"1202100000000{number:05d}",
        "ad_title": f"{about.title}: agenda tu visita",
        "ad_url": f"https://anuncio.ejemplo.test/{about.code.lower()}",
        "click_id": f"ARDemo{number:04d}",
    }


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
