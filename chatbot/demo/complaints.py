"""Tickets at the demo's office: in every state, one of them late, one a part of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.conversations.models import Conversation
from crm.people.models import Contact, User
from partners.models import Partner
from tickets import deadlines
from tickets.models import CannedReply, Category, Priority, Ticket, TicketFile, TicketMessage
from tickets.opening import open_ticket

Status = Ticket.Status
# Who says it (p person, c colleague, n a colleague's note), and what; an hour apart.
Line = tuple[str, str]
KINDS = {
    "p": TicketMessage.Kind.PERSON,
    "c": TicketMessage.Kind.PUBLIC,
    "n": TicketMessage.Kind.NOTE,
}
PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket of the partner at this place, so many days old."""

    place: int
    subject: str
    text: str
    status: Ticket.Status
    days: float
    priority: Priority = Priority.MEDIUM
    lines: tuple[Line, ...] = ()
    satisfaction: int | None = None


CASES = (
    Case(0, "Mi pago no aparece", "Pagué el lunes por transferencia y todavía figura vencido.",
         Status.NEW, 0.02, Priority.HIGH),
    Case(3, "Cobro doble", "Me descontaron dos veces la misma cuota.", Status.NEW, 1.4,
         Priority.URGENT),
    Case(5, "Cambio de teléfono", "Cambié de número, ¿cómo lo registro?", Status.OPEN, 0.9,
         Priority.LOW, (("n", "Pedirle el documento antes de cambiarlo."),)),
    Case(8, "Cronograma", "No entiendo por qué cambió la fecha de mi cuota.", Status.OPEN, 1.1,
         lines=(("c", "Hola, lo estamos revisando con tu agencia."),
                ("p", "Gracias, espero entonces."))),
    Case(14, "Comprobante rechazado", "Envié mi comprobante y lo rechazaron.", Status.WAITING, 2,
         lines=(("n", "La imagen estaba cortada."),
                ("c", "¿Puedes enviarlo de nuevo, con el número de operación a la vista?"))),
    Case(2, "Constancia de no adeudo", "Terminé de pagar y necesito la constancia.",
         Status.RESOLVED, 3, lines=(("c", "Ya está lista: puedes recogerla en tu agencia."),),
         satisfaction=5),
    Case(6, "Atención en agencia", "Esperé una hora y nadie me atendió.", Status.RESOLVED, 4,
         lines=(("c", "Lo sentimos. Ya hablamos con la agencia."),), satisfaction=2),
    Case(9, "Correo equivocado", "Mi correo está mal escrito.", Status.CLOSED, 12, Priority.LOW,
         (("c", "Corregido. Gracias por avisar."),), 4),
)  # fmt: skip
SECOND = ("Sigue sin aparecer mi pago", "Es lo mismo que les escribí hace un rato.")
REPLIES = (
    ("Lo estamos revisando", "", "Hola {{ nombre }}, ya revisamos tu ticket {{ ticket }}."),
    ("Falta el comprobante", Category.PAYMENT, "Hola {{ nombre }}, ¿nos envías el comprobante?"),
    ("Pasa por tu agencia", "", "Hola {{ nombre }}, te esperamos en {{ agencia }}. {{ agente }}"),
)


def build_tickets(partners: Sequence[Partner], officer: User) -> int:
    """The tickets, all of them the officer's, and canned replies; how many tickets."""
    now = timezone.now()
    made = [_build(partners[case.place], case, officer, now) for case in CASES]
    _build_part(made[0], officer)
    CannedReply.objects.bulk_create(
        CannedReply(title=title, category=category, text=text) for title, category, text in REPLIES
    )
    return len(made) + 1


def tickets_of(people: QuerySet[Contact], partners: Sequence[Partner]) -> QuerySet[Ticket]:
    return Ticket.objects.filter(Q(contact__in=people.values("pk")) | Q(partner__in=partners))


def remove_tickets(people: QuerySet[Contact], partners: Sequence[Partner]) -> None:
    """Those of these people; and the canned replies that are still as they were seeded."""
    gone = tickets_of(people, partners)
    for file in TicketFile.objects.filter(ticket__in=gone).exclude(own=""):
        file.own.delete(save=False)
    gone.update(merged_into=None)
    gone.delete()
    for title, _category, text in REPLIES:
        CannedReply.objects.filter(title=title, text=text).delete()


def _build(partner: Partner, case: Case, officer: User, now: datetime) -> Ticket:
    then = now - timedelta(days=case.days)
    ticket = _open(partner, case.subject, case.text, officer)
    ticket.priority, ticket.created_at, ticket.assigned_at = case.priority, then, then
    deadlines.begin(ticket, then)
    for number, (who, text) in enumerate(case.lines, 1):
        at = then + PAUSE * number
        TicketMessage.objects.create(
            ticket=ticket,
            kind=KINDS[who],
            author=None if who == "p" else officer,
            text=text,
            created_at=at,
            read_at=at if who == "c" else None,
        )
        if who == "c":
            deadlines.answered(ticket, at)
    _bring_to(ticket, case, then + PAUSE * (len(case.lines) + 1))
    ticket.save()
    return ticket


def _bring_to(ticket: Ticket, case: Case, at: datetime) -> None:
    """As the verbs leave it, but for what the person would be sent: it would wait to go out."""
    if case.status == Status.WAITING:
        deadlines.pause(ticket, at)
    ticket.status = case.status
    if ticket.is_done:
        ticket.resolved_at = at
        ticket.closed_at = at if case.status == Status.CLOSED else None
    if case.satisfaction is not None:
        ticket.satisfaction, ticket.rated_at = case.satisfaction, at
    ticket.version, ticket.changed_at = 1 + len(case.lines), min(at, timezone.now())


def _build_part(whole: Ticket, officer: User) -> None:
    assert whole.partner is not None
    part = _open(whole.partner, *SECOND, officer)
    part.status, part.closed_at, part.merged_into = Status.CLOSED, timezone.now(), whole
    part.save()


def _open(partner: Partner, subject: str, text: str, officer: User) -> Ticket:
    talks = Conversation.objects.filter(contact=partner.contact, is_group=False)
    return open_ticket(
        contact=partner.contact,
        partner=partner,
        conversation=talks.order_by("id").first(),
        subject=subject,
        description=text,
        assignee=officer,
        is_private=True,
    )
