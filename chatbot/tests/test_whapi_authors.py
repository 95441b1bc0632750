"""Who wrote what WHAPI brings, and where: echoes, groups, hidden numbers."""

import pytest

from chatbot.tests.fakes import whapi as fake
from chatbot.tests.whapi_desk import only, read, understood

pytestmark = pytest.mark.once
GROUP = "120363000000000001@g.us"


def test_an_echo_goes_to_whom_the_chat_is_with():
    told = understood(fake.echo_body("Ya le escribo", status="delivered"))
    assert only(fake.echo_body()).kind == "echo"
    assert (told.outgoing, told.wakes, told.by_api, told.state) == (True, False, False, "delivered")
    assert (told.addresses[0].value, told.name) == (fake.ANA, "")
    assert only(fake.echo_body()).lane == f"p:{fake.ANA}"


def test_an_echo_of_a_program_says_so():
    by_program = understood(fake.echo_body(source="api"))
    assert by_program.by_api and not by_program.or_typed
    question = fake.echo(source="api", type="interactive", interactive={"body": {"text": "Elige"}})
    told = understood(fake.body_of("messages", question))
    assert (told.by_api, told.kind, told.text) == (True, "text", "Elige")


@pytest.mark.parametrize("rest", [{}, {"source": "api"}])
def test_an_echo_that_does_not_say_so_is_known_by_its_author(rest):
    element = fake.echo(**rest)
    del element["from_me"]
    assert only(fake.body_of("messages", element)).kind == "echo"


def test_a_group_is_a_conversation_of_its_own():
    body = fake.body_of("messages", fake.message(chat_id=GROUP, chat_name="Vecinos"))
    told = understood(body)
    assert only(body).lane == f"g:{GROUP}"
    assert (told.group.address.value, told.group.name) == (GROUP, "Vecinos")
    assert (told.sender, told.name, told.addresses[0].value) == ("Ana Ficticia", "", fake.ANA)


def test_nobody_need_be_named_in_a_group():
    body = fake.body_of("messages", fake.message(chat_id=GROUP, **{"from": None}))
    assert (understood(body).addresses, only(body).lane) == ((), f"g:{GROUP}")
    echo = understood(fake.echo_body(chat=GROUP))
    assert (echo.addresses, echo.outgoing, echo.group.address.value) == ((), True, GROUP)


@pytest.mark.parametrize("chat", ["1203@newsletter", "status@broadcast", "1@broadcast"])
def test_channels_and_broadcasts_talk_to_nobody(chat):
    assert only(fake.body_of("messages", fake.message(chat_id=chat))).kind == "notice"
    assert only(fake.status_body("OUT1-gAAAB", "read", to=chat)).kind == "notice"


def test_a_hidden_number_is_an_address_of_its_own():
    told = read(chat_id="98765432101234@lid", **{"from": "98765432101234"})
    assert [(one.kind, one.value) for one in told.addresses] == [("lid", "98765432101234@lid")]


@pytest.mark.parametrize("chat", [None, "", "x@s.whatsapp.net", "0@s.whatsapp.net", 7.5, {}])
def test_without_a_chat_the_author_is_the_person(chat):
    assert read(chat_id=chat).addresses[0].value == fake.ANA


def test_an_echo_to_nobody_is_only_kept():
    assert only(fake.body_of("messages", fake.echo(chat_id=None))).kind == "notice"
