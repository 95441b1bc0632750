"""Templates without an account: a made-up account's list, and how the phone sets what was sent."""

import pytest

from chatbot.simulator import reading
from chatbot.template_sync import sync_templates
from chatbot.tests import test_simulator
from chatbot.tests.desk import conversation, person, words
from chatbot.tests.test_simulator import NUMBER, at, compose, do
from chatbot.work import work_off
from crm.conversations import outreach, templates
from crm.conversations.models import Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
media_folder, simulated, phone = (
    test_simulator.media_folder,
    test_simulator.simulated,
    test_simulator.phone,
)


@pytest.fixture
def talk(simulated):
    sync_templates(simulated)
    return conversation(simulated, phone=NUMBER)


def sent(talk, name="seguimiento_visita", **values):
    """A template on its way: outside of any window, since this person never wrote."""
    template = talk.channel.templates.get(name=name)
    given = {f"body.{key}": value for key, value in values.items()}
    author = Message.Author.COLLEAGUE
    message = outreach.send_template(
        conversation=talk, template=template, values=given, author=author, user=person("agent")
    )
    work_off()
    message.refresh_from_db()
    return message


def test_two_are_approved_and_one_was_refused_with_a_reason(simulated):
    assert sync_templates(simulated) == sync_templates(simulated) == 3
    rows = {row.name: row for row in simulated.templates.all()}
    follow, news, offer = (
        rows["seguimiento_visita"],
        rows["nueva_propiedad"],
        rows["oferta_relampago"],
    )
    assert (follow.status, follow.category) == ("APPROVED", "UTILITY")
    assert [one.key for one in templates.variables(follow)] == ["body.nombre", "body.propiedad"]
    assert (news.status, news.category) == ("APPROVED", "MARKETING")
    assert templates.header_file(news) == "image"
    assert [one.sample for one in templates.variables(news)] == [
        "Ana",
        "Mirador de Barranco",
        "US$ 198,000",
    ]
    assert offer.status == "REJECTED" and offer.reason


def test_the_phone_sets_header_body_footer_and_buttons_apart(talk, simulated, phone):
    message = sent(talk, nombre="Rosa", propiedad="Villa Marina")
    assert message.state == "sent"
    card = reading.card_of(message)
    assert card.header == "Sobre tu consulta"
    assert card.body.startswith("Hola Rosa,") and card.body.endswith("visitarla?")
    assert card.footer == "Oficina de demostración"
    assert [one.title for one in card.buttons] == ["Sí, quiero visitarla", "Ya no, gracias"]
    page = words(phone.get(at("thread", simulated), {"phone": NUMBER}))
    assert page.count("data-button") == 2 and "said-head" in page
    assert "[Ya no" not in page


def test_a_tapped_quick_answer_comes_back(talk, simulated, phone, client):
    message = sent(talk, nombre="Rosa", propiedad="Villa Marina")
    do(phone, simulated, client, kind="button", message=message.pk, option="Ya no, gracias")
    tapped = Message.objects.get(direction="in")
    assert (tapped.kind, tapped.text) == ("button", "Ya no, gracias")
    assert tapped.reply_to == message.provider_id


@pytest.mark.parametrize("option", ["Otra cosa", ""])
def test_only_a_quick_answer_of_it_can_be_tapped(talk, simulated, phone, option):
    message = sent(talk, nombre="Rosa", propiedad="Villa Marina")
    fields = {"kind": "button", "message": message.pk, "option": option}
    assert compose(phone, simulated, **fields).status_code == 422


def test_a_template_that_is_no_more_leaves_its_words(talk, simulated, phone):
    sent(talk, nombre="Rosa", propiedad="Villa Marina")
    simulated.templates.all().delete()
    page = words(phone.get(at("thread", simulated), {"phone": NUMBER}))
    assert "Hola Rosa" in page and "data-button" not in page
