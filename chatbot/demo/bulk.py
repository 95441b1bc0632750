"""Contacts and leads by the million, for measuring. Deterministic; no two open leads clash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chatbot.demo.loading import Value, first_key, load
from chatbot.demo.talks import FIRST, LAST
from crm.catalog.models import Property
from crm.people.models import Contact, ContactPoint, User
from leads.models import Lead

Say = Callable[[str], None]
AGENTS, PROPERTIES = 50, 500
SPAN = 3 * 365 * 24 * 3600  # seconds the leads reach back
STATUSES = ("new", "contacted", "qualified", "negotiating", "won", "lost")
STATUS_WEIGHTS = (8, 8, 6, 5, 18, 55)
SOURCES, SOURCE_WEIGHTS = ("direct", "ad", "referral", "manual"), (50, 35, 10, 5)
UNASSIGNED, ANOTHER_LEAD, WITHOUT_PROPERTY = 0.10, 0.10, 0.15
DISTRICTS = ("Miraflores", "San Isidro", "Barranco", "Surco", "Cayma", "Yanahuara")
LAST_WORDS = (
    "Hola, ¿sigue disponible?", "Gracias, lo converso en casa", "¿Se puede visitar el sábado?",
    "¿Aceptan crédito hipotecario?", "Me interesa, ¿cuál es el precio?", "Ok, quedo atento",
    "¿Tiene cochera?", "Encontramos otra, gracias", "¿Cuánto es el mantenimiento?", "De acuerdo",
)  # fmt: skip
CONTACT = (
    "id", "name", "document_number", "region", "language", "owner_id", "agency_id", "created_at",
)  # fmt: skip
POINT = ("id", "contact_id", "kind", "value", "raw", "primary")
LEAD = (
    "id", "contact_id", "property_id", "source", "status", "assigned_to_id", "first_message_at",
    "last_message_at", "last_text", "first_response_at", "closed_at", "created_at", "updated_at",
)  # fmt: skip


@transaction.atomic
def make_leads(count: int, say: Say) -> range:
    """`count` leads of nearly as many contacts; the contacts' keys."""
    agents, properties = make_agents(), make_properties()
    first_lead, first_contact, first_point = map(first_key, (Lead, Contact, ContactPoint))
    now = int(timezone.now().timestamp())
    plan = Plan(count, first_contact, f"leads from {first_lead}")
    load(Contact, CONTACT, plan.contacts(now), told(say, "contacts"))
    load(ContactPoint, POINT, plan.points(first_point), told(say, "phones"))
    rows = plan.leads(first_lead, agents, properties, now)
    load(Lead, LEAD, rows, told(say, "leads"))
    return range(first_contact, first_contact + plan.contact_count)


class Plan:
    """Which lead is whose: every tenth contact has two, the second of them closed."""

    def __init__(self, count: int, first_contact: int, seed: str) -> None:
        self.count, self.first_contact, self.seed = count, first_contact, seed
        self.contact_count = count - int(count * ANOTHER_LEAD / (1 + ANOTHER_LEAD))

    def contacts(self, now: int) -> Iterator[tuple[Value, ...]]:
        random = Random(f"{self.seed}: contacts")
        for key in range(self.first_contact, self.first_contact + self.contact_count):
            name = f"{random.choice(FIRST)} {random.choice(LAST)} {key}"
            made = moment(now - int(SPAN * random.random()))
            yield key, name, "", "PE", "es", None, None, made

    def points(self, first: int) -> Iterator[tuple[Value, ...]]:
        for number in range(self.contact_count):
            contact = self.first_contact + number
            phone = fake_phone(contact)
            yield first + number, contact, "phone", f"+{phone}", phone, 1

    def leads(
        self, first: int, agents: list[int], properties: list[int], now: int
    ) -> Iterator[tuple[Value, ...]]:
        random = Random(f"{self.seed}: leads")
        statuses = random.choices(STATUSES, STATUS_WEIGHTS, k=self.count)
        sources = random.choices(SOURCES, SOURCE_WEIGHTS, k=self.count)
        for number in range(self.count):
            again = number >= self.contact_count
            contact = self.first_contact + (number if not again else number - self.contact_count)
            status = random.choice(STATUSES[4:]) if again else statuses[number]
            begun = now - 1200 - int(SPAN * random.random())
            last = min(begun + int(random.expovariate(1 / 400_000)), now - 1200)
            answered = min(begun + random.randint(60, 90_000), now - 600)
            yield (
                first + number,
                contact,
                None if random.random() < WITHOUT_PROPERTY else random.choice(properties),
                sources[number],
                status,
                None if random.random() < UNASSIGNED else random.choice(agents),
                moment(begun),
                moment(last),
                random.choice(LAST_WORDS),
                None if status == "new" else moment(answered),
                moment(last + 600) if status in ("won", "lost") else None,
                moment(begun),
                moment(last),
            )


def make_agents() -> list[int]:
    """Fifty agents who cannot log in, and the demo's own agents where there are any."""
    agent = Group.objects.get(name="agent")
    for number in range(1, AGENTS + 1):
        user, made = User.objects.get_or_create(
            username=f"vendedor{number:02d}",
            defaults={
                "first_name": "Persona",
                "last_name": f"Ficticia {number:02d}",
                "password": make_password(None),
            },
        )
        if made:
            user.groups.add(agent)
    ours = agent.user_set.filter(Q(username__startswith="vendedor") | Q(is_demo=True))
    return list(ours.order_by("pk").values_list("pk", flat=True))


def make_properties() -> list[int]:
    random = Random("properties")
    Property.objects.bulk_create(
        [
            Property(
                code=f"MIL-{number:03d}",
                title=f"Departamento {random.choice(DISTRICTS)} {number:03d}",
                operation=random.choice(("sale", "rent")),
                kind="apartment",
                price=random.randint(60, 900) * 1000,
                district=random.choice(DISTRICTS),
                city="Lima",
                bedrooms=random.randint(1, 4),
            )
            for number in range(1, PROPERTIES + 1)
        ],
        ignore_conflicts=True,
    )
    rows = Property.objects.filter(code__startswith="MIL-")
    return list(rows.order_by("code").values_list("pk", flat=True))


def fake_phone(key: int) -> str:
    """Digits no telephone has: one more than Peru's numbers are long."""
    return f"519{key:09d}"


def moment(seconds: int) -> str:
    """Unix seconds as both databases read them, in UTC."""
    return str(datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None))


def told(say: Say, what: str) -> Callable[[int], None]:
    def tell(count: int) -> None:
        if count % 100_000 == 0:
            say(f"{count:,} {what}")

    return tell
