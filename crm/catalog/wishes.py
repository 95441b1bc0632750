"""What property somebody describes: "un depa en Miraflores de 3 cuartos hasta 200 mil"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from crm.catalog.matching import plain_words
from crm.catalog.models import Property

Kind, Operation = Property.Kind, Property.Operation
KINDS: dict[str, str] = {
    Kind.APARTMENT: r"depa\w*|dptos?|deptos?|apartamentos?|aptos?|flats?|apartments?|estudios?",
    Kind.HOUSE: r"casas?|houses?|chalets?|sobrados?",
    Kind.LAND: r"terrenos?|lotes?|land|plots?",
    Kind.OFFICE: r"oficinas?|escritorios?|offices?|salas? comercia\w+",
    Kind.SHOP: r"local(es)?|tiendas?|lojas?|shops?|stores?",
    Kind.WAREHOUSE: r"almacen(es)?|depositos? industrial\w*|galpon(es)?|galpao|warehouses?",
}
OPERATIONS: dict[str, str] = {
    Operation.RENT: r"alquil\w*|rent|rents|rental|renta|rento|rentar|arrend\w*|alugar|aluguel|aluga"
    r"|lease|to let",
    Operation.SALE: r"compr\w*|venta|vend\w*|venda|buy|buying|sale|purchase",
}
# Five figures and more are read as a price even without a sign; a year or a floor is none.
NUMBER = (
    r"(\d{1,3}(?:[.,' ]\d{3})+|\d+(?:[.,]\d{1,2})?)"
    r"\s*(k\b|mil\b|millon(?:es)?\b|mm\b|milhoes\b|milhao\b)?"
)
SIGN = r"(us\$|usd|u\$s|s/\.?|\$|soles\b|dolares\b|dollars?\b)?"
PRICE = re.compile(rf"{SIGN}\s*{NUMBER}\s*{SIGN}")
AT_MOST = (
    r"menos de|hasta|maximo|max|tope|under|below|up to|at most|less than|no mas de|por debajo de"
    r"|ate|abaixo de|menor a|presupuesto(?: de| es| maximo)*|budget(?: of| is)*"
)
AT_LEAST = r"mas de|desde|minimo|over|above|from|at least|a partir de|mayor a|acima de"
MOST = re.compile(rf"\b(?:{AT_MOST})\s*(?:de\s+)?{SIGN}\s*{NUMBER}\s*{SIGN}")
LEAST = re.compile(rf"\b(?:{AT_LEAST})\s*{SIGN}\s*{NUMBER}\s*{SIGN}")
ROOMS = re.compile(
    r"(\d{1,2}|un|una|uno|dos|tres|cuatro|cinco|um|uma|dois|duas|quatro|one|two|three|four|five)\s*"
    r"(?:o mas |or more )?(?:dormitorios?|dorms?|cuartos?|habitacion(?:es)?|recamaras?|quartos?"
    r"|bedrooms?|beds?|br\b|ambientes?)"
)
COUNTED = {
    "un": 1, "una": 1, "uno": 1, "um": 1, "uma": 1, "one": 1, "dos": 2, "dois": 2, "duas": 2,
    "two": 2, "tres": 3, "three": 3, "cuatro": 4, "quatro": 4, "four": 4, "cinco": 5, "five": 5,
}  # fmt: skip
TIMES = {"k": 1_000, "mil": 1_000}
# What a place is called for short, where nobody says all of its name.
SHORT = {
    "surco": "santiago de surco", "magdalena": "magdalena del mar", "sjl": "san juan de lurigancho",
    "sjm": "san juan de miraflores", "smp": "san martin de porres", "ves": "villa el salvador",
    "vmt": "villa maria del triunfo",
}  # fmt: skip
# Nobody rents or buys for less; so "2 baños" is no price.
LOWEST, HIGHEST = Decimal(50), Decimal(10) ** 11
READ_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said; blank, None and 0 where nothing was. Prices in the currency named, if any."""

    operation: str = ""
    kind: str = ""
    place: str = ""
    bedrooms: int = 0
    most: Decimal | None = None
    least: Decimal | None = None
    currency: str = ""
    # The place as it is written on what is on offer.
    spellings: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        return bool(self.place or self.kind or self.bedrooms or self.most or self.least)

    def refined(self, said: Wish) -> Wish:
        """What they say now, and what they said before of all that they do not say anew. Who names
        another kind begins anew."""
        if said.kind and self.kind not in ("", said.kind):
            return said
        priced = said.most is not None or said.least is not None
        both = self if not priced else replace(self, most=None, least=None, currency="")
        return replace(
            both, **{name: value for name in SAID if (value := getattr(said, name)) not in NOTHING}
        )

    def as_data(self) -> dict[str, Any]:
        """To be kept as JSON."""
        told = {name: getattr(self, name) for name in SAID}
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in told.items()
            if value not in NOTHING
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Wish:
        told = {name: data[name] for name in SAID if name in data}
        prices = {name: Decimal(told[name]) for name in ("most", "least") if name in told}
        return cls(**(told | prices | {"spellings": tuple(told.get("spellings", ()))}))


