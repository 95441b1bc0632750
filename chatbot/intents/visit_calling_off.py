"""Whether words call a visit off: only if they say just that, and not by what else they may mean:
"no puedo ir sola", "¿y si no puedo ir?", "¿cuánto hay que cancelar?"."""

from __future__ import annotations

import re

from chatbot.intents.hearing.days import MONTHS
from chatbot.intents.visit_times import GREETING, WEEKDAYS

VISIT = re.compile(r"\b(?:visitas?|citas?|visit|appointment|viewing|agendamento)\b")
_CANCEL = re.compile(r"\b(?:cancel\w*|anul\w*|desmarc\w*|suspend\w*|call off)\b")
_GO = r"(?:ir|asistir|llegar|visitar\w*|verl[oa]s?|acudir|estar|acercarme|comparecer)"
_CANNOT = re.compile(
    rf"\bno (?:(?:voy|vamos) a (?:poder )?|podre(?:mos)? |puedo |podemos |alcanzo a |logro ){_GO}\b"
    rf"|\bno (?:ire|iremos|asistire)\b|\bya no (?:quiero|deseo) {_GO}\b"
    r"|\bya no quiero la (?:visita|cita)\b"
    r"|\bnao (?:vou (?:poder |conseguir )?(?:ir|comparecer)|posso ir|consigo ir|irei|vai dar)\b"
    r"|\b(?:can.?t|cannot|won.?t|(?:not|un)able to) (?:be able to )?(?:make it|come|go|attend)\b"
)
# That only where nothing else is spoken of: "intento abrir el enlace y no puedo".
_PERHAPS = re.compile(
    r"\b(?:no|nao) (?:podre|puedo|voy a poder|posso|consigo)\W*$|\bno (?:llego|llegare)\b"
    r"|\bya no (?:voy|vamos|puedo|podre|podemos)\b(?! (?:a )?\w+[aei]r(?:l[aoe]s?|me|nos)?\b)"
)
# What comes between, where they do not say what they cannot.
_CAME_UP = re.compile(
    r"\b(?:me (?:olvide|enferme)|se me (?:complico|presento|olvido|cruzo|hizo tarde)|surgio"
    r"|(?:salio|presento) (?:algo|trabajo)|imprevistos?|emergencia|(?:otro|un) compromiso"
    r"|estoy (?:enferm[oa]|mal))\b"
)
_ANOTHER_DAY = re.compile(r"\b(?:otro dia|outro dia)\b")
_ELSEWHERE = re.compile(
    r"\b(?:pag(?:ar?|o|ue|os)|cuotas?|banco|agencia|oficina|cajero|prestamos?|fin de mes|fotos?"
    r"|videos?|enlace|link|mapa|pagina|ver\w* bien|bank|payment|installment)\b"
)
# In these countries "cancelar" is to pay as well.
_PAYS = re.compile(
    r"\b(?:pag\w+|cuotas?|banco|deudas?|prestamos?|creditos?|cuanto|algo|monto|soles|dolares|costo"
    r"|cobr\w+|recibos?|saldo|meses|por (?:la|una|mi|cada) (?:visita|cita))\b"
)
_KEEPS = re.compile(
    r"\b(?:no|nunca|sin|nao|don.?t|not)\s+(?:\w+\s+){0,3}(?:cancel|anul|desmarc|suspend)"
)
_IF = re.compile(
    r"\b(?:si (?:\w+ ){0,2}no|en caso|caso (?:eu )?nao|se (?:eu )?nao|if i)\b"
    r"|\b(?:ir|ire|voy|asistir|acudir|estar) sol[oa]s?\b|\b(?:go|come) alone\b"
)
_ASKS = re.compile(r"\?|^\W*(?:y )?(?:que pasa|cuanto|como|hay que|se puede|puedo)\b")
_MAY_I = re.compile(
    r"\b(?:pued[oe]s?|podria[ns]?|podemos|pueden|posso|pode|can (?:i|you)|could (?:i|you))\b"
    r".{0,12}\b(?:cancel|anul|desmarc|suspend)"
)
_LATE = re.compile(
    r"\bno (?:llego|llegare|(?:voy a|puedo|podre) llegar)\b"
    r".*(?:\b(?:a tiempo|puntual|tarde|minutos|exact\w+)|\ba las? \d)"
)
_COSTS = re.compile(
    r"\b(?:visitas?|citas?)\b(?: \w+){0,9} (?:es gratis|es gratuit[oa]|tiene (?:algun )?costo"
    r"|se (?:paga|cobra)|(?:la|me) cobran)\b"
    r"|\b(?:cobran|cuestan?|costo|cancelar|pagar)\b.*\bpor (?:la|una|cada|mi) (?:visita|cita)\b"
    r"|\bcosto de (?:la|una) (?:visita|cita)\b"
    r"|(?<!si es )\b(?:cuestan?|gratis) (?:la|una) (?:visita|cita)\b"
)
# Nothing but these, and the words of its title, a day and an hour: only that it is called off.
_ONLY = {
    *re.findall(
        r"\w+",
        "no nao ya voy vamos vou a poder conseguir podre podremos puedo podemos posso ir ire iremos"
        " irei asistir asistire acudir comparecer alcanzo logro quiero quisiera deseo necesito"
        " tengo que quero preciso cancelar cancela cancele cancelen cancelo cancelarla cancelemos"
        " cancelame anular anula anule anulen desmarcar la las el lo mi minha esa esta este dicha"
        " visita visitar cita agendamento del de para en hoy manana pasado hoje amanha por favor"
        " porfavor porfa pls please gracias muchas hola buenas buenos disculpa disculpe disculpen"
        " perdon perdona lo siento lamento lamentablemente obrigado obrigada desculpe ola oi hi"
        " molestia molestias senor senora senorita estimado estimada"
        " hello i can t cant cannot won wont be able to make it come attend go cancel my the visit"
        " appointment viewing sorry thanks thank you want need tomorrow today on at am pm h",
    ),
    *MONTHS.split("|"),
}
# A reason may stand beside that, but nothing that makes it less than a wish.
_AT_ONCE = re.compile(
    r"(?:^\W*(?:hola\W+)?cancelo|\b(?:cancel(?:a|e|en|ar|ame|emos)|anul(?:a|e|en|ar)))"
    r" (?:mi|la) (?:visita|cita)\b"
)
_PERHAPS_NOT = re.compile(
    r"\b(?:si|por que|como|cuando|quien|tuv[eo]|tuvimos|ayer|pasad[oa]|antes|saber|pued\w+"
    r"|podria\w*|dij\w+|dice\w*)\b"
)
# "Yes" to whether the visit shall be called off, and nothing else. What only agrees with how it
# stands ("está bien", "de acuerdo") does not say so.
_SAYS_OFF = re.compile(
    r"\b(?:cancel(?:a|e|o|en|ar)(?:l[ao])?|cancelame(?:la)?|cancelacion"
    r"|anul(?:a|e|en|ar)(?:l[ao])?)\b"
)
_YES = re.compile(
    r"\b(?:claro que si|asi es|ya pues|si+p?|sim|ya|yes|claro|dale|correcto|exacto"
    r"|es[ae](?: mism[ao]| visita| cita)?)\b"
)
_BESIDE_YES = {
    *re.findall(
        r"\w+",
        "ok por favor porfavor porfa pls please gracias muchas senor senora senorita la las de"
        " mismo misma obrigado obrigada pode disculpe disculpa disculpen perdon lo siento molestias"
        " nomas pues",
    )
}
# Who wants or confirms a visit means that it stands, but where they say what else.
_BESIDE_OFF = {
    *_BESIDE_YES,
    *re.findall(r"\w+", "mi visita cita quiero quisiera deseo confirmo esta bien acuerdo"),
}
_WANTS_IT = re.compile(
    r"\W*(?:(?:si+p?|sim|ya|ok|claro|bueno)\W+)*"
    r"(?:quiero|quisiera|deseo|confirmo|mantengo|(?:esta|todo) bien)"
    r" (?:(?:ir a|mantener|tener) )?(?:la|mi|esa) (?:visita|cita)(?P<rest>.*)"
)
# The same and why, but no other day.
_YES_FOR = re.compile(
    r"\W*(?:(?:si+p?|sim|ya|ok|claro|dale)\W+)*(?:cancel|anul)(?:a|e|o|ar)(?:l[ao])?\W+"
    r"(?:porque|ya que|es que|pues)\b(?!.*\b(?:si|cuando|pero|mejor|prefiero|otr[oa])\b).*"
)
_GOES = re.compile(
    r"\b(?:ir|ire|iremos|irei|asistir\w*|acudir|comparecer|visitar|make it|come|attend|go)\b"
)
_DAYS = re.compile(rf"\b(?:{WEEKDAYS})\b")


