"""How it is said that something is a ticket's: an answer, that it goes on, or is taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chatbot.intents.hearing.words import plain

# It goes on, or it was not settled.
STILL = re.compile(
    r"\b(?:sigue[ns]?|sigo|seguimos|continua[nr]?|continuo|persiste[n]?|todavia|aun|otra vez"
    r"|de nuevo|nuevamente|reabr\w+|reapert\w+|sin (?:resolver|solucion\w*)"
    r"|(?:no|nunca|nada) (?:\w+ ){0,3}?(?:resuel\w+|resolv\w+|solucion\w+|arregl\w+)"
    r"|ainda|segue[m]?|de novo|nao (?:\w+ ){0,2}?resolv\w+"
    r"|still|again|reopen\w*|not (?:\w+ ){0,2}?(?:resolved|solved|fixed))\b"
)
# It is not wanted any more.
TAKEN_BACK = re.compile(
    r"\b(?:cancel\w+|anul\w+|cerr\w+|cierr\w+|retir\w+|elimin\w+|borr\w+|desist\w+|fech\w+|close"
    r"|(?:ya no|nao) (?:lo )?(?:quier\w+|necesit\w+|quer\w+|precis\w+))\b"
)
# What begins so wants something else, whatever it names.
WISHES = re.compile(
    r"\b(?:detalles?|ver|quiero|quisiera|dame|deme|muestra\w*|mand[ae]\w*|puedo|mostr\w+|quero"
    r"|details?|show)\b"
)
# A picture with such a word is a receipt, and one of a payment with an amount besides.
RECEIPT = re.compile(r"\b(?:comprobantes?|vouchers?|boletas?|recibos?|constancia|receipt)\b")
# But for who was asked for just that: a picture, and none of anything else than a payment.
_OF_PAYMENT = (
    r" d\w+ (?:\w+ )?"
    r"(?:pagos?|transf\w*|deposito|yape|plin|comprobante|voucher|boleta|recibo)\b"
)
SHOWN = re.compile(
    rf"{RECEIPT.pattern}(?:{_OF_PAYMENT})?"
    r"|\b(?:fotos?|capturas?(?: de pantalla)?|pantallazos?|imagen)\b"
    rf"(?:{_OF_PAYMENT}|(?! (?:del?|d[aoe]s?|of) ))"
)
# Asked for it: to send it to us, what we need or wait for, whether they have it, or its mere name.
# What became of it is told otherwise: "recibimos el voucher que enviaste".
_SEND = (
    r"(?:(?:re)?envi|mand|adjunt|anex|compart|m[ou]e?str|pas|sub|remit|alcan[cz]|facilit)"
    r"(?:[ae][sn]?|[aei]r)"
)
_TO_US = (
    r"(?:^|[^\w\s]|\b(?:y|me|nos|favor(?: de)?|porfa|pued[ea]s?|podrias?|deb[ea]s?|please|you"
    r"|hay que)\b)\s*"
)
_ITS = (
    r"(?:(?:y|el|las?|los|tus?|sus?|una?|alguna?|otr[oa]|ver|solo|copia|del?|al?|mano|con|seu|o"
    r"|usted|ud|aun|todavia|the|your|see)\b )*"
)
# What else is done with it than to send it: "puedes revisar el voucher".
_UP_TO = (
    r"(?:(?!\b(?:revis|valid|verific|confirm|proces|aplic|registr|disculp|cuando\b|vimos\b"
    r"|recibi(?:mos)?\b|\w+r(?:te|les?)\b))[^.;!?]){0,60}?"
)
_SENT = (
    rf"(?:{_TO_US}(?:{_SEND}|send|show|share)|\b{_SEND}(?:me|nos)|\bha\w{{1,3}}(?:me|nos) llegar)\b"
)
# We wait for it, as also for the bank's: that one is not theirs to send.
_NEEDED = (
    r"\b(?:necesit(?!as)\w+|we(?: still)? need|requ(?:erimos|ier[eo]n?)|agradecer\w+|sirva\w*"
    r"|(?:te|les?) (?:pedimos|pido|solicit(?:amos|o|a))|es (?:necesario|indispensable|importante))"
)
_AWAITED = (
    r"\b(?:(?<!te )(?:a la espera|esper(?:amos|ando|o))|waiting"
    r"|(?<!te )(?<!le )(?<!les )(?:pedimos|pido|solicit(?:amos|o|a)))"
)
_OF_BANK = r"(?! (?:(?!te |les? )\w+ ){0,4}?banco)"
# Nothing else stands between, but that it is to be sent, for what, and other things that are.
_TO_COME = (
    r"(?:[^\w.;!?]+(?:que|se|a|d[eo]|e[ln]|por|favor|nos|me|les?|mi|para|cuanto|antes|urge\w+|hoy"
    r"|nuev\w+|pued[ae][sn]?|podrias?|deb[ea]s?|recibir|contar|(?:nos|me) llegue|respuesta|llegar"
    rf"|ha(?:ga[sn]?|cer)(?:nos)?|tom(?:es?|ar)|saques?|{_SEND}(?:nos|me)?"
    r"|(?:valid|registr|aplic|atend)[ae]r"
    r"|dni|documento|numero|operacion|monto|fecha|datos|pago|reclamo|caso|ticket"
    r"|to|you|send|us|for|copy|of|y|las?|los|tus?|sus?|una?|alguna?|otr[oa]|ver|solo|copia|del|al"
    r"|con|usted|ud|aun|todavia|the|your|see|please))*?[^\w.;!?]+"
)
_HAD = (
    r"(?:^|[^\w\s]|\b(?:si|no|aun|todavia|usted|you)\b)\s*"
    rf"(?:tienes?|tendr\w+|cuentas?|guard(?:as|aste|o)|conserv\w+|have) {_ITS}"
)
_PLEASE = r"\W*(?:por ?fa\w*|please)"
_NAMED = rf"{_ITS}(?:{SHOWN.pattern})(?:{_PLEASE})?\W*"
# To be shown to somebody else.
_NOT_AT = r"(?! en (?:(?:el|la|tu|su|nuestra|cualquier) )?(?:banco|agencia|oficina|ventanilla)\b)"
_ASKED_FOR = re.compile(
    rf"{_SENT}{_UP_TO}\b(?:{SHOWN.pattern}){_NOT_AT}|{_NEEDED}{_TO_COME}(?:{SHOWN.pattern})"
    rf"|{_AWAITED}{_TO_COME}(?:{SHOWN.pattern}){_OF_BANK}|\bfalt\w+ {_ITS}(?:{SHOWN.pattern})"
    rf"|{_HAD}(?:{SHOWN.pattern})[^.;!]*\?|(?:^|[^\w\s])\s*{_NAMED}\?|^\W*{_NAMED}$"
    rf"|[^\w\s]\s*{_ITS}(?:{SHOWN.pattern}){_PLEASE}\W*$"
)
_NOT_ASKED = re.compile(
    r"\b(?:no (?!(?:me |nos )?(?:tien|tendr|pued|podr))|(?:gracias|agradec\w+) por |sin "
    r"|(?:al|(?:a|que) (?:el|tu|su)) banco )[^.,;:!?]*"
)
# It did not come, or cannot be read.
_NOT_SEEN = (
    r"no (?:(?:nos|me|se|he|hemos|ha) )*"
    r"(?:(?:recib(?!iste)|lleg|disting|abr)\w*|(?:ve|veo|vemos|lee|apreci[ao])\b)"
)
_MISSED = re.compile(
    rf"\b{_NOT_SEEN} {_ITS}(?:{SHOWN.pattern})"
    rf"|(?:{SHOWN.pattern})[^.;!?]{{0,20}}?\b(?:{_NOT_SEEN}|borros|ilegibl|cortad)"
    r"|\bnot received (?:the|your) receipt"
)
# And yet all is well, unless it is to be sent once more.
_WELL = re.compile(r"\bpero\b|\bya (?:quedo|esta|fue|lo|se)\b")
_ANEW = re.compile(
    rf"\b{_SEND}(?:nos|me)?(?:l[oa]s?)?\b|\b(?:necesit|requ[ei]|falt|otra vez|de nuevo|nuevam)"
)
# More than one picture.
SEVERAL = re.compile(
    r"\b(?:comprobantes|vouchers|boletas|recibos|constancias|fotos|capturas|pantallazos)\b"
)
# What was asked for will not come; or it will, only later.
LOST = re.compile(
    r"\b(?:bote|(?:perd(?!on)|extravi)\w+|(?:no|nao|nunca) (?:(?:lo|la|me|nos|o|a) )*"
    r"(?:ten[gh]o|encuentro|encontro|guarde|dieron|deram))\b|^\W*(?:no|nao)\W*$"
)
LATER = re.compile(r"\b(?:mand|envi|luego|despues|manana|noche|ahora|encontre|busc|problem|tiempo)")
OF_PAYING = re.compile(
    rf"{SHOWN.pattern}|\b(?:pagos?|pagaste|pague|pagado|pagamento|payment|deposit\w+|transf\w+)\b"
)
# Who has not read the question may know it, and tells the answer all the same.
TELLS = re.compile(
    r"^(?:(?:si|no|hola|buen\w*|ola)[ ,]+)*(?:fue|fueron|foi|foram|por (?!fa)|con|com"
    r"|es (?!posible)|era|eran|(?:mi|meu|minha|my) \w+ (?:es|e|is))\b"
    r"|\b(?:respuesta|resposta|answer|tickets?|reclamos?|queja|chamado|t-?\d+)\b[^,:]{0,20}[,:] ?\w"
)
# What was is told, and hardly asked for.
PAST = re.compile(
    r"\b(?:fue|fueron|fui|era|eran|hice|hicimos|pague|pagamos|deposite|transferi|foi|foram|fiz|was"
    r"|were)\b"
)
NOT_TOLD = re.compile(
    r"\b(?:como|cuando|cual|cuant[oa]s?|que|hay|alguna?|novedad\w*|estado|favor|gracias|quando"
    r"|qual|quanto|how|when|what|thanks|please)\b"
)
# Asked without a sign of it, of what was.
ASKS = re.compile(r"\b(?:cual|cuant[oa]s?|como|qual|quanto|how)\b")
# Which property it is about.
ASKS_PROPERTY = re.compile(
    r"\b(?:propiedad(?:es)?|casas?|depas?|departamentos?|inmuebles?|terrenos?|lotes?|local(?:es)?"
    r"|visit\w+|propert(?:y|ies))\b[^.!]*\?"
)
# Nothing but a no, and yet not of a question.
NOT_WELL = re.compile(
    r"\bno (?:esta|estan|es|quedo|fue|era) (?:bien|correct\w+|asi|cierto|verdad)\b"
    r"|\b(?:mal|incorrect[oa]|errad[oa]|wrong)\b"
)
# What goes on is surely the trouble: "sigo interesado" and "todavía no pago" may be anything's.
NOT_DONE = re.compile(
    r"\b(?:no|nunca|nada|sin|nao|nem|not)(?: \w+){0,3} "
    r"(?:resuel|resolv|soluc|arregl|devuel|devol|solved|fixed)\w*"
)
GOES_ON = re.compile(
    rf"{NOT_DONE.pattern}|\bproblema?s?\b|\breabr|\breapert|\breopen|\bpersist\w*"
    r"|\b(?:sigue[ns]?|continua[n]?) (?:mal|fall\w+|sin \w+)|\botra vez (?:me|nos) (?:\w+ )?cobr\w+"
    r"|\b(?:sig[ou]\w*|continu\w+|segue[m]?|still)(?: (?:todo|tudo|the|exactamente)){0,2}"
    r" (?:igual|same|cobr\w+|charg\w+)\b"
)
# Unless they say besides that all is well, or ask: then it may be anything's, too.
THANKS = re.compile(r"\b(?:gracias|obrigad[oa]|thanks?)\b")
CONTENT = re.compile(
    rf"\?|{THANKS.pattern}|\b(?:interesad[oa]s?|interested)\b"
    r"|\b(?:resuelt|resolvid|solucion|arregl|resolved|solved|fixed)"
    r"|\b(?:ya no|ja nao|no (?:sigue|continua|persiste))\b"
    r"|\b(?:no|sin|ningun|nao|nem|sem)(?: (?:hay|ha|tem|tengo|es|un|ningun|nenhum)){0,2} problem"
)
# A yes that is no mere "ok".
YES = re.compile(r"^(?:si|sim|yes)\b")
# Or that it is as we think, which is no promise.
TRUE = re.compile(rf"{YES.pattern}|^(?:asi es|es asi|correct|exact|ciert)")
# A no, and nothing else.
BARE_NO = re.compile(
    r"\W*(?:(?:no|nao|nope?|nah|nel|negativo)\b\W*)*"
    r"(?:(?:senor(?:a|ita)?|joven|amig[oa])\b\W*)?"
)
# A no to "is it about that ticket?", with what it is about instead, or without.
NOT_THAT = re.compile(
    r"\W*(?:(?:no|nao)\b\W*)?(?:(?:es|e) )?(?:(?:por |sobre |de )?otr[oa]"
    r" (?:cosa|tema|asunto|problema|reclamo)|outr[oa] (?:coisa|assunto|problema)"
    r"|(?:algo |un[oa] )?nuev[oa]|(?:tiene )?nada (?:que|a) ver(?: con es[oe])?"
    r"|not that(?: one)?|something else)\W*"
    r"|\W*(?:no|nao) (?:senor|(?:es|e) (?:sobre |por |de )?(?:es[eo]|isso|esse)(?: ticket)?)\W*"
)


def surely_goes_on(words: str) -> bool:
    """Whether they can mean nothing else than that it was not settled."""
    left, not_done = NOT_DONE.subn("", words)
    content = CONTENT.search(THANKS.sub("", left) if not_done else left)
    return GOES_ON.search(words) is not None and not content


def asks_to_be_shown(text: str) -> bool:
    """Whether a colleague asks there for a receipt, or a picture of what was paid."""
    words = plain(text)
    if missed := _MISSED.search(words):
        left = words[missed.end() :]
        return not _WELL.search(left) or _ANEW.search(left) is not None
    return _ASKED_FOR.search(_NOT_ASKED.sub("no", words)) is not None


def is_lost(texts: Iterable[str]) -> bool:
    """Whether it was said last, of what was asked for, that it will not come."""
    lost = False
    for words in map(plain, texts):
        lost = not LATER.search(words) and (lost or LOST.search(words) is not None)
    return lost