SAID = tuple(one.name for one in fields(Wish))
NOTHING: tuple[object, ...] = ("", 0, None, ())


def read_wish(text: str) -> Wish:
    """Never raises, whatever the text. One query, for the places that are on offer."""
    folded = " ".join(_bare(text[:READ_AT_MOST]).split())
    rest, bedrooms = _bedrooms(folded)
    spellings = _place(folded)
    most, currency = _price(MOST, rest)
    least, other = _price(LEAST, rest)
    if most is None and least is None:
        most, currency = _lone_price(rest)
    return Wish(
        operation=_named(OPERATIONS, folded),
        kind=_named(KINDS, folded),
        place=_bare(spellings[0]) if spellings else "",
        bedrooms=bedrooms,
        most=most,
        least=least,
        currency=currency or other,
        spellings=spellings,
    )


def matching(wish: Wish) -> QuerySet[Property]:
    """What is available and fits all of the wish; cheapest first."""
    rows = Property.objects.filter(status=Property.Status.AVAILABLE)
    if wish.operation:
        rows = rows.filter(operation=wish.operation)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.place:
        rows = rows.filter(Q(district__in=wish.spellings) | Q(city__in=wish.spellings))
    if wish.bedrooms:
        rows = rows.filter(bedrooms__gte=wish.bedrooms)
    if wish.most is not None:
        rows = rows.filter(price__lte=wish.most)
    if wish.least is not None:
        rows = rows.filter(price__gte=wish.least)
    if wish.currency:
        rows = rows.filter(currency=wish.currency)
    return rows.order_by("price", "-id")


def _bare(text: str) -> str:
    """In small letters, without accents of any language."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one)).strip()


def _named(words: dict[str, str], text: str) -> str:
    found = {one: re.search(rf"\b(?:{pattern})\b", text) for one, pattern in words.items()}
    there = {str(one): match.start() for one, match in found.items() if match}
    return min(there, key=lambda one: there[one], default="")


def _place(text: str) -> tuple[str, ...]:
    """The longest district or city on offer that the text names, in all its spellings."""
    said = plain_words(text)
    short = [SHORT[word] for word in said.split() if word in SHORT]
    words, places = f" {' '.join([said, *short])} ", _places()
    named = [_bare(one) for one in places if f" {plain_words(one)} " in words]
    longest = max(named, key=len, default="")
    return tuple(sorted(one for one in places if _bare(one) == longest)) if longest else ()


def _places() -> set[str]:
    rows = Property.objects.filter(status=Property.Status.AVAILABLE)
    pairs = rows.order_by().values_list("district", "city").distinct()
    return {place for pair in pairs for place in pair if place}


def _bedrooms(text: str) -> tuple[str, int]:
    """The text without them, and how many."""
    found = ROOMS.search(text)
    if found is None:
        return text, 0
    number = COUNTED.get(found[1]) or int(found[1])
    return text[: found.start()] + text[found.end() :], number if 0 < number < 20 else 0


def _price(pattern: re.Pattern[str], text: str) -> tuple[Decimal | None, str]:
    found = pattern.search(text)
    return _amount(found) if found else (None, "")


def _lone_price(text: str) -> tuple[Decimal | None, str]:
    """A number with a sign or a word of thousands is what they would pay."""
    for found in PRICE.finditer(text):
        if found[1] or found[3] or found[4]:
            amount, currency = _amount(found)
            if amount is not None:
                return amount, currency
    return None, ""


def _amount(found: re.Match[str]) -> tuple[Decimal | None, str]:
    before, digits, times, after = found[1], found[2], found[3] or "", found[4]
    grouped = re.fullmatch(r"\d{1,3}(?:[.,' ]\d{3})+", digits)
    number = Decimal(re.sub(r"[.,' ]", "", digits) if grouped else digits.replace(",", "."))
    number *= TIMES.get(times, 1_000_000 if times else 1)
    if not LOWEST <= number <= HIGHEST:
        return None, ""
    return number, _currency(before or after or "")


def _currency(sign: str) -> str:
    if sign.startswith(("us", "u$", "dol")):
        return Property.Currency.USD
    return Property.Currency.PEN if sign.startswith(("s/", "soles")) else ""