def calls_off(said: str, *, called: bool) -> bool:
    """Whether they perhaps do. `called`: a visit is what they speak of."""
    if _IF.search(said):
        return False
    names = VISIT.search(said) is not None
    if _CANNOT.search(said):
        return names or not _ELSEWHERE.search(said)
    if _PERHAPS.search(said):
        return names or is_missed(said) or _is_known(said, {"llego", "llegare"})
    return called and cancels(said) and not (_PAYS.search(said) or _KEEPS.search(said))


def is_missed(said: str) -> bool:
    """ "Me salió algo, no voy a poder"."""
    says = _PERHAPS.search(said) and _CAME_UP.search(said)
    return bool(says) and not _ELSEWHERE.search(said)


def cancels(said: str) -> bool:
    return _CANCEL.search(said) is not None


def asks(said: str) -> bool:
    """Whether it is a question, and none for a visit to be called off."""
    return _ASKS.search(said) is not None and not _MAY_I.search(said)


def asks_of_it(said: str) -> bool:
    """ "¿Y si no puedo ir?": no visit is called off by that."""
    speaks = _CANNOT.search(said) or (VISIT.search(said) and _CANCEL.search(said))
    return bool(speaks) and bool(_IF.search(said) or asks(said))


def keeps(said: str) -> bool:
    """ "No cancelen mi visita"."""
    return bool(_KEEPS.search(said)) and not _CANNOT.search(said)


