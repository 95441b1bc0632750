"""Made-up people to write as."""

import secrets

from chatbot.simulator.payloads import Person

PEOPLE = (
    Person("51900000101", "Rosa Ficticia"),
    Person("51900000102", "Luis de Prueba"),
    Person("51900000103", "Carmen Inventada"),
    Person("51900000104", "Óscar Ejemplo Ñahui"),
)
LONGEST_NAME = 60


def person_of(phone: str, name: str) -> Person:
    """Whoever has these digits; anything that is no number gives the first of the made-up ones."""
    digits = "".join(sign for sign in phone if sign.isascii() and sign.isdigit())
    if not 7 <= len(digits) <= 15:
        return PEOPLE[0]
    known = {person.phone: person.name for person in PEOPLE}
    clean = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    return Person(digits, clean or known.get(digits, ""))


def stranger() -> Person:
    """Somebody who has never written before."""
    number = secrets.randbelow(1_000_000)
    return Person(f"51900{number:06d}", f"Persona Ficticia {number % 1000}")
