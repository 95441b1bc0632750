"""Whether somebody wants to be sent messages again: nobody does by what only sounds like it."""

from __future__ import annotations

import re
from dataclasses import replace

from chatbot.intents.heard import SURE, UNKNOWN, Heard
from chatbot.intents.hearing.words import plain, words_of

IN, OUT = "opt_in", "opt_out"
_LIKELY = 0.6
# What one may consent to. One message is what somebody got or is to get, not all that will come.
_MESSAGES = re.compile(
    r"\b(?:mensaj(?!e\b)|mensag(?!em\b)|promo|ofertas|publicidad|noved|novid|notic|notif|anuncios"
    r"|avisos|boletin|difusion|marketing|messages|message me|news|mailing|s[ui][bs]?scri)"
)
# Of who opted out that is enough to be asked.
_AGAIN = re.compile(r"\bescrib\w* (?:de nuevo|otra vez|nuevamente)\b|\bvuelv\w+ a escrib")
_WHY = re.compile(r"\b(?:por que|why)\b")
_NO = re.compile(
    r"\b(?:no|nunca|jamas|tampoco|ni|sin|nao|not|don.?t|never|stop|evit(?:e[ns]?|ar)(?:me|nos)?)\b"
)
# That none came is no refusal.
_MISSED = re.compile(
    r"\b(?:no|nao|(?<!to )not|don.?t) (?:me |nos |he |han |estoy )*"
    r"(?:(?:ll|ch)eg(?!u?e|ar\b)|rec[ei]b(?:o|i(?!r))|get|receive"
    r"|(?:mand|envi)(?:an|aron|ado|aram)\b(?! mas\b| mais\b))"
)
# Nor is a no to something else, or one that asks for more.
_KEEPS = re.compile(
    r"\b(?:no|nao) (?:(?:me|nos|te|se|les?) )?(?:molesta(?:n|ria|rian)?\b|dej(?:e|es|en) de\b"
    r"|deix(?:e|em) de\b|olvid(?:e|es|en)\b|dud(?:e|es|en)\b|se si\b|sei se\b|veo\b|vejo\b"
    r"|(?:entiendo|entendi) (?:el|la|los|las|sus?|est[eao]s?|es[eao]s?)\b"
    r"|(?:quiero|deseo|acepto|me interesa|quero) (?:es[ea]|est[ea]|ess[ea]) (?:oferta|promocion)\b)"
    r"|\b(?:dej\w+ de|par\w+ de|stop) (?:me |nos )?(?:cobra|charg)\w*(?!.*\b(?:me?nsa|ofert|promo))"
)
# What refuses all the same, beside any of these.
_REFUSAL = re.compile(
    r"\b(?:no|nunca|jamas|nao|not|don.?t|never|stop|basta|baja|siguen?|dej\w+ de|par[ae]\w* de"
    r"|(?:quit|elimin|borr|cancel|desuscri|unsubscri)\w*)\b"
)
_CLAUSE = re.compile(r"[,.;:!\n]|\b(?:pero|but)\b")


def as_meant(heard: Heard, text: str, *, opted_out: bool) -> Heard:
    """What was heard as a wish for messages is one where it names them; with a no it is the
    contrary; else nothing that the bot knows, and may be an answer to whatever was asked. So is
    what only sounds like a refusal of them."""
    if heard.intent == UNKNOWN and _is_likely_refusal(heard, text):
        return replace(heard, intent=OUT, score=SURE)
    if heard.intent not in (IN, OUT) or heard.exact:
        return heard
    said = plain(text)
    if heard.intent == OUT:
        return heard if is_refusal(text) or not _only_misses(said) else _unknown(heard)
    if _refuses(said):
        return replace(heard, intent=OUT)
    names = _MESSAGES.search(said) or (opted_out and _AGAIN.search(said))
    return heard if names and not _WHY.search(said) else _unknown(heard)


def _is_likely_refusal(heard: Heard, text: str) -> bool:
    """What was all but heard as one, and says so by name: "no acepto ofertas" may be a seller's."""
    likely = heard.runner_up == OUT and heard.runner_up_score >= _LIKELY
    return likely and _MESSAGES.search(plain(text)) is not None and is_refusal(text)


def _unknown(heard: Heard) -> Heard:
    left, likeliest = round(1 - heard.score, 4), heard.intent
    return replace(
        heard, intent=UNKNOWN, score=left, runner_up=likeliest, runner_up_score=heard.score
    )