def comes_late(said: str) -> bool:
    return _LATE.search(said) is not None


def asks_cost(said: str) -> bool:
    """Of a visit: "¿hay que cancelar algo por la visita?"."""
    return _COSTS.search(said) is not None


def says_only_that(said: str, title: str) -> bool:
    """Whether it is beyond doubt that the visit to it is called off."""
    says = VISIT.search(said) or _GOES.search(said)
    return bool(says) and not asks(said) and _is_known(said, set(re.findall(r"\w+", title)))


def says_at_once(said: str) -> bool:
    """ "Cancele la visita, ya encontré departamento"."""
    doubted = asks(said) or "?" in said or _PERHAPS_NOT.search(said) or _KEEPS.search(said)
    return _AT_ONCE.search(said) is not None and not doubted


def agrees(said: str, title: str) -> bool:
    """To that it be called off; "sí puedo ir" is another thing."""
    off = _SAYS_OFF.search(said) is not None
    if not (off or _YES.search(said)) or "?" in said:
        return False
    if _YES_FOR.fullmatch(said):
        return True
    known = _BESIDE_OFF if off else _BESIDE_YES
    return _is_but(known, _YES.sub(" ", _SAYS_OFF.sub(" ", said)), title)


def wants_it(said: str, title: str) -> bool:
    """ "Sí, quiero la visita": it shall stand."""
    found = _WANTS_IT.fullmatch(said)
    return found is not None and _is_but({*_BESIDE_YES, "a"}, found["rest"], title)


def _is_but(known: set[str], said: str, title: str) -> bool:
    """Whether it is nothing but those words, and some of the title."""
    known = known | set(re.findall(r"\w+", title))
    return all(word in known for word in re.findall(r"\w+", said))


def may_mean_it(said: str) -> bool:
    """Whether what was heard as a cancel is more than a bare one, and of nothing else: "mejor
    cancelo", "me olvidé, no voy a poder"."""
    says = cancels(said) or _PERHAPS.search(said) or _ANOTHER_DAY.search(said)
    else_ = _PAYS.search(said) or _ELSEWHERE.search(said) or _KEEPS.search(said) or asks(said)
    return bool(says) and not else_ and len(said.split()) > 1


def _is_known(said: str, more: set[str]) -> bool:
    rest = _DAYS.sub(" ", GREETING.sub(" ", said))
    return all(word in _ONLY or word in more for word in re.findall(r"[a-z]+", rest))
