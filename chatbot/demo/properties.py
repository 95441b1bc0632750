"""What the demo's office offers, with drawn pictures: nobody takes them for a real house."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from crm.catalog.models import Photo, Property
from crm.people.models import User

WIDTH, HEIGHT = 1200, 800
SKIES = ("#cfe3f5", "#f6dcc4", "#dfe8d8", "#e5dcf0", "#f3e3c3")
WALLS = ("#f4f1ea", "#e0a983", "#c8d5c2", "#d9c7a3", "#b9c6d6")
# code, title, operation, kind, status, price, currency, district, city, bedrooms, bathrooms, area
ROWS = (
    ("VM-01", "Villa Marina", "sale", "apartment", "available", 289000, "USD",
     "Miraflores", "Lima", 3, 2, 128),
    ("LP-02", "Los Pinos 245", "rent", "apartment", "available", 3200, "PEN",
     "Barranco", "Lima", 2, 2, 84),
    ("CA-03", "Casa Amancaes", "sale", "house", "available", 415000, "USD",
     "La Molina", "Lima", 5, 4, 340),
    ("TO-04", "Torre Olivar", "rent", "office", "available", 1850, "USD",
     "San Isidro", "Lima", None, 2, 96),
    ("MB-05", "Mirador de Barranco", "sale", "apartment", "reserved", 198000, "USD",
     "Barranco", "Lima", 2, 2, 79),
    ("JS-06", "Jardines de Surco", "sale", "house", "available", 362500, "USD",
     "Santiago de Surco", "Lima", 4, 3, 260),
    ("LC-07", "Local Comercio 18", "rent", "shop", "available", 5400, "PEN",
     "Lince", "Lima", None, 1, 110),
    ("TC-08", "Terreno Cieneguilla", "sale", "land", "available", 145000, "USD",
     "Cieneguilla", "Lima", None, None, 1200),
    ("YA-09", "Yanahuara Alta", "sale", "house", "available", 238000, "USD",
     "Yanahuara", "Arequipa", 4, 3, 210),
    ("CY-10", "Cayma Mirador", "rent", "apartment", "available", 2100, "PEN",
     "Cayma", "Arequipa", 2, 1, 72),
    ("SM-11", "Residencial San Miguel", "sale", "apartment", "available", 489000, "PEN",
     "San Miguel", "Lima", 3, 2, 91),
    ("AL-12", "Almacén Lurín", "rent", "warehouse", "available", 4200, "USD",
     "Lurín", "Lima", None, 2, 850),
    ("PB-13", "Playa Blanca", "sale", "house", "closed", 310000, "USD",
     "Asia", "Cañete", 4, 4, 280),
    ("ED-14", "Edificio Dalia", "sale", "apartment", "draft", 254000, "USD",
     "Jesús María", "Lima", 3, 2, 102),
)  # fmt: skip
WORDS = (
    "Propiedad inventada para la demostración. Bien iluminada, cerca de parques y comercios, "
    "con vigilancia y estacionamiento. Se visita con cita."
)
COORDINATES = {"Miraflores": ("-12.121100", "-77.029700"), "Barranco": ("-12.149700", "-77.021300")}


def build_properties(agents: Sequence[User], random: Random) -> list[Property]:
    made = []
    for number, row in enumerate(ROWS):
        code, title, operation, kind, status, price, currency, *place = row
        district, city, bedrooms, bathrooms, area = place
        latitude, longitude = COORDINATES.get(str(district), (None, None))
        one = Property(
            code=code,
            title=title,
            description=WORDS,
            operation=operation,
            kind=kind,
            status=status,
            price=price,
            currency=currency,
            address=address(number),
            district=str(district),
            city=str(city),
            bedrooms=bedrooms,
            bathrooms=bathrooms,
            area_m2=area,
            latitude=latitude,
            longitude=longitude,
            responsible=agents[number % len(agents)],
        )
        one.save()
        made.append(one)
        for position in range(3 if number < 6 else 2):
            _photo(one, position, random)
    return made


def address(number: int) -> str:
    """Where the property with this number in `ROWS` stands: nowhere."""
    return f"Calle Ficticia {100 + number * 7}"


def _photo(one: Property, position: int, random: Random) -> None:
    picture = io.BytesIO()
    drawing(random, position).save(picture, "JPEG", quality=82)
    photo = Photo(property=one, position=position, caption="" if position else "Fachada (dibujo)")
    photo.image.save("x.jpg", ContentFile(picture.getvalue()), save=True)


def drawing(random: Random, position: int) -> Image.Image:
    """A house as a child would build it of paper: sky, ground, walls, windows, a roof."""
    image = Image.new("RGB", (WIDTH, HEIGHT), random.choice(SKIES))
    pen = ImageDraw.Draw(image)
    pen.ellipse((900, 70, 1030, 200), fill="#fff6d8")
    pen.rectangle((0, 620, WIDTH, HEIGHT), fill="#9fb58e")
    floors, wall = 2 + position, random.choice(WALLS)
    left, right, top = 250 + 60 * position, 950 - 60 * position, 620 - 130 * floors
    pen.rectangle((left, top, right, 620), fill=wall)
    pen.polygon([(left - 40, top), (right + 40, top), ((left + right) // 2, top - 110)], "#8f5b4a")
    for floor in range(floors):
        for x in range(left + 50, right - 70, 130):
            y = top + 35 + floor * 130
            pen.rectangle((x, y, x + 70, y + 70), fill="#5d7f9c", outline="#ffffff", width=5)
    middle = (left + right) // 2
    pen.rectangle((middle - 35, 530, middle + 35, 620), fill="#6b4a37")
    for x in range(60, WIDTH, 260):
        pen.ellipse((x, 560, x + 110, 670), fill="#6f9a6a")
    return image