def _only_misses(said: str) -> bool:
    """Whether each no in it is of what did not come, or of something else."""
    rest = _KEEPS.sub(" ", _MISSED.sub(" ", said))
    return rest != said and not _REFUSAL.search(rest)


# What is sent to everybody, said as such: "no quiero esa oferta" refuses one, not all.
_NEWS = (
    r"(?:mensajes|mensajitos|mensagens|mensagem|(?:mas|ningun[ao]?|mais|nenhuma?|ni una?)"
    r" (?:mensaj|mensag|promo|ofert|avis)\w*|promo(?:s|cao|ciones|coes|tions)\b|off?ertas"
    r"|public[id]|propagandas?|noved|novid|noti(?:cias|ficacion)|anuncios|avisos|boletin|newsletter|difusion"
    r"|comercial|promocional|marketing|messages|texts|texting|news|ads|offers|mailings?|spam|sms"
    r"|suscrip|subscri|envios|alertas|campanas|correos|whatsapps|e?mails)"
)
_FORM = r"(?:e[ns]?|em|a(?:r(?:me|nos|l[oae]s?|an?)?|ndo(?:me|nos)?))"
_SEND = (
    rf"(?:(?:mand|envi|remit){_FORM}|send|receber|recib(?:ir(?:l[oa]s)?|iendo)|recebendo|receive"
    r"|get)\b"
)
_WRITE = (
    r"(?:escrib(?:a[ns]?|ir(?:me|nos)?|iendo(?:me)?)|escrev(?:am?|er)|(?:molest|contact|fastidi"
    rf"|spame){_FORM}|jod(?:er(?:me)?|an)|(?:message|text|write|contact|bother)(?: me| us)?)\b"
)
_FILL = (
    r"(?:(?:me|nos|les?|l[oa]s?|mas|more|mais|any|any more|ya|to|por favor|vuelvan? a"
    r"|sigan?|seguir|volver a|continuar?|voltem a) )*"
)
_NOT = r"(?:no|nunca(?: mas)?|jamas|tampoco|ni|nao|not|don.?t|never)"
# "No estoy interesado en el departamento de la publicidad" refuses that one.
_INTEREST = (
    r"(?:e?s?toy interesad[oa] en|tengo (?:ningun )?interes en|tenho interesse em|interested in)\b"
    r"(?! (?:el|l[ao]s?|una?|os?|as?|the|this|es[ea]s?|est[ea]s?) "
    rf"(?!{_NEWS}))"
)
_WANT = (
    r"(?:[qk]u?iero|quisiera|deseo|acepto|autorizo|necesito|quero|desejo|want|wish|like|need"
    rf"|me (?:interesan?|gustan?|gustaria)|d(?:oy|ou) (?:mi|meu) consent\w+|{_INTEREST})"
)
# Of a list as of a bill: only with what it is, or nothing else.
_PUT = (
    r"(?:inclu(?:yan?|yas|ir(?:me|nos)?|am)|agreg(?:uen?|ues|ar(?:me|nos)?)"
    r"|suscrib(?:an?|as|ir(?:me|nos)?))\b"
)
# Nor of the one of who owes.
_NO_OTHER = r"\b(?! (?:negras?|de (?:espera|moros|deud|riesgo|precio|visita|pago))\w*)"
_LISTS = rf"\b(?:list(?:as?)?|base de datos){_NO_OTHER}"
_PUT_ON_LIST = (
    r"(?:(?:pong|met)(?:an?|as)|(?:pon|met)er(?:me|nos)?|add|include)"
    rf"\b.*(?:{_LISTS}|{_NEWS})"
)
_THINGS = r"(?:foto|video|audio|imagen|sticker|meme|recibo|estado|document)"
_ALL = (
    r"(?: (?:me|any|por favor|porfa|a este numero|por (?:aqui|este medio|whatsapp)))*"
    rf"(?:\W*$| (?:mas|nada|mais|anything|more)\b(?! {_THINGS})|.*{_NEWS})"
)
_ON = rf"(?:\W*$|.*{_LISTS}|.* {_NEWS}| (?:a|en) nada\b)"
_INFO = (
    r"rec[ei]b[ei]r (?:(?:mas|mais|su|sus|ninguna|nenhuma) )*(?:info|informac\w+)"
    r"(?: gracias| por favor)*\W*$"
)
# A refusal whatever stands before it.
_REFUSED = re.compile(
    rf"\b{_NOT} {_FILL}(?:{_WRITE}|{_SEND}{_ALL}|(?:llegu?en?|cheguem?)\b{_ALL}|{_PUT}{_ON}"
    rf"|{_PUT_ON_LIST})"
    rf"|(?<!\bpara )(?<!\bno )\b(?:evit(?:e[ns]?|ar)(?:me|nos)?|absten\w+)"
    rf" (?:(?:de|por favor|volver|seguir|a|la|los|me|nos|sus|tant[ao]s?) )*"
    rf"(?:{_WRITE}|{_SEND}{_ALL}|{_NEWS})"
    rf"|\b{_NOT} {_FILL}{_WANT}\b(?! (?:es[ea]|est[ea]|ess[ea]|la|a) (?:promo|ofert|mensa))"
    r"(?!.*\b(?:sino|solo|mejor|voz|esperar|p[ie]+rd\w+|dej\w+|baja|par(?:ar|en)|(?:sa[cq]|borr|elimin|quit|retir)\w+)\b)"
    rf" ?(?:.*{_NEWS}|.*\b{_WRITE}|.*\bsuscrit[ao]\b"
    rf"|.*\b(?:listas?|en (?:\w+ )?base de datos){_NO_OTHER}"
    rf"|(?:.* )?(?:{_SEND}{_ALL}|{_PUT}{_ON}|{_INFO}))"
    rf"|\b(?:no|sin|basta(?: ya)?|chega|stop|quit|cero) (?:de |con |el |la |los |tant[ao]s? |mas "
    rf"|mais |more |sus |all |the |a |to )*{_NEWS}"
    r"|\b(?:basta(?: ya)?|chega|stop|quit) (?:de |to )?(?:me )?(?:mand|envi|rece|recib|send|text)"
    rf"|\b{_NOT} (?:me |nos )*(?:sigan?|vuelv\w+ a) (?:mand|envi)"
    rf"|\bno longer want.*{_NEWS}|\b(?:ya (?:paren|basta)|(?:paren|basta) ya)\b"
    r"|\bno (?:me |nos )*molestan? mas\b|\bno (?:dejan|paran) de (?:mand|envi|escrib|molest)"
    # As many write "no me manden más"; "ya no me mandan" misses them.
    r"|^(?:por favor |hola )*(?:no|nao) (?:me |nos )*(?:mand|envi)a[mn] (?:mas|mais)\b(?!.*\?)"
)
_OFF = r"(?:a|e|en|em|ar)(?:me|nos|lo|nme)?"
_LIST = rf"(?:lista|list|base|contactos|{_NEWS})"
# One where no "no" belongs to it: "no me borren de la lista".
_ASKED_OFF = re.compile(
    rf"(?P<no>\b{_NOT} (?:(?:me|nos|te|se|les?|lo|que|quiero|quisiera|deseo|quero|want|to"
    r"|estoy interesad[oa] en|tengo interes en"
    r"|puede[ns]?|van?|vayan|a|por favor) )*)?(?:"
    r"\b(?:(?:dej(?:en?|a|as|es|o|ar)|par(?:en?|em|ar)|cesen?|stop|deixem?|terminen)(?: ya)?"
    r"(?: de| con)?|para(?: ya)?(?: de| con)) (?:\w+ y (?:de )?)?(?:me |sus |l[oa]s? |el )?"
    rf"(?:mand|envi|escrib|escrev|molest|jod|freg|fastid|recib|receb|sending|messag|text|bother"
    rf"|contact|writing|{_NEWS})"
    r"|\b(?:suspend|det(?:en|ien)|desactiv|silenci|paus|anul|revo[cq]|cort)\w* "
    rf"(?:(?:la|las|los|el|mi|mis|con|de|sus|todos|todas) )*{_NEWS}"
    rf"|\b(?:quit|kit|elimin|borr|saqu|sak|sac|retir|remov|remuev|tir|exclu[iy]|baj)"
    rf"(?:{_OFF}|ad[ao]|anme)\b(?:.*\b(?:de|del|da|das|dos|dessa|from) .*\b{_LIST}"
    r"|.*\bsu[bs]scripcion)"
    r"|\b(?:quit|kit|elimin|borr|saqu|sac|retir|remov|remover?|remuev|tir|exclu[iy])(?:an?|e|en|em|ar|)"
    r"(?:(?:me|nos)(?: de (?:ahi|aqui))?\W*$| (?:mi|meu) (?:numero|contacto|celular|telefono)\b)"
    r"|\b(?:take|remove) me (?:off|from)\b|\bremove (?:me|my number)\b|\bopt(?:ing)? out\b"
    rf"|\b(?:sal(?:ir|go|irme)|sair) d[ea]l?s? (?:\w+ ){{0,2}}{_LIST}"
    r"|\b(?:retiro|revoco) mi (?:autorizacion|consentimiento|permiso)\b"
    r"|\b(?:dar|dan?|den|dem|doy|dame|deme|denme|darme|darnos|quiero|solicito|pido)(?: me)?(?: la)?"
    rf"(?: de)? baja\b(?! (?:de )?(?:mi|el|la|un|una|al)\b(?!.* {_LIST}))"
    rf"|\bbaja(?: de)?(?: la| las| los)? {_LIST}"
    r"|\b(?:desuscri|desubscri|desinscri|unsubscri|descadastr)"
    rf"|\bcancel\w* (?:(?:de|la|las|los|as|mi|mis|my|sus|os|o) )*(?:{_NEWS}|mensa|envio)"
    r")"
)
# It asks for what follows: "no se olviden de sacarme de la lista".
_DO = re.compile(
    r"\b(?:no|nao|don.?t) (?:se |te |les? |me )?(?:olvid(?:e[ns]?|es)|dud(?:e[ns]?)|dej(?:e[ns]?)"
    r"|deix(?:em?|es)|esquecam?|forget) (?:de|en|em|to)\b"
)
_SAID_APART = re.compile(rf"{_CLAUSE.pattern}|[¿¡()]|(?<=\?)")
_GREETED = r"\W*(?:(?:si|sim|yes|hola|ya|ahora|por favor|porfa)\W+)*"
_I_WANT = (
    r"(?:quiero|quisiera|deseo|me gustaria|quero|gostaria de|i want to|i would like to|want to)"
)
_ADDED = (
    r"(?: (?:de nuevo|otra vez|nuevamente|again|de novo|por favor|porfa|gracias|please|por aqui"
    r"|por whatsapp))*\W*"
)
# A wish, and no complaint of what came, nor one for something else: of these words alone.
_WISH = re.compile(
    rf"{_GREETED}(?:{_I_WANT}"
    r"(?: (?:volver|otra vez|de nuevo|voltar))?(?: a)?"
    r" (?:recibir|receber|receive|get|suscribir(?:me|nos))"
    r"|(?:quiero|quisiera|deseo|me gustaria) que (?:me|nos) (?:(?:vuelvan?|vuelvas) a )?"
    r"(?:mand|envi)(?:en?|es|ar)|vuelvan? a (?:mand|envi)ar(?:me|nos)"
    r"|(?:mand|envi)[ae]n?(?:me|nos)|me (?:mand|envi)em?|send me|(?:suscrib|inscreva|subscribe)\w*)"
    r"(?: (?:a|to|de nuevo|otra vez|nuevamente|again|sus|las|as|suas|your|todas|todos|mas|more))* "
    rf"(?!mas\b|correos|whatsapps|e?mails)(?:{_NEWS})\w*"
    rf"(?:(?:,| [ye]| and) (?:sus |las |suas |as )?(?:{_NEWS})\w*)*{_ADDED}"
    # Nothing else is subscribed to here.
    rf"|{_GREETED}{_I_WANT}(?: volver a)? suscribir(?:me|nos){_ADDED}"
)
# "Vuelvan a enviarme mensajes" may ask a colleague to write; no answer is an advertisement.
_SENDING = re.compile(r"\b(?:mand|envi)[ae]\w*|\bsend\b")
_ADVERTS = re.compile(
    r"\b(?:promo|off?ert|public[id]|propaganda|noved|novid|boletin|newsletter|marketing|ads\b)"
)

