"""What partners of the demo wrote, and what their officer answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from chatbot.demo.members import TALKERS
from chatbot.demo.telling import PAUSE, Line, say
from crm.conversations import ownership
from crm.conversations.models import Channel, Conversation
from crm.people.models import Contact, User
from partners.models import Partner

# Of what is said in a partner's session, others than officers and managers see nothing.
SESSION = {"is_private": True}
# Whoever tries the chat as this partner is answered by the bot.
BACK_WITH_THE_BOT = 0
TALKS: tuple[tuple[Line, ...], ...] = (
    (
        ("p", "Buenas tardes, ¿cuándo vence mi próxima cuota?", SESSION),
        ("c", "Hola, {name}. Una de tus cuotas está vencida; te mando el detalle.", SESSION),
        ("p", "Sí, hoy hago la transferencia y les mando el comprobante", SESSION),
        ("c", "Perfecto. Lo revisamos apenas llegue.", SESSION),
        ("p", "Ya lo envié", SESSION),
        ("c", "Recibido, gracias. El asistente te atiende por aquí cuando quieras.", SESSION),
    ),
    (
        ("p", "Hola, ¿puedo pagar por Yape?", {}),
        ("c", "Hola, {name}. Sí, con tu número de préstamo como referencia.", {}),
    ),
    (
        ("p", "Quisiera adelantar dos cuotas, ¿cómo hago?", {}),
        ("c", "Deposítalas juntas y me avisas para aplicarlas como prepago.", {}),
        ("p", "Gracias", {}),
        ("c", "A ti. Que tengas buen día.", {}),
    ),
    (
        ("p", "¿Atienden los sábados?", {}),
        ("c", "Sí, de 9:00 a 13:00 en la agencia.", {}),
    ),
)


def build_counter(channel: Channel, partners: Sequence[Partner], officer: User) -> None:
    """The conversations of those who have written, the newest an hour and a half old."""
    now = timezone.now()
    for number, place in enumerate(TALKERS):
        contact = partners[place].contact
        talk = Conversation.objects.get(channel=channel, contact=contact)
        ownership.claim(conversation=talk, user=officer)
        talk.refresh_from_db()
        lines = [
            (who, text.format(name=contact.name.split(" ")[0]), more)
            for who, text, more in TALKS[number]
        ]
        first = now - timedelta(minutes=95, days=number) - PAUSE * len(lines)
        say(talk, lines, first, officer)
        Contact.objects.filter(pk=contact.pk).update(created_at=first)
        if number == BACK_WITH_THE_BOT:
            ownership.give_back(conversation=talk, user=officer)
