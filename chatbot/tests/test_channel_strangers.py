"""The channels' pages from a stranger's side, and the secrets from everybody's."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from chatbot.channels.addresses import webhook_path
from chatbot.channels.pages.urls import urlpatterns
from chatbot.channels.registry import CHANNELS
from chatbot.models import DeliveryAttempt
from chatbot.tests.desk import browser, conversation, hear, person, say, words
from chatbot.tests.test_channel_register import Echoing
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.models import Channel, Message, MessageTemplate

pytestmark = [pytest.mark.once, pytest.mark.django_db]

SENTINEL = "CENTINELA"
# Which only administrators may: they change, or show what is secret.
CHANGING = {
    "choose",
    "add",
    "reveal",
    "edit",
    "test",
    "register",
    "record",
    "resume",
    "seen",
    "switch",
    "synchronise",
    "purpose",
    "send_trial",
}
POSTED = CHANGING - {"choose", "add", "edit", "purpose"}
NAMES = [one.name for one in urlpatterns]
named = pytest.mark.parametrize("name", NAMES)


def credentials(provider):
    return {
        one.name: f"{SENTINEL}-{one.name}-0123456789abcdef" for one in provider.fields if one.secret
    } | {one.name: f"dato-{one.name}" for one in provider.fields if not one.secret}


@pytest.fixture
def channels(db):
    """One of every provider, live, with all of its secrets entered."""
    made = {}
    for provider in CHANNELS:
        fields = credentials(provider)
        if provider.slug == "telegram":
            fields["access_token"] = f"4711:{SENTINEL}-token-0123456789"
        made[provider.slug] = Channel.objects.create(
            name=f"De {provider.slug}",
            provider=provider.slug,
            mode="live",
            external_id="4711" if provider.slug == "telegram" else f"1{provider.slug}",
            credentials=fields,
        )
    return made


@pytest.fixture
def tried(channel):
    return say(conversation(channel), author="colleague", purpose="test")


def address(name, channel, tried):
    given = {
        "choose": (),
        "list": (),
        "add": ("meta",),
        "guide": ("neutral",),
        "purpose": (channel.pk, "follow_up"),
        "tried": (channel.pk, tried.pk),
    }
    return reverse(f"channels:{name}", args=given.get(name, (channel.pk,)))


def ask(client, name, url):
    return client.post(url) if name in POSTED else client.get(url)


# --- Who may ---------------------------------------------------------------------------------


@named
def test_who_is_not_logged_in_is_sent_to_log_in(name, channel, tried):
    before = Channel.objects.values().get()
    url = address(name, channel, tried)
    for answer in (browser().get(url), browser().post(url)):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or "/accounts/login/" in answer.url
    assert Channel.objects.values().get() == before


@named
@pytest.mark.parametrize("role", ["", "agent", "marketer", "officer", "manager", "administrator"])
def test_each_role_sees_and_does_what_it_may(name, role, channel, tried, settings):
    settings.GRAPH_API_URL = "http://127.0.0.1:9"
    answer = ask(browser(person(role)), name, address(name, channel, tried))
    allowed = role == "administrator" or (role == "manager" and name not in CHANGING)
    assert (answer.status_code != 403) == allowed
    if not allowed:
        assert channel.name not in words(answer)


@named
def test_what_is_not_there_is_not_found(name, channel, tried):
    Channel.objects.filter(pk=channel.pk).update(provider="pigeon")
    admin = browser(person("administrator"))
    url = address(name, channel, tried).replace(f"/{channel.pk}/", "/987654321/")
    if str(987654321) in url:
        assert ask(admin, name, url).status_code == 404


def test_a_test_message_of_one_channel_is_not_shown_on_another(channel, tried):
    other = Channel.objects.create(name="Otro", provider="meta", external_id="7")
    url = reverse("channels:tried", args=[other.pk, tried.pk])
    assert browser(person("administrator")).get(url).status_code == 404


def test_a_message_that_is_no_test_is_not_shown_here(channel):
    private = hear(conversation(channel), "Algo privado")
    url = reverse("channels:tried", args=[channel.pk, private.pk])
    assert browser(person("manager")).get(url).status_code == 404


def test_an_address_that_proves_itself_is_not_for_all(channels):
    """Whoever knows Maytapi's could write in anybody's name."""
    channel = channels["maytapi"]
    secret = str(channel.uuid)
    recorded = f"https://oficina.ejemplo.test{webhook_path(channel)}"
    Channel.objects.filter(pk=channel.pk).update(on_record=recorded)
    manager, admin = browser(person("manager")), browser(person("administrator"))
    for page in ("/channels/", f"/channels/{channel.pk}/"):
        assert secret not in words(manager.get(page))
        assert secret in words(admin.get(page))
    assert str(channels["meta"].uuid) in words(manager.get("/channels/"))


# --- Secrets ---------------------------------------------------------------------------------


def every_page(channels):
    yield from ("/", "/channels/", "/channels/add/", "/channels/guide/neutral/")
    yield from ("/conversations/", "/admin/conversations/channel/", "/channels/987654321/")
    for provider in CHANNELS:
        pk = channels[provider.slug].pk
        yield f"/channels/add/{provider.slug}/"
        yield f"/admin/conversations/channel/{pk}/change/"
        for part in ("", "standing/", "edit/", "purposes/follow_up/", "?template=x", "?tried=1"):
            yield f"/channels/{pk}/{part}"


@pytest.mark.parametrize("role", ["administrator", "manager"])
def test_no_page_holds_a_secret(channels, role, caplog):
    client = browser(person(role, is_staff=True, is_superuser=role == "administrator"))
    MessageTemplate.objects.create(channel=channels["meta"], name="una", language="es")
    for page in every_page(channels):
        answer = client.get(page, follow=True)
        assert SENTINEL not in words(answer), page
        assert SENTINEL not in str(answer.headers), page
    assert SENTINEL not in caplog.text


def test_no_json_holds_a_secret(channels):
    client = browser(person("administrator"))
    versions = json.dumps({"conversations": "x"})
    for page in (f"/pulse/?versions={versions}", "/pulse/?conversations=x", "/readyz", "/healthz"):
        assert SENTINEL not in words(client.get(page))
    for channel in channels.values():
        for url in (webhook_path(channel), "/api/messages"):
            assert SENTINEL not in words(client.get(url))
            for body in (b"{}", b"{", b"[]", json.dumps({"entry": [7]}).encode()):
                answer = client.post(url, body, content_type="application/json")
                assert SENTINEL not in words(answer)


def test_only_words_of_our_own_are_shown_when_asked_for(channels):
    client = browser(person("administrator"))
    for provider in CHANNELS:
        channel = channels[provider.slug]
        shown = words(client.post(f"/channels/{channel.pk}/secrets/"))
        for field in provider.fields:
            if field.secret:
                assert (channel.secret(field.name) in shown) == field.invented
        for role in ("manager", "agent"):
            refused = browser(person(role)).post(f"/channels/{channel.pk}/secrets/")
            assert SENTINEL not in words(refused)


def test_a_rejected_form_gives_nothing_back(channels):
    client = browser(person("administrator"))
    for provider in CHANNELS:
        typed = {
            f"credential_{one.name}": f"{SENTINEL} nuevo ñ" for one in provider.fields if one.secret
        }
        pk = channels[provider.slug].pk
        for page in (f"add/{provider.slug}", f"{pk}/edit"):
            given = {"name": "", "older_path": "x y", **typed}
            answer = client.post(f"/channels/{page}/", given)
            assert answer.status_code == 422
            assert SENTINEL not in words(answer)


@pytest.fixture
def nobody_answers(settings):
    for name in ("GRAPH", "INSTAGRAM", "TELEGRAM"):
        setattr(settings, f"{name}_API_URL", f"http://127.0.0.1:9/{name.lower()}")
    settings.WHAPI_BASE_URL = settings.MAYTAPI_BASE_URL = "http://127.0.0.1:9"


def ran(command, *options):
    """What it says where it fails."""
    try:
        call_command(command, *options)
    except CommandError as error:
        return str(error)
    return ""


def test_no_act_and_no_command_tells_a_secret(channels, nobody_answers, capsys, caplog):
    caplog.set_level("DEBUG")
    client, said = browser(person("administrator")), ""
    for channel in channels.values():
        for act in ("test", "register", "record", "templates", "resume"):
            said += words(client.post(f"/channels/{channel.pk}/{act}/", follow=True))
        said += ran("channel_register", str(channel.uuid))
        said += ran("telegram_set_webhook", f"--channel={channel.uuid}")
    said += ran("verify_whatsapp_config") + ran("check")
    call_command("dumpdata", "conversations.channel")
    said += "".join(capsys.readouterr()) + caplog.text
    said += repr(list(Channel.objects.values("last_error", "on_record", "name")))
    assert SENTINEL not in said


def test_no_exception_shows_a_secret(channels, settings):
    """Even what nobody foresaw: the page says that something failed, and no more."""
    client = browser(person("administrator"), raise_request_exception=False)
    settings.PROVIDER_TIMEOUT = f"{SENTINEL}, which is no number"
    answer = client.post(f"/channels/{channels['meta'].pk}/test/")
    assert answer.status_code == 500
    assert SENTINEL not in words(answer)


def test_what_a_provider_repeats_of_a_secret_does_not_reach_the_thread(channels, settings):
    channel = channels["whapi"]
    talk = conversation(channel)
    hear(talk)
    with Echoing(400) as fake:
        settings.WHAPI_BASE_URL = fake.url
        queued = outreach.send(conversation=talk, text="Hola", author=Message.Author.BOT)
        work_off()
    queued.refresh_from_db()
    assert queued.state == "failed" and "***" in queued.error_text
    attempts = list(DeliveryAttempt.objects.values())
    assert SENTINEL not in f"{attempts} {list(Message.objects.values())}"
    page = browser(person("administrator")).get(f"/conversations/{talk.pk}/")
    assert SENTINEL not in words(page)
