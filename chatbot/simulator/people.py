"""Made-up people to write as, and a group for them to write in."""

import secrets
from dataclasses import dataclass

from chatbot.simulator.payloads import Person

PEOPLE = (
    Person("51900000101", "Rosa Ficticia"),
    Person("51900000102", "Luis de Prueba"),
    Person("51900000103", "Carmen Inventada"),
    Person("51900000104", "Óscar Ejemplo Ñahui"),
    # A partner of the demo: DNI 12345678, born in 1990.
    Person("51987654321", "María de Ejemplo"),
)
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat: the id a provider would give it, and its name on the phone."""

    id: str
    name: str


GROUPS = (Group("120363900000000101", "Familia Ficticia"),)


def person_of(phone: str, name: str, group: str = "") -> Person:
    """Whoever has these digits; anything that is no number gives the first of the made-up ones.

    A group nobody knows is none.
    """
    within = group if group_of(group) else ""
    digits = "".join(sign for sign in phone if sign.isascii() and sign.isdigit())
    if not 7 <= len(digits) <= 15:
        return Person(PEOPLE[0].phone, PEOPLE[0].name, within)
    known = {person.phone: person.name for person in PEOPLE}
    clean = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    return Person(digits, clean or known.get(digits, ""), within)


def group_of(id_: str) -> Group | None:
    return next((group for group in GROUPS if group.id == id_), None)


def stranger() -> Person:
    """Somebody who has never written before."""
    number = secrets.randbelow(1_000_000)
    return Person(f"51900{number:06d}", f"Persona Ficticia {number % 1000}")
