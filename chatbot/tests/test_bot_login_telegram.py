"""Logging in on Telegram: a number is proved by sharing one's own card, and by nothing else."""

import json

import pytest

from chatbot.models import InboundEvent, PartnerSession
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.fakes.telegram import ANA, LUIS, SECRET, TOKEN, TelegramFake
from chatbot.tests.login_desk import deliver, session
from chatbot.tests.partners_known import RIGHT, WRONG_YEAR, make_partner
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
OWN = {"phone_number": "+51987654321", "first_name": "Ana", "user_id": ANA}
FORWARDED = {"forward_origin": {"type": "user"}}


@pytest.fixture(autouse=True)
def telegram(settings):
    with TelegramFake() as fake:
        settings.TELEGRAM_API_URL = fake.url
        yield fake


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="Telegram de prueba",
        provider="telegram",
        mode=Channel.Mode.LIVE,
        default_for="telegram",
        credentials={"access_token": TOKEN, "webhook_secret": SECRET},
    )


@pytest.fixture
def partner(channel):
    return make_partner()


@pytest.fixture
def tell(client, partner):
    """tell(text="…") or tell(contact={…}) -> what the bot says to it."""
    numbers = iter(range(10, 1000))

    def send(sender=ANA, **content):
        last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        update = sample.update(message=sample.message(next(numbers), sender=sender, **content))
        answer = client.post(
            "/chatbot/webhook/telegram/",
            json.dumps(update),
            content_type="application/json",
            headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
        )
        assert answer.status_code == 200
        work_off()
        rows = Message.objects.filter(pk__gt=last, author=Message.Author.BOT).order_by("pk")
        return [row.text for row in rows]

    return send


def test_who_has_shared_their_own_card_enters(tell, partner):
    (asked,) = tell(text="mi deuda")
    assert "contacto" in asked
    (thanked,) = tell(contact=OWN)
    assert "12345678 1990" in thanked
    welcome, *_served = tell(text=RIGHT)
    assert "Ana" in welcome
    assert (session(str(ANA)).partner, session(str(ANA)).way) == (partner, "phone")


def test_the_card_may_come_first(tell, partner):
    tell(contact=OWN)
    tell(text=RIGHT)
    assert session(str(ANA)).way == "phone"


def test_the_card_may_come_while_a_code_is_waited_for(tell, partner):
    tell(text=RIGHT)
    assert session(str(ANA)) is None
    tell(contact=OWN)
    tell(text=RIGHT)
    assert session(str(ANA)).way == "phone"


@pytest.mark.parametrize(
    "content",
    [
        {"contact": OWN | {"user_id": LUIS}},
        {"contact": {"phone_number": "+51987654321", "first_name": "Ana"}},
        {"contact": OWN, **FORWARDED},
        {"text": "+51987654321"},
    ],
)
def test_nobody_elses_card_and_no_typed_number_enters(tell, partner, content):
    tell(**content)
    tell(text=RIGHT)
    assert not PartnerSession.objects.exists()


def test_without_a_card_there_is_one_sentence_and_the_code_goes_by_mail(tell, partner, mailoutbox):
    right = tell(text=RIGHT)
    assert deliver() is None and len(mailoutbox) == 1
    assert tell(LUIS, text=WRONG_YEAR) == right


def test_another_card_ends_the_session(tell, partner):
    tell(contact=OWN)
    tell(text=RIGHT)
    tell(contact=OWN | {"phone_number": "+51911000123"})
    tell(text="mi deuda")
    assert session(str(ANA)) is None


def test_a_group_is_nobodys_session(tell, partner):
    said = tell(chat=sample.group(), text=RIGHT)
    assert said == [] and not PartnerSession.objects.exists()
    assert Conversation.objects.get().is_group


@pytest.mark.parametrize("words", [RIGHT, "Mi cédula es 12345678", "soy Ana Prueba, 12345678"])
def test_what_an_answer_repeats_of_a_log_in_is_not_kept(tell, partner, words):
    tell(text=words)
    quoted = sample.message(10, text=words)
    tell(text="eso mismo", reply_to_message=quoted)
    kept = InboundEvent.objects.values_list("payload", flat=True)
    assert len(kept) == 2 and not any("12345678" in one for one in kept)
