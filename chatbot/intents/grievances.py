"""Words after which a person shall answer: anger, and threats of the law.

Each line is a regular expression over plain words (lower case, no accents, single spaces),
bounded by words. A complaint as such is none: that is a ticket. What decides is who is meant:
"me robaron el celular" and "¿hay ladrones por la zona?" are nobody's anger at us.
"""

from __future__ import annotations

import re

from crm.catalog.matching import plain_words

ANGER = r"""
mierdas?|hij[oa]s? de (?:la )?(?:gran )?puta|hdp|conchatumadre|conchasumadre|conchesumare
concha (?:de )?(?:tu|su) madre|chinga(?:n|r|te)? (?:a )?(?:tu|su)|la puta que (?:te|los)
pendej[oa]s|cojud[oa]s|imbecil(?:es)?|idiotas?|estupid[oa]s?|pelotud[oa]s|vayanse al diablo
merda|filhos? da puta|vai se foder|fuck (?:you|off)|fucking|bullshit|shitty|assholes?|idiots?
(?:son|sois|ustedes|uds|voces|sao) (?:un[oa]s? |uns |uma? |todos |puros |muy )*ROGUES
(?:banda|partida|empresa|bola|monton|bando|quadrilha) de ROGUES
(?:esto|eso|ustedes|su servicio|su empresa|isso|isto) (?:es|son|e) (?:un[oa]?|uma?) SHAME
(?:you are|you re|youre|you guys are) (?:all |such )*(?:a )?(?:scam(?:mers?)?|thie(?:f|ves))
(?:you are|you re|youre|you guys are) (?:all |such )*(?:liars?|crooks?|useless|incompetent)
(?:me|nos) (?:estan|han|siguen|andan) (?:estafa|engana|minti)\w*|(?:me|nos) estan robando
(?:me|nos) (?:estafaron|estafaste|enganaron|mintieron|vieron la cara)
(?:me|nos) (?:estan|andan) (?:tomando el pelo|viendo la cara|meciendo)
se (?:estan |andan )?(?:burlan|burlando|burlaron) de (?:mi|nosotros|la gente|uno)
faltas? de respeto|tomadura de pelo|es el colmo|desrespeito
voces (?:me )?(?:enganaram|mentiram|roubaram)|(?:fui|estou sendo) enganad[oa]
(?<!no )(?:estoy|toy|estamos|me tienen|ando|me siento|estou) (?:VERY )*FURIOUS
(?:me|nos) (?:hartaron|harte|cansaron)|ya me canse|me da (?:colera|rabia|indignacion)
que (?:colera|rabia|indignacion)|hart[oa]s? de (?:ustedes|esperar|llamar|esto)
(?:i am|i m|im|we are) (?:so |very |really |extremely )*(?:angry|furious|pissed|fed up|outraged)
(?:i am|i m|im|we are) (?:so |really )*(?:sick of|sick and tired)|fed up with
BAD (?:servicio|atencion|trato|empresa|experiencia|atendimento|servico)
(?:servicio|atencion|atendimento|servico) (?:es |e |esta )?(?:muy |un |uma? |una )?(?:BAD|SHAME)
(?:worst|terrible|horrible|awful|disgusting) (?:service|company|experience|support|treatment)
this is (?:ridiculous|unacceptable|outrageous)
(?:es|e) (?:inaceptable|indignante|inaudit[oa]|inadmissivel|inaceitavel|un abuso|um absurdo)
nadie (?:me |nos )?(?:responde|contesta|atiende|hace nada|da (?:una )?(?:solucion|respuesta))
ninguem (?:me )?(?:responde|atende|resolve)|(?:no one|nobody) (?:answers|replies|helps)
cuantas veces (?:mas )?(?:tengo que|hay que|debo|voy a) (?:llamar|escribir|decir|repetir|pedir)\w*
^(?:(?:son|sois|que|tan|puros|unos|todos|manga de|bola de|par de) )*CROOKS$
^(?:(?:y|pero|que|oye|oigan|realmente|de verdad|creo que|para mi) )*(?:es|e) UN SHAME(?! PRICE)
(?:es|e|parece) (?:un|um) (?:robo|roubo|atraco|assalto)(?! (?:a|de) | PRICE)|^(?:estafa|fraude)$
(?:this is|it s|its|it is) (?:just |such )?(?:a )?(?:complete |total )?(?:SCAM)|^(?:a )?(?:SCAM)$
(?:me siento|nos sentimos|fui|fuimos|he sido|i was|i got) (?:estafad|robbed|scammed|ripped off)\w*
usura|usurer[oa]s?|agiotas?|agiotagem|usury|loan sharks?
"""
LEGAL = r"""
denunci(?:ar|are|aremos|ando|arl[oae]s?)|l[oae]s (?:voy a |vamos a )?denunci\w+
(?:pon|present|interpon|met|hac)\w* (?:una |mi |la )?(?:denuncia|demanda|querella)s?
demandar(?:l[oae]s?|e|emos)?|l[oae]s (?:voy a |vamos a )?(?:demand[oae]\w*|enjuici\w+)
demanda (?:judicial|legal|civil|penal)
indecopi|profeco|condusef|sernac|procon|reclame ?aqui|defesa do consumidor|consumer protection
(?:defensa|proteccion) (?:del|al) consumidor|defensoria|superintendencia de banca
cartas? (?:notarial(?:es)?|documento)|take (?:you|this) to court
(?:sue|suing) (?:you|your)|small claims
(?:llevar(?:l[oae]s)?|ir|iremos|nos vemos|l[oae]s veo) (?:en|a) (?:los |un )?COURT
processar (?:voces|a empresa)|(?:entrar|vou|irei) (?:\w+ )?na justica
(?:voy a|vamos a|ire|iremos|acudire|llamare|vou|i will) (?:\w+ ){0,4}POLICE
(?:quej|reclam|acus|avisa|escrib|llam)\w* (?:\w+ ){0,3}TO (?:la |el )?POLICE
(?<!me )(?<!nos )(?<!me han )(?<!estoy )(?<!sigo )report[aeo]\w* (?:\w+ ){0,3}TO (?:la |el )?POLICE
^(?:(?:TO|con|la|el) )*(?:POLICE|LAWYER|demandas?|denuncias?|juicio)$
(?:notificacion|citacion|orden|cedula|notificacao|intimacao|citacao) judicial
court (?:summons|order|notice)|defensor del consumidor|ombudsman
(?:llego|llegaron|recibi|notificaron|recebi|got|received) (?:\w+ ){0,3}LAWSUIT
"""
# Whoever buys may have a lawyer, and asks whether the house is free of lawsuits.
LEGAL_UNLESS_BUYING = r"""
(?:acciones|accion|medidas|vias?|acoes|acao) (?:legal|judicial)(?:es)?|acoes judiciais|legal action
(?:mi|mis|nuestr[oa]s?|meu|minha|nosso|my|our) LAWYER (?:ya )?(?:l[oae]s|se|va|vera|tomara|hablara)
(?:mi|mis|nuestr[oa]s?|meu|minha|nosso|my|our) LAWYER (?:actuara|procedera|vai|will|is going)
(?:hablar|consultar|contactar|llamar|buscar|contratar|falar)\w* (?:\w+ ){0,2}LAWYER
(?:talk|speak|call|hire|get)\w* (?:\w+ ){0,2}LAWYER
(?:ire|voy a ir|vamos a ir|acudire|recurrire) (?:\w+ ){0,2}LAWYER
"""
# What stands for several words in the lines above.
KINDS = {
    "ROGUES": "ladron(?:es|as)?|rater[oa]s|estafador(?:es|as)?|sinverguenzas?|mentiros[oa]s"
    "|incompetentes|inutiles|irresponsables|abusiv[oa]s|basura|estafa|verguenza|porqueria|farsa"
    "|fraude|ladroes|golpistas|vagabundos|vergonha|palhacada",
    # All that is said: there may be real ones where somebody lives.
    "CROOKS": "ladron(?:es|as)?|rater[oa]s|estafador(?:es|as)?|sinverguenzas?|chorros|ladroes"
    "|golpistas|thieves|scammers?|crooks",
    "SCAM": "scam|fraud|rip ?off|robbery|theft|disgrace",
    "SHAME": "estafa|robo|fraude|verguenza|burla|abuso|porqueria|asco|desastre|absurdo|palhacada"
    "|vergonha|roubo|golpe",
    "FURIOUS": "molest[oa]s?|enojad[oa]s?|furios[oa]s?|indignad[oa]s?|hart[oa]s?|irritad[oa]s?"
    "|encabronad[oa]s?|revoltad[oa]s?|fart[oa]s? d[aeo]|com raiva|cansad[oa]s? de",
    "VERY": "muy|tan|super|re|bien|bastante|sumamente|realmente|ya|muito",
    "BAD": "(?:pess?im|malisim|horribl|asqueros|terribl|vergonzos|deplorabl|desastros)[oae]s?",
    "COURT": "juicio|tribunal(?:es)?|juzgados?|corte",
    "POLICE": "policia|fiscalia|comisaria|ministerio publico|police|sbs|superintendencia|prensa",
    "TO": "a|al|ante|en|to",
    "PRICE": "(?:de |el |ese |este |su )*(?:precio|alquiler)",
    "UN": "un[oa]?|uma?",
    "LAWSUIT": "demanda|denuncia|intimacao|lawsuit",
    "LAWYER": "abogad[oa]s?|advogad[oa]s?|lawyers?|attorneys?",
}
_FURIOUS_FACES = re.compile("[\U0001f92c\U0001f621\U0001f47f\U0001f595]")
# "¿Esto es una estafa?" asks; it does not accuse.
_ASKED = re.compile(
    r"(?:\b(?:esto|eso|isso|isto) |^(?:no )?)(?:es|e) (?:un[oa]?|uma?) (?:estafa|fraude|golpe)\b"
    r"|^(?:no )?this is (?:not )?a scam\b"
)


def is_angry(text: str) -> bool:
    """Whether somebody is angry at us, by their words."""
    words = plain_words(text)
    if "?" in text:
        words = _ASKED.sub("", words)
    return bool(_FURIOUS_FACES.search(text) or _ANGRY.search(words))


def threatens(text: str, *, buying: bool = False) -> bool:
    """Whether they threaten with the law."""
    words = plain_words(text)
    return bool(_THREAT.search(words)) or (not buying and bool(_UNLESS_BUYING.search(words)))


def _any_line(lines: str) -> re.Pattern[str]:
    for kind, words in KINDS.items():
        lines = lines.replace(kind, f"(?:{words})")
    return re.compile(rf"\b(?:{'|'.join(lines.split(chr(10))[1:-1])})\b")


_ANGRY, _THREAT, _UNLESS_BUYING = map(_any_line, (ANGER, LEGAL, LEGAL_UNLESS_BUYING))
