"""What a provider repeats of our credentials, or of a signed address, is stored nowhere."""

import pytest

from chatbot.channels.addresses import webhook_url
from chatbot.channels.pages import checking
from chatbot.channels.registry import provider_for
from chatbot.tests.desk import conversation, say
from chatbot.tests.graph_stub import envelope
from chatbot.work import work_off

pytestmark = [pytest.mark.once, pytest.mark.django_db]

SIGNED = "https://lookaside.fbsbx.com/x?mid=501&hash=verschlossen"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", ""),
        ("¿Qué? 100 % falso, véase #4", "¿Qué? 100 % falso, véase #4"),
        ("Busca en https://ejemplo.test/ayuda.", "Busca en https://ejemplo.test/ayuda."),
        (f"GET {SIGNED} gave 403", "GET https://lookaside.fbsbx.com/x?*** gave 403"),
        (f'<a href="{SIGNED}">x</a>', '<a href="https://lookaside.fbsbx.com/x?***">x</a>'),
        ("HTTPS://Ejemplo.test/y#token=abc", "HTTPS://Ejemplo.test/y?***"),
        ("de http://ana:clave@ejemplo.test/z", "de http://***@ejemplo.test/z"),
        ("el token token-de-prueba no vale", "el token *** no vale"),
    ],
    ids=["nothing", "words", "plain", "query", "markup", "fragment", "user", "token"],
)
def test_words_stay_and_what_opens_doors_goes(channel, said, kept):
    assert provider_for(channel).without_secrets(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://inmobiliaria-sol.pe/webhooks/x/", "https://inmobiliaria-sol.pe/webhooks/x/"),
        ("en inmobiliaria-sol no hay nada", "en inmobiliaria-sol no hay nada"),
        ("dice inmobiliaria-sol-2026, y no vale", "dice ***, y no vale"),
        ("inmobiliaria-sol-2026 inmobiliaria-sol-2026", "*** ***"),
        ("se cortó en inmobiliaria-sol-2", "se cortó en ***"),
        ("se cortó en inmobili", "se cortó en ***"),
        ("Meta lo niega (se cortó en inmobiliaria-s)", "Meta lo niega (se cortó en ***)"),
        ("vale inmobiliaria-so: no vale inmobiliaria-", "vale ***: no vale ***"),
        ("se cortó en inmobil", "se cortó en inmobil"),
    ],
    ids=[
        "address",
        "word",
        "whole",
        "twice",
        "cut",
        "cut short",
        "in brackets",
        "two parts",
        "a part of any word",
    ],
)
def test_the_beginning_of_a_secret_is_one_only_where_a_text_was_cut(channel, said, kept):
    channel.credentials = {**channel.credentials, "verify_token": "inmobiliaria-sol-2026"}
    assert provider_for(channel).without_secrets(said) == kept


def test_a_channel_registered_here_is_not_taken_for_one_elsewhere(channel, graph, settings):
    settings.BASE_URL = "https://inmobiliaria-sol.pe"
    secrets = {"verify_token": "inmobiliaria-sol-2026", "business_account_id": "777"}
    channel.credentials = {**channel.credentials, **secrets}
    channel.save()
    assert webhook_url(channel) in checking.register(channel)


def test_a_status_repeats_none_either(channel, post):
    """Meta names in `details` the address it could not fetch a file of ours from."""
    message = say(conversation(channel), "Hola")
    error = {"code": 131999, "title": "x", "error_data": {"details": f"Could not fetch {SIGNED}"}}
    told = {"id": message.provider_id, "status": "failed", "errors": [error]}
    post(envelope({"metadata": {"phone_number_id": "100200"}, "statuses": [told]}))
    work_off()
    message.refresh_from_db()
    assert message.state == "failed"
    assert message.error_text == "Could not fetch https://lookaside.fbsbx.com/x?***"
