"""A property by a part of its title, where nothing else is said: "info los pinos"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_AROUND = """
a al con cual cuanto cuesta da dame de del detalle detalles dime do disponible e el em en es esa ese
esta favor foto fotos hola info informacion informacao informes interesa interesada interesado is la
las lo los mas me mais more muestrame o of on para por porfa precio price preco pregunto quero
quiero quisiera que saber sigue sobre the todavia ver visitar visita y ya
"""
_COMMON = """
almacen apartamento apartment casa condominio departamento deposito duplex edificio flat house
local lote manzana oficina propiedad residencial terreno tienda urbanizacion
"""
# What is said around a name; whatever else is said may describe what is looked for.
AROUND = frozenset(_AROUND.split())
# What many are called, or what one looks for, names none.
COMMON = frozenset(_COMMON.split())
LONGEST, SHORTEST_WORD = 4, 4


def told_part(words: str) -> list[str]:
    """The words of a message that may be a part of a title; none where it says more than that."""
    said = [word for word in words.split() if word not in AROUND]
    tells = any(len(one) >= SHORTEST_WORD and one not in COMMON for one in said)
    return said if tells and len(said) <= LONGEST else []


def is_part(said: Sequence[str], of: Sequence[str]) -> bool:
    """Whether these words stand there, in a row."""
    size = len(said)
    return any(list(of[at : at + size]) == list(said) for at in range(len(of) - size + 1))


def are_of_place(said: Sequence[str], places: Iterable[str]) -> bool:
    return any(is_part(said, place.split()) for place in places)