# All that is said where it was asked whether they want no more; "ya no puedo pagar" is another.
_NO_MORE = re.compile(
    r"\W*(?:(?:si|sim|yes|ok|ya|claro|correcto|no|nao|mejor|por favor|porfa|please|gracias"
    r"|hola)\W+)*"
    r"(?:ya no|(?:no|nao) (?:(?:quiero|deseo|quero) )?(?:mas|nada|mais)|ja nao|no more"
    r"|(?:no|nao) (?:quiero|deseo|quero) (?:seguir )?(?:recibir|recibiendo|receber)"
    r"|(?:no|nao) l[ao]s (?:quiero|deseo)|basta"
    r"|(?:no|nao) me interesan?|nunca|jamas|never)"
    r"(?:\W+(?:quiero|deseo|quero|mas|mais|nada|recibir|receber|me interesan?|mensajes|mensagens"
    r"|l[ao]s|seguir|recibiendo"
    r"|promociones|novedades|ofertas|eso|esto|de eso|ya|por favor|porfa|please|gracias|obrigad[oa]"
    r"|thanks))*\W*"
)
# "No, quiero seguir recibiendo", which is the contrary without the comma; "claro que no".
_KEEP = re.compile(
    r"\W*(?:(?:no|nao)\W+)*"
    r"(?:(?:claro|obvio|por supuesto|desde luego) que (?:no|nao)|(?:por )?ahora no)"
    r"(?:\W+(?:por ahora|gracias|obrigad[oa]))*\W*"
    r"|\W*(?:(?:no|nao) ?[,.;!]\W*)*"
    r"(?:(?:ya )?(?:no|nao) (?:(?:quiero|deseo|quero|me|nos) )?(?:dej|par)\w+ de"
    r"|(?:(?:quiero|deseo|quero) )?(?:seguir|continuar)|sigan?)"
    r" (?:me )?(?:mand|envi|escrib|escrev|rec[ei]b)\w*(?: (?!y\b|pero\b)\w+){0,3}\W*"
)
_HOME = r"(?:casa|terreno|depa\w*|dpto|inmueble|propiedad|local|lote|oficina)"
_OFF_WITH_IT = (
    r"(?:no|nao|nunca|dej\w+|deix\w+|par\w+|basta|evit\w+|sa[cq]\w+|borr\w+|elimin\w+"
    r"|quit\w+|retir\w+|cancel\w+|desuscri\w+|den\w*|dar\w*)"
)
# Not all is refused, but one place, hour or kind of it: then something else is welcome.
_PARTLY = re.compile(
    r"\b(?:solo|solamente|unicamente|mejor)\b"
    r"(?! (?:(?:me|nos) )?(?:mandan|envian|escriben|molestan|son|es)\b)"
    r"(?!(?:\W+(?:quiero|quisiera|deseo|pido|les|te|que|ya|me|por favor))*"
    rf"\W+{_OFF_WITH_IT}\b)"
    r"|\b(?:(?:tan|mas|muy|la) tarde|madrugada|(?:de|en la|por las?) noches?"
    r"|(?:est[ae]|altas)s? horas?|los (?:domingos|fines de semana)|(?:al|a mi) otro)\b"
    rf"|\b(?:por|para|de|sobre|\w+[ae]n) mi {_HOME}\b"
    r"|\b(?:mand|envi|escrib)[ae]n?(?:me|nos)\b"
)


