"""No more advertisements, and advertisements again, whoever answers the conversation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.dialog import registry
from chatbot.tests import tickets_known
from chatbot.tests.tickets_known import answered, fresh
from crm.audit.models import AuditEntry
from crm.catalog.models import Property
from crm.conversations import ownership
from crm.people.followups import FollowUp
from crm.people.models import Contact
from tickets.models import Ticket
from tickets.standing import set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]

clara, made = tickets_known.clara, tickets_known.made
OUT, IN = "no quiero más mensajes", "quiero recibir mensajes"


def opted_out(chat):
    return Contact.objects.get(pk=chat.talk.contact_id).opted_out_at


def test_out_and_in_again(chat):
    (text,) = chat(OUT)
    assert "ya no te enviaremos promociones" in text
    first = opted_out(chat)
    assert first is not None
    chat(OUT)
    assert opted_out(chat) == first
    (text,) = chat(IN)
    assert "volverás a recibir" in text and opted_out(chat) is None
    actions = AuditEntry.objects.about(chat.talk.contact).order_by("id")
    said = list(actions.values_list("action", flat=True))
    assert said == ["opted_out", "opted_in"]


def test_it_is_done_where_a_person_answers_and_nothing_is_said(chat):
    chat("Hola")
    ownership.hand_to_queue(conversation=chat.talk)
    assert chat(OUT) == []
    assert opted_out(chat) is not None


def test_so_is_a_plain_wish_to_get_them_again(chat, each):
    chat(OUT)
    ownership.hand_to_queue(conversation=chat.talk)
    rows = [
        ("quiero recibir ofertas", True),
        ("mándenme sus ofertas otra vez", True),
        ("quiero suscribirme a las novedades", True),
        ("quiero suscribirme", True),
        ("quiero que me manden ofertas otra vez", True),
        ("vuelvan a mandarme ofertas", True),
        ("quiero recibir promociones y novedades", True),
        ("quiero que me manden mensajes por favor", False),
        ("quiero que me manden noticias", False),
        ("vuelvan a enviarme mensajes", False),
        ("envíenme correos", False),
        ("vuelven a mandarme mensajes", False),
        ("vuelvan a mandarme mensajes y los denuncio", False),
        ("no quiero suscribirme", False),
        ("otra vez me mandan mensajes!!", False),
        ("quiero que me respondan los mensajes", False),
        ("me suscribieron otra vez", False),
        ("quiero recibir menos mensajes", False),
        ("acepto las ofertas", False),
        ("quiero recibir avisos de vencimiento", False),
        ("¿no me pueden mandar sus ofertas?", False),
        ("ya quiero que me escriban de nuevo", False),
    ]
    for words, takes in each(rows):
        assert chat(words) == []
        assert (opted_out(chat) is None) == takes


@pytest.mark.parametrize(
    "words",
    """no me llegan sus mensajes
