"""The people who work in the demo's office, and its channels."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from chatbot.channels.environment import sync_default_channel
from crm.conversations.models import Channel
from crm.people.models import Agency, Team, User

PASSWORD = "demo"
CITIES = ("Lima", "Arequipa")
TEAM = "Ventas"
# The simulator's channel that is the demo's own: what came in on it goes with the demo.
MARK = "demo"
# user name, role, first name, last name, agency
LOGINS = (
    ("agente", "agent", "Alicia", "Demostración", "Lima"),
    ("marketing", "marketer", "Mario", "Demostración", "Lima"),
    ("creditos", "officer", "Clara", "Demostración", "Lima"),
    ("gerente", "manager", "Gonzalo", "Demostración", "Lima"),
    ("admin", "administrator", "Adela", "Demostración", "Lima"),
)
OFFICER = "creditos"  # who looks after the partners
# Colleagues who cannot log in: their work is there, so that the lists show more than one name.
COLLEAGUES = (
    ("bruno.ejemplo", "agent", "Bruno", "Ejemplo", "Lima"),
    ("carla.ejemplo", "agent", "Carla", "Ejemplo", "Arequipa"),
)


def build_office() -> tuple[list[User], Channel]:
    """The agents among the colleagues, and the simulator's channel."""
    agencies = {city: Agency.objects.create(name=agency_name(city), city=city) for city in CITIES}
    teams = {city: Team.objects.create(name=TEAM, agency=agencies[city]) for city in agencies}
    agents = []
    # One hash for all: each costs as much as everything else about the office together.
    known, nobodys = make_password(PASSWORD), make_password(None)
    for index, (username, role, first, last, city) in enumerate((*LOGINS, *COLLEAGUES)):
        user = User.objects.create(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{username}@ejemplo.test",
            phone=f"+5190000090{index}",
            agency=agencies[city],
            team=teams[city] if role == "agent" else None,
            is_demo=True,
            is_staff=role == "administrator",
            password=known if index < len(LOGINS) else nobodys,
        )
        user.groups.add(Group.objects.get(name=role))
        if role == "agent":
            agents.append(user)
    sync_default_channel()
    return agents, _simulator()


def agency_name(city: str) -> str:
    return f"Agencia {city}"


def _simulator() -> Channel:
    return Channel.objects.create(
        name="WhatsApp de demostración",
        provider="simulator",
        external_id=MARK,
        mode=Channel.Mode.LIVE,
        health=Channel.Health.GREEN,
        credentials={
            "app_secret": secrets.token_urlsafe(24),
            "verify_token": secrets.token_urlsafe(12),
        },
    )