def is_no_more(text: str) -> bool:
    """Whether who was asked whether they want no more says so."""
    return _NO_MORE.fullmatch(plain(text)) is not None


def keeps(text: str) -> bool:
    """Whether they want them to go on: two noes may be a yes."""
    return _KEEP.fullmatch(plain(text)) is not None


def is_plain(text: str, *, overheard: bool = False) -> bool:
    """Whether messages are surely wished for: nobody can be asked while a person answers."""
    said = plain(text)
    if overheard and _SENDING.search(said) and not _ADVERTS.search(said):
        return False
    return _WISH.fullmatch(said) is not None


def is_refusal(text: str) -> bool:
    """Whether messages are surely refused; who may mean something else is asked."""
    said = plain(text)
    return not _PARTLY.search(said) and any(map(_is_refused, _SAID_APART.split(said)))


def _is_refused(part: str) -> bool:
    if _WHY.search(part):
        return False
    spelt = part if "?" in part else " ".join(words_of(part))
    return any(_refuses_all(_DO.sub(" ", one.strip())) for one in (part, spelt))


def _refuses_all(said: str) -> bool:
    off = any(not one["no"] for one in _ASKED_OFF.finditer(said))
    return off or _REFUSED.search(said) is not None


def _refuses(said: str) -> bool:
    if "?" in said or _MISSED.search(said):
        return False
    return any(_NO.search(one) and _MESSAGES.search(one) for one in _CLAUSE.split(said))