no recibo sus mensajes
no me llegó el mensaje de confirmación
no recibí la notificación
no veo los avisos
no sé si me llegan los mensajes
ya no me mandan ofertas
¿por qué no me mandan ofertas?
no quiero esa oferta
no dejes de mandarme novedades
no duden en mandarme ofertas
no me molesta recibir mensajes
disculpe, no vi su mensaje
no puedo ver los mensajes
por que no me escriben
no me responden los mensajes
nunca me llegan los mensajes
no me está llegando ningún mensaje
no quiero dejar de recibir ofertas
no me borren de la lista
não estou recebendo mensagens
eliminen mis mensajes
no quiero mensajes de voz
dejen de cobrarme
no eviten mandarme ofertas
no acepto ofertas menores a 100 mil
no molesten a mi familia
no estoy interesado en dejar de recibir mensajes
no quiero recibir información falsa""".splitlines(),
)
def test_who_misses_messages_still_gets_them(chat, words):
    chat(words)
    assert opted_out(chat) is None


REFUSED = """no me lleguen más mensajes
dejen de escribirme
no me molesten con sus ofertas
deseo no recibir más ofertas
no sé si ya les dije, no quiero más mensajes
no dejan de mandarme mensajes
no veo sus mensajes, dejen de mandarlos
no me llegen más promociones
no me envian mas publicidad
no me molestan más
no te olvides de sacarme de la lista
não deixe de me tirar da lista
dejen de cobrarme y de mandarme mensajes
por favor absténganse de enviarme mensajes
eviten enviarme publicidad
eviten mandar publicidad
no estoy interesado en recibir publicidad
no estoy interesada en sus ofertas
no tengo interés en recibir promociones
no me agreguen a su lista
no me incluyan en sus envíos
ya no me incluyan en su lista
no deseo recibir información
no quiero recibir info
no doy mi consentimiento para publicidad
não tenho interesse em receber mensagens
I'm not interested in receiving messages
favor evitar mandarme mensajes
evítenme sus mensajes
quisiera evitar publicidad
no incluyan mi número en sus listas
no me agreguen a sus listas
no me pongan en su lista
no me metan en su lista de difusión
no quiero estar en su base de datos
no me suscriban a nada
don't add me to the list
no quiero recibir correos
no quiero recibir whatsapps
no quiero más correos de ustedes
mejor ya no me manden mensajes
solo quiero que dejen de escribirme
solo me mandan publicidad, dejen de escribirme"""
PARTLY = """no me manden ofertas de departamentos, solo de casas
no me manden mensajes a este número, mándenme al otro
no me escriban al correo, mejor por whatsapp
no me manden más fotos
no me manden más recibos
no me escriban tan tarde
no quiero recibir ofertas bajas por mi casa
no pongan mi casa en sus listas
no me pongan en la lista de morosos
no quiero estar en su lista negra"""


def test_who_refuses_them_gets_none_whatever_else_they_miss(chat, each):
    chat("Hola")
    ownership.hand_to_queue(conversation=chat.talk)
    for words in each(REFUSED.splitlines()):
        assert chat(words) == []
        assert opted_out(chat) is not None
    for words in each(PARTLY.splitlines()):
        assert chat(words) == []
        assert opted_out(chat) is None


@pytest.mark.parametrize("yes", [True, False])
def test_who_may_mean_something_else_is_asked(chat, yes):
    assert "¿Quieres dejar de recibir" in chat("no me responden los mensajes")[0]
    assert [one for one, _title in chat.options] == ["news:no", "news:kept"]
    (text,) = chat("sí" if yes else "no")
    assert ("ya no te enviaremos" in text) == yes == (opted_out(chat) is not None)
    chat.tap("news:kept")
    assert (opted_out(chat) is not None) == yes and chat.dialog.name == ""
    chat.tap("news:no")
    assert opted_out(chat) is not None


NO_MORE = """ya no
ya no por favor
sí, por favor, ya no
no más
no quiero nada
no, ya no
nunca
sí, ya no quiero
no quiero más
no me interesa
no quiero seguir recibiendo
ya basta
basta ya
sí, basta
no las quiero
ya no las quiero
dejen de escribirme"""
KEPT = """no
no, gracias
no, no quiero dejar de recibir
sigan enviando
claro que no
no, claro que no
por ahora no
por supuesto que no, gracias"""

NO_MORE_AGAIN = ["ya no", "ya no quiero", "no quiero más", "no me interesa", "ya basta"]


def test_only_a_bare_no_keeps_them(chat, each):
    assert "¿Quieres dejar de recibir" in chat("esto es spam")[0]
    for words in each(NO_MORE.splitlines()):
        assert "ya no te enviaremos" in chat(words)[0] and opted_out(chat) is not None
    for words in each(KEPT.splitlines()):
        assert "Entendido" in chat(words)[0] and opted_out(chat) is None
    for words in each(["ya no puedo pagar mi cuota", "no quiero más deudas", "no, así déjalo"]):
        chat(words)
        assert opted_out(chat) is None


@pytest.mark.parametrize("words", ["no, no quiero", "mucho spam"])
def test_what_answers_nothing_is_asked_again_but_not_for_ever(chat, words):
    for said in ("mucho spam", words, words):
        assert "¿Quieres dejar de recibir" in chat(said)[0]
    assert "¿Quieres" not in chat(words)[0]
    episode = chat.talk.episodes.get(closed_at=None)
    assert (episode.owner, opted_out(chat)) == ("queue", None)


def test_it_leaves_a_question_that_takes_any_text(ask):
    ask("crear ticket")
    ask("Asunto")
    assert registry.takes_any(ask.dialog, timezone.now())
    (text,) = ask(OUT)
    assert "promociones" in text and ask.dialog.name == ""
    assert opted_out(ask) is not None and not Ticket.objects.exists()


def test_whoever_opted_out_is_answered_all_the_same(ask):
    ask(OUT)
    assert "puedo hacer" in ask("menú")[0]


@pytest.mark.parametrize(
    "words",
    [
        "me la puedes rebajar a 250 mil?",
        "si quiero otra",
        "sí puede escribirme",
        "envíame de nuevo",
        "mándame de nuevo el mensaje",
        "me llegó su mensaje, mándame info",
        "¿por qué volví a recibir promociones?",
    ],
)
def test_nobody_consents_by_words_that_name_no_messages(chat, words):
    (text,) = chat(words)
    assert "volver" not in text
    chat(OUT)
    (text,) = chat(words)
    assert "volver" not in text and opted_out(chat) is not None


@pytest.mark.parametrize(
    "words", ["otra vez me mandan mensajes!!", "ya quiero que me escriban de nuevo"]
)
def test_who_opted_out_is_asked_before_it_ends(chat, each, words):
    chat(OUT)
    assert "¿Quieres volver a recibir" in chat(words)[0] and opted_out(chat) is not None
    assert [one for one, _title in chat.options] == ["news:yes", "news:no"]
    for said in each(["sí", "sí, mándenme mensajes", "no", *NO_MORE_AGAIN]):
        yes, (text,) = "sí" in said, chat(said)
        assert ("volverás a recibir" if yes else "ya no te enviaremos") in text
        assert (opted_out(chat) is None) == yes and chat.dialog.name == ""
        chat.tap("news:yes")
        assert opted_out(chat) is None


def test_the_same_complaint_twice_is_no_wish(chat):
    words = "¡otra vez me mandan mensajes!"
    assert "¿Quieres volver" in chat(words)[0]
    chat(OUT)
    assert "¿Quieres volver" in chat(words)[0] and "¿Quieres volver" in chat(words)[0]
    assert opted_out(chat) is not None
    assert "volverás" in chat("quiero recibir sus ofertas")[0]


def test_words_that_are_neither_leave_that_question(chat):
    chat(OUT)
    chat("mándame sus ofertas otra vez")
    assert "documento" in chat("mi saldo")[0] and opted_out(chat) is not None


@pytest.mark.parametrize(
    "words",
    [
        "no quiero volver a recibir mensajes",
        "nunca más quiero volver a recibir sus mensajes",
        "jamás quiero recibir promociones",
        "não quero receber mensagens de novo",
        "não quero mais receber novidades",
        "don't send me messages again",
    ],
)
def test_a_refusal_is_none_however_it_sounds(chat, words):
    Contact.objects.update(language="es")
    chat(words)
    first = opted_out(chat)
    assert first is not None
    chat(words)
    assert opted_out(chat) == first


def test_a_no_that_refuses_nothing_is_asked_about(chat):
    assert "¿Quieres volver" in chat("¿no me pueden volver a enviar las promociones?")[0]
    assert opted_out(chat) is None
    chat("no")
    assert opted_out(chat) is not None


def test_who_never_opted_out_is_told_all_the_same_where_they_ask_for_messages(chat):
    for words in ("mándame sus ofertas otra vez", "quiero suscribirme"):
        assert "volverás a recibir" in chat(words)[0]


def test_whoever_wants_to_be_informed_hears_what_of(chat):
    for words in ("info", "quiero información", "mándame información", "quiero recibir info"):
        (text,) = chat(words)
        assert "puedo hacer" in text and "documento" not in text, words
    assert "documento" in chat("quiero mi información")[0]


def test_after_a_propertys_card_it_is_about_that_one(chat):
    Property.objects.create(code="VM-01", title="Villa Marina", operation="sale")
    chat(OUT)
    chat("villa marina")
    for words in ("más info", "quiero recibir información", "me la rebajas a 250 mil?"):
        assert "Villa Marina" in chat(words)[0], words
    assert opted_out(chat) is not None


def test_a_visit_stands_while_a_person_has_the_conversation(chat, villa):
    chat("Hola")
    at = timezone.now() + timedelta(days=2)
    visit = {"kind": FollowUp.Kind.VISIT, "about": villa.title, "is_agreed": True}
    made = FollowUp.objects.create(contact=chat.talk.contact, due_at=at, **visit)
    ownership.hand_to_queue(conversation=chat.talk)
    for words in ("mejor a las 5, sí puede escribirme", "sí puede escribirme y cancelar la cita",
                  "mejor a las 5", "no voy a poder ir"):  # fmt: skip
        assert chat(words) == []
        stands = FollowUp.objects.get()
        assert (stands.due_at, stands.done_at) == (made.due_at, None), words


def test_a_colleagues_question_is_answered_by_such_words(ask, made, clara):
    for number, words in enumerate(
        ("sí puede escribirme", "acepto la oferta", "escríbame el jueves a las 10"), start=1
    ):
        answered(ask, made, clara, "¿Cuál?")
        set_status(ticket=fresh(made), status="waiting", by=clara)
        if number == 3:
            ownership.hand_to_queue(conversation=ask.talk)
        ask(words)
        said = made.messages.filter(kind="person").order_by("pk")
        assert [one.text for one in said][number - 1 :] == [words]
        assert fresh(made).status == "open"
