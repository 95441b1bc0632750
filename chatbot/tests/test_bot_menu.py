"""Small talk and the menu, for a partner who is logged in and for anybody else."""

import re

import pytest

from chatbot.dialog import registry
from chatbot.dialog.replies import words as words_of
from chatbot.intents import menu
from chatbot.tests.self_service import MOST_QUERIES, jpeg, make_loan, make_partner
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]

OWN = (
    "greeting", "help", "thanks", "goodbye", "affirm", "personal_info", "account_statement",
    "list_loans", "next_payment", "settlement", "payment_options", "opt_out", "opt_in",
    "loan_detail",
)  # fmt: skip
# Words of the Spanish replies that neither Portuguese nor English has.
SPANISH = re.compile(r"\b(préstamos?|cuotas?|comprobante n|tienes|puedes|quieres|saldo por)\b")
INTENTS = [f"intent:{name}" for name in menu.PARTNERS]


def test_a_greeting_by_first_name_with_the_menu(ask, each):
    for words in each(["Hola", "Buenos días", "Buenas tardes", "saludos"]):
        (text,) = ask(words)
        assert "¡Hola, Ana!" in text
        assert [id_ for id_, _title in ask.options] == INTENTS
        assert len(ask.queries) <= MOST_QUERIES


def test_the_menu(ask, each):
    for words in each(["ayuda", "Help", "menú", "opciones"]):
        (text,) = ask(words)
        assert "Esto es lo que puedo hacer" in text
        titles = [title for _id, title in ask.options]
        assert titles[0] == "Estado de cuenta" and len(titles) <= 10
        assert all(len(title) <= 24 for title in titles)


def test_every_entry_of_the_menu_leads_somewhere(ask):
    for name in menu.PARTNERS:
        if name in registry.handlers() and name not in ("logout", "talk_to_agent"):
            texts = ask.tap(f"intent:{name}")
            assert texts and "no te entendí" not in texts[0]
            ask("cancelar")


@pytest.mark.parametrize("words", ["Hola", "Buenos días"])
def test_a_stranger_is_greeted_as_a_prospect(chat, words):
    (text,) = chat(words)
    assert "¡Hola" in text and "ayudo" in text
    assert [id_ for id_, _title in chat.options] == [
        "intent:property_inquiry",
        "intent:authenticate",
        "intent:talk_to_agent",
    ]


def test_small_talk(ask, each):
    rows = [
        ("Adiós", "Hasta pronto, Ana"),
        ("Chao", "Hasta pronto, Ana"),
        ("bye", "Hasta pronto, Ana"),
        ("gracias", "Con gusto"),
        ("cancelar", "No había nada en curso"),
        ("ok", "Entendido"),
        ("no", "Entendido"),
    ]
    for words, answer in each(rows):
        (text,) = ask(words)
        assert answer in text
        assert ask.dialog.misunderstood == 0


def test_a_mess_is_not_the_menu(ask):
    (text,) = ask("menudo lío")
    assert "Esto es lo que puedo hacer" not in text


def test_what_is_about_nothing_is_answered_politely_with_the_menu(ask):
    (text,) = ask("el préstamo del libro de la biblioteca")
    assert "no te entendí" in text
    assert [id_ for id_, _title in ask.options] == INTENTS
    assert ask.dialog.misunderstood == 1
    ask("hola")
    assert ask.dialog.misunderstood == 0


def test_three_in_a_row_are_handed_to_a_person(ask):
    for _ in range(3):
        ask("los gatos vuelan de noche sobre el tejado azul")
    ask.talk.refresh_from_db()
    assert ask.talk.owner == "queue"


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("audio", "audio/ogg"), ("video", "video/mp4"), ("sticker", "image/webp")],
)
def test_what_cannot_be_heard_or_watched_is_kept_and_said(ask, kind, mime):
    (text,) = ask.picture(None, kind=kind, mime=mime)
    assert "no puedo escuchar audios" in text and "asesor" in text
    assert [id_ for id_, _title in ask.options] == INTENTS
    assert ask.talk.messages.get(kind=kind).attachments.count() == 1
    assert ask.dialog.misunderstood == 0


@pytest.mark.parametrize(
    ("kind", "mime", "language", "tells"),
    [
        ("audio", "audio/ogg", "", ("no puedo escuchar", "propiedades", "visita", "préstamos")),
        ("video", "video/mp4", "pt", ("não consigo ouvir", "imóveis", "visita", "empréstimos")),
        ("sticker", "image/webp", "en", ("cannot listen", "properties", "visit", "loans")),
    ],
)
def test_a_stranger_hears_what_can_be_done_instead(chat, kind, mime, language, tells):
    chat("Hola")
    Contact.objects.update(language=language)
    (text,) = chat.picture(None, kind=kind, mime=mime)
    assert [word for word in tells if word not in text] == []
    assert [id_ for id_, _title in chat.options] == [f"intent:{name}" for name in menu.VISITORS]
    assert chat.talk.messages.get(kind=kind).attachments.count() == 1
    assert chat.talk.waiting_since is not None and chat.dialog.misunderstood == 0


def test_a_question_left_open_in_the_menu_does_not_exist(ask):
    ask("menú")
    assert ask.dialog.name == ""


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_every_title_is_there_and_short_enough_for_its_place(language):
    lines = words_of("titles", language, {}).splitlines()
    known = dict(line.split(" = ") for line in lines)
    # States of tickets stand within a text.
    known = {key: title for key, title in known.items() if not key.startswith("ticket_state_")}
    assert set(menu.PARTNERS) | set(menu.VISITORS) <= set(known)
    assert all(len(title) <= 24 for title in known.values())
    buttons = set(known) - set(menu.PARTNERS) | {"next_payment", "payment_options", "list_loans"}
    assert [known[key] for key in sorted(buttons) if len(known[key]) > 20] == []


def test_in_their_own_language(chat, db):
    partner = make_partner()
    Contact.objects.filter(pk=partner.contact_id).update(language="en")
    chat.log_in(partner)
    (text,) = chat("hello")
    assert "Hello, Ana!" in text
    assert chat.options[0] == ("intent:account_statement", "Account statement")


@pytest.mark.parametrize("language", ["pt", "en"])
def test_self_service_speaks_it_too(chat, product, settings, language):
    partner = make_partner()
    Contact.objects.filter(pk=partner.contact_id).update(language=language)
    make_loan(partner, product, "P-000001")
    make_loan(partner, product, "P-000002", ago=5)
    chat.log_in(partner)
    asked = (*(f"intent:{name}" for name in OWN), "loan:0", "receipt:yes.0", "intent:cancel")
    said = [text for id_ in asked for text in chat.tap(id_)]
    said += chat.picture(jpeg(), "500, 15/01/2025")
    said += [*chat("P-000002"), *chat.tap(chat.options[1][0]), *chat.tap(chat.options[0][0])]
    said += [*chat("600"), *chat.tap(chat.options[0][0]), *chat.jobs()]
    assert len(said) > 15
    for text in said:
        assert "{{" not in text and not SPANISH.search(text), text


def test_everything_asked_for_has_one_handler():
    assert {"greeting", "help", "cancel", "thanks", "goodbye"} <= registry.handlers().keys()
