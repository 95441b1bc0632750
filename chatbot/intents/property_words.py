"""What is asked of the property that is spoken of: "¿tiene cochera?", "¿y la dirección?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.intents.heard import Heard
from chatbot.intents.hearing.words import plain

# What the catalogue has a place for.
FACTS = {
    "price": r"precios?|cuesta|cuestan|costo|valor|vale|piden|cuanto (?:es|sale|esta|seria|anda)"
    r"|precos?|quanto (?:custa|e|fica)|prices?|costs?|how much|alquiler mensual",
    "bedrooms": r"dormitorios?|dorms?|cuartos?|habitacion(?:es)?|recamaras?|quartos?|bedrooms?",
    "bathrooms": r"banos?|banheiros?|bath(?:room)?s?",
    "area": r"mide|metros?|metraje|m2|area|tamano|superficie|metragem|how big|size|square",
    "place": r"direccion|ubicacion|ubicad[oa]s?|donde (?:esta|es|se ubica)|quedan?|por donde"
    r"|distrito|zona|barrio|mapa|endereco|onde (?:fica|e)|localizacao|bairro|where|address|location"
    r"|map",
    "status": r"disponibles?|disponivel|available|sigue en (?:venta|alquiler)|se vendio|vendid[oa]",
    "photos": r"fotos?|fotografias?|imagen(?:es)?|pictures?|photos?|imagens",
}
# What it may say in its description, however it is called there.
FEATURES = {
    "parking": r"cocheras?|garaj\w*|garag\w*|estacionamientos?|parking|parqueo|vagas?",
    "pool": r"piscinas?|alberca|pool",
    "pets": r"mascotas?|perros?|gatos?|pets?|animais|dogs?|cats?",
    "furnished": r"amoblad\w*|amueblad\w*|mobiliad\w*|muebles|furnish\w*",
    "lift": r"ascensor(?:es)?|elevador(?:es)?|elevators?|lift",
    "outside": r"terrazas?|balcon(?:es)?|varandas?|terraces?|balcony|jardin(?:es)?|jardim|patio"
    r"|garden|azotea",
    "safe": r"segur[oa]|seguridad|seguranca|vigilancia|porteria|portaria|security|conserje",
    "barbecue": r"parrilla\w*|churrasqueira|barbecue|bbq|gimnasio|gym|academia|areas comunes",
    "view": r"vista|view",
    "near": r"parques?|colegios?|comercios?|supermercados?|transporte|schools?|escolas?|playa",
    "rooms": r"cocina|sala|comedor|lavanderia|kitchen|closets?|deposito|cuarto de servicio",
    "storey": r"pisos?|niveles|andar|floors?|duplex",
    "age": r"antiguedad|anos de construid\w*|estreno|nuev[oa]|how old|idade",
}
# What only a person can say, whatever else is asked beside it.
BEYOND = (
    r"negocia\w*|ofrezco|ofreceria|ofereco|rebaja\w*|descuento\w*|desconto|discount"
    r"|ultimo precio|ultimo preco|ofertas?|menos|mejor precio|credito|hipotec\w*|financia\w*"
    r"|prestamo|cuotas?|banco|inicial|mortgage|loan|mantenimiento|condominio|garantia|contrato"
    r"|servicios?|incluye\w*|incluid[oa]s?|papeles|titulos?|registros publicos|videos?|plano"
)
INTEREST = (
    r"interes\w*|gust[ao]\w*|encant[ao]\w*|(?:lo|la) quiero|comprarl[oa]|alquilarl[oa]|interest\w*"
)
CHEAPER = r"mas barat\w*|mas economic\w*|mais barat\w*|mais em conta|cheaper|less expensive"
# To haggle, or to tell of another one, or of the one that is cheapest of those they saw.
NOT_CHEAPER = (
    r"l[oa]s? dej\w+|dej\w*l[oa]s?|rebaj\w+|(?<!no )encontr(?:e|o|amos|ado|ei)|achei|found"
    r"|duen[oa]s? (?:que|si|no|l[oa]|me|pued\w+|podr\w+|acept\w+|dej\w+)"
    r"|l[oa]s? vi|otro lado|otra pagina|make it|(?:el|la|los|las) mas (?:barat|economic)[oa]s?"
    r"|[oa]s? mais barat[oa]s?"
)
# To ask what else we have is neither, whatever stands beside it.
_OURS = r"(?:tienen|tienes|tengan?|tengas|hay|haya|ofrecen)"
_ONE = (
    r"(?:(?:algo|algun[oa]?s?|un[oa]?s?|otr[oa]s?|casas?|depas?|departamentos?|terrenos?|lotes?"
    r"|locales|oficinas?|propiedad(?:es)?|inmuebles?|cosas?|opcion(?:es)?) )*"
)
ASKS_CHEAPER = (
    rf"(?:{_OURS}|busco|buscamos) {_ONE}mas (?:barat|economic)\w*"
    rf"|mas (?:barat|economic)[oa]s? (?:de l[oa]s )?que {_OURS}"
)
DECLINES = (
    r"(?:no|nao|not|nunca|tampoco|nem|don.?t|isn.?t|doesn.?t)\b"
    rf"(?: (?!solo\b|so\b|only\b|se\b|sei\b)[a-z]+){{0,3}}? (?:{INTEREST}|convence\w*|convinc\w*)"
)
MORE = r"info\w*|detalles?|caracteristicas?|saber mas|mais|more|ficha|details?"
ELSE = (
    r"otr[oa]s?|outr[oa]s?|others?|parecid\w*|similar\w*|busc\w*|procuro|looking for|catalogo|lista"
    r"|propiedades|inmuebles|imoveis|properties|casas|departamentos|depas|terrenos|lotes|oficinas"
    r"|locales|apartamentos|houses|apartments|(?:que|o que) (?:mas )?(?:tienen|tienes|hay|ofrecen)"
    r"|opciones|mas barat[oa]s?|mais barat\w*|mais em conta|cheaper|less expensive"
    r"|(?:algo|un[oa]|otr[oa]) mas economic[oa]"
)
# That one, though it is called what others are, too: "¿la casa tiene 3 baños?".
THIS = (
    r"^\W*(?:y |e |pero |and )?(?:tiene|tem|queda|incluye|cuenta con|esta|es|son|acepta|aceptan"
    r"|does|is|has)\b|\bo imovel\b|\b(?:la|el|esa|ese|esta|este|dicha|a|the|this|that)"
    r" (?:casa|depa\w*|terreno|lote|oficina|local|propiedad|inmueble|apartamento|house|apartment"
    r"|property)\b"
)

# Of a property, by its title.
_WISHED = re.compile(
    r"\W*(?:hola\W+)?(?:quiero|quisiera|quero|me interesa|busco|i want) (?:el|la|o|a|the)\b"
)
LONGEST_WISHED = 7  # words


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


_FACTS = {name: _words(pattern) for name, pattern in FACTS.items()}
_FEATURES = {name: _words(pattern) for name, pattern in FEATURES.items()}
_BEYOND, _INTEREST, _MORE, _ELSE = map(_words, (BEYOND, INTEREST, MORE, ELSE))
_DECLINES, _CHEAPER, _NOT_CHEAPER = map(_words, (DECLINES, CHEAPER, NOT_CHEAPER))
_ASKS_CHEAPER = _words(ASKS_CHEAPER)
_THIS = re.compile(THIS)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|[\n;•]+")
_MY = _words(r"mis?|meus?|minhas?|my")
_OWN = _words(r"mis?|meus?|minhas?|my|datos|dados|personal\w*|pessoa\w*")


@dataclass(frozen=True, slots=True)
class Question:
    facts: frozenset[str]
    features: tuple[str, ...]
    beyond: bool  # something no card says
    interest: bool
    declines: bool  # no interest
    cheaper: bool  # others, for less
    more: bool  # all that is known
    others: bool  # other properties
    this: bool  # surely the one that is spoken of
    own: bool  # something of the person's own

    @property
    def others_for_less(self) -> bool:
        """ "¿Algo más barato?", and not "¿es más barato al contado?"."""
        of_it = self.this or self.facts or self.features or self.beyond or self.own
        return self.cheaper and not of_it

    @property
    def says_something(self) -> bool:
        return bool(
            self.facts
            or self.features
            or self.beyond
            or self.interest
            or self.more
            or self.declines
        )


def read_question(text: str) -> Question:
    said = plain(text)
    features = tuple(name for name, word in _FEATURES.items() if word.search(said))
    return Question(
        facts=frozenset(name for name, word in _FACTS.items() if word.search(said)),
        features=features,
        beyond=bool(_BEYOND.search(said)),
        interest=bool(_INTEREST.search(said)),
        declines=bool(_DECLINES.search(said)),
        cheaper=_asks_cheaper(said),
        more=bool(_MORE.search(said)),
        others=bool(_ELSE.search(said)),
        this=bool(_THIS.search(said)),
        own=bool(_OWN.search(said)),
    )


def _asks_cheaper(said: str) -> bool:
    if _CHEAPER.search(said) is None:
        return False
    return _ASKS_CHEAPER.search(said) is not None or not _NOT_CHEAPER.search(said)


def may_be_a_propertys(heard: Heard, text: str) -> bool:
    """Whether what sounds like a question for their own data says nothing of "my"."""
    return heard.intent == "personal_info" and not heard.exact and not _MY.search(plain(text))


def may_be_wished_for(heard: Heard, text: str) -> bool:
    """Whether what sounds like a complaint may be "quiero el edificio Sol"."""
    short = len(text.split()) <= LONGEST_WISHED
    return heard.intent == "create_ticket" and short and _WISHED.match(plain(text)) is not None


def told_of(feature: str, description: str) -> str:
    """The sentence of a description that speaks of it, in its own words; "": none does."""
    found = (one for one in _SENTENCE.split(description) if _FEATURES[feature].search(plain(one)))
    return " ".join(next(found, "").split())
