"""How a reply of the bot's leaves: bold, links and pictures, as each channel can show them."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from chatbot.channels.base import Outgoing
from chatbot.channels.events import Address
from chatbot.channels.graph_payload import body_of
from chatbot.channels.instagram import Instagram
from chatbot.channels.meta import Meta
from chatbot.channels.telegram import Telegram
from chatbot.channels.telegram_api import request_for
from chatbot.dialog.contract import Reply, Turn, option
from chatbot.dialog.speaking import speak
from chatbot.intents.heard import Heard
from chatbot.templatetags.inbox import bold, rich
from chatbot.tests.composing import PNG
from crm.conversations import wording
from crm.conversations.models import Conversation, Message
from crm.people.models import Contact
from crm.people.phones import region_of

pytestmark = pytest.mark.once

LINK = {"id": "link", "title": "Ver el mapa", "url": "https://maps.example/?q=1,2"}


def outgoing(text, **fields):
    return Outgoing(
        message_id=1, attempt="a", to=(Address("wa_id", "51911000001"),), text=text, **fields
    )


def told(text, **fields):
    sent = Outgoing(message_id=1, attempt="a", to=(Address("chat_id", "77"),), text=text, **fields)
    return request_for(sent)[1]


def test_telegram_shows_bold_what_the_bot_marks_so():
    data = told("😀 *Saldo*: S/ 5\n*Cuota 3*", marked=True)
    assert data["text"] == "😀 Saldo: S/ 5\nCuota 3"
    assert data["entities"] == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "bold", "offset": 15, "length": 7},
    ]


@pytest.mark.parametrize("text", ["2*3*4", "* hola", "a ** b", "*", "5 * 3 = 15 * 1"])
def test_a_lone_asterisk_is_nothing_but_that(text):
    assert told(text, marked=True)["text"] == text
    assert wording.without_marks(text) == text


def test_a_colleagues_asterisks_stay_as_they_are_typed():
    data = told("*Hola*")
    assert data["text"] == "*Hola*" and "entities" not in data


def test_a_link_is_a_button_where_there_are_such():
    link = ("Ver el mapa de la propiedad", LINK["url"])
    interactive = body_of(outgoing("Villa Marina", link=link))["interactive"]
    assert interactive["type"] == "cta_url"
    assert interactive["action"]["parameters"] == {
        "display_text": "Ver el mapa de la pr",
        "url": LINK["url"],
    }
    keyboard = told("Villa Marina", link=link)["reply_markup"]["inline_keyboard"]
    assert keyboard == [[{"text": link[0], "url": LINK["url"]}]]


@pytest.mark.parametrize(
    ("rules", "options", "text", "left"),
    [
        (Meta.rules, [LINK], "Casa", (LINK,)),
        (Telegram.rules, [LINK], "Casa", (LINK,)),
        (Instagram.rules, [LINK], "Casa\nVer el mapa: https://maps.example/?q=1,2", ()),
    ],
)
def test_elsewhere_it_is_a_line_of_the_text(rules, options, text, left):
    assert wording.parts("Casa", options, rules) == [wording.Part(text, left)]


def test_beside_answers_a_link_is_a_line_of_the_text():
    answers = [option("property", "VM-1", "Villa Marina"), LINK]
    (part,) = wording.parts("Casa", answers, Meta.rules)
    assert "https://maps.example" in part.text and part.options == (answers[0],)


@pytest.fixture
def turn(person):
    talk = person()
    message = talk.messages.first()
    return Turn(talk, talk.contact, message, None, Heard(), talk.created_at)


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def last_two(talk):
    return list(talk.messages.filter(direction="out").order_by("id"))[-2:]


@pytest.mark.django_db
def test_a_picture_stands_above_the_words(turn):
    name = default_storage.save("casa.png", ContentFile(PNG))
    speak(turn, [Reply("noted", picture=name)])
    message = last_two(turn.conversation)[-1]
    assert (message.kind, message.author) == ("image", Message.Author.BOT)
    assert message.text and message.attachments.get().file.read() == PNG
    assert message.attachments.get().file.name != name


@pytest.mark.django_db
def test_answers_to_a_picture_follow_it(turn):
    name = default_storage.save("casa.png", ContentFile(PNG))
    speak(turn, [Reply("noted", picture=name, options=(option("intent", "help", "Menú"),))])
    picture, question = last_two(turn.conversation)
    assert (picture.kind, picture.text) == ("image", "")
    assert question.options == [{"id": "intent:help", "title": "Menú"}]


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"<script>", b""])
def test_what_is_no_picture_is_left_out(turn, content):
    name = default_storage.save("casa.png", ContentFile(content))
    speak(turn, [Reply("noted", picture=name)])
    assert last_two(turn.conversation)[-1].kind == "text"
    speak(turn, [Reply("noted", picture="gone.png")])
    assert last_two(turn.conversation)[-1].kind == "text"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "region", "spoken"),
    [
        ("", "BR", "pt"),
        ("", "PE", "es"),
        ("pt-BR", "PE", "pt"),
        ("en_US", "BR", "en"),
        ("qu", "BR", "es"),
    ],
)
def test_the_bot_speaks_their_language_or_their_countrys(language, region, spoken):
    assert Contact(language=language, region=region).spoken == spoken


def test_a_number_tells_the_country():
    assert [region_of(one) for one in ("5511911112222", "51911000001", "99", "")] == [
        "BR",
        "PE",
        "",
        "",
    ]


@pytest.mark.django_db
def test_who_writes_from_brazil_is_answered_in_portuguese(say, graph):
    say("bla bla bla", sender="5511911112222")
    talk = Conversation.objects.get()
    assert talk.contact.region == "BR"
    answer = talk.messages.filter(direction="out").first()
    assert any(
        word in answer.text for word in ("Anotado", "Obrigado", "Não", "não", "você", "Você")
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Saldo*: 5", "<p><strong>Saldo</strong>: 5</p>"),
        ("2*3*4", "<p>2*3*4</p>"),
        ("*<b>*", "<p><strong>&lt;b&gt;</strong></p>"),
    ],
)
def test_the_desk_shows_bold_as_the_phone_does(text, html):
    assert bold(rich(text)) == html


def test_an_address_stays_one():
    link = bold(rich("https://example.org/?q=(*a*)"))
    assert 'href="https://example.org/?q=%28%2Aa%2A%29"' in link
