import itertools
import json
import shutil
import sys
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from chatbot.channels import directory
from chatbot.channels.meta import sign
from chatbot.tests import desk
from chatbot.tests.graph_stub import GraphStub, text_body
from chatbot.tests.self_service import ANA, BETO, Chat, make_partner
from chatbot.work import work_off
from crm.catalog.models import Property
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message
from partners.models import LoanProduct

SECRET = "s3cr3t-app-secret"


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    """Journals of tests that run beside this one are not a dead worker's."""
    settings.VENTANILLA_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def fresh_directory():
    directory.forget()
    yield
    directory.forget()


@pytest.fixture(scope="session")
def place(request):
    """One installation for all tests of faults: making it takes as long as many of them."""
    from chatbot.tests.installation import POSTGRES, Installation

    made = Installation(None if POSTGRES else request.getfixturevalue("prepared_home"))
    yield made
    made.remove()


@pytest.fixture
def installation(place):
    """The same, with no process running, neither before nor after the test."""
    yield place
    place.stop()
    place.redis_url = ""


@pytest.fixture(scope="session")
def accounts(place):
    """Accounts at four more providers on it."""
    from chatbot.tests.accounts import opened

    with opened(place) as known:
        yield known


@pytest.fixture
def graph(settings):
    with GraphStub() as stub:
        settings.GRAPH_API_URL = stub.url
        yield stub


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="WhatsApp de prueba",
        provider="meta",
        mode=Channel.Mode.LIVE,
        default_for="whatsapp",
        external_id="100200",
        credentials={
            "app_secret": SECRET,
            "access_token": "token-de-prueba",
            "verify_token": "sesamo",
        },
    )


@pytest.fixture
def post(client, channel):
    """post(body) -> the answer to a signed webhook; body is a dict, or bytes as they are."""

    def send(body, *, secret=SECRET, url="/chatbot/webhook/whatsapp/", **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Hub-Signature-256": sign(secret, raw), **headers}
        return client.post(url, raw, content_type="application/json", headers=headers)

    return send


@pytest.fixture
def say(post):
    """say("Hola") -> one text from a made-up person, and everything it sets off done."""
    numbers = itertools.count(1)

    def send(text, *, sender="51911000001", work=True, **options):
        body = text_body(text, wamid=f"wamid.IN{next(numbers)}.{sender}", sender=sender, **options)
        answer = post(body)
        assert answer.status_code == 200, answer.content
        if work:
            work_off()
        return answer

    return send


@pytest.fixture
def person(channel):
    """person(n) -> the conversation with the n-th made-up person, who wrote a moment ago."""

    def known(number=1):
        digits = str(51911000000 + number)
        name = f"Persona {number}"
        with transaction.atomic():
            talk = meet(channel=channel, addresses=[("wa_id", digits)], name=name, phone=digits)
        talk.last_inbound_at = timezone.now()
        talk.save(update_fields=["last_inbound_at"])
        return talk

    return known


@pytest.fixture
def queue(person):
    """queue("Uno", "Dos", to=1) -> the messages, queued for one person."""

    def send(*texts, to=1, author=Message.Author.BOT):
        conversation = person(to)
        ownership.open_episode(conversation)
        return [outreach.send(conversation=conversation, text=t, author=author) for t in texts]

    return send


@pytest.fixture
def agent(db):
    return desk.person("agent", first_name="María", last_name="Quispe")


@pytest.fixture
def villa(agent):
    """A property to ask about, with every fact."""
    return Property.objects.create(
        code="VM-01",
        title="Villa Marina",
        description="Bien iluminada. Con cochera y vigilancia. Se visita con cita.",
        operation="sale",
        district="Miraflores",
        city="Lima",
        address="Malecón 100",
        bedrooms=3,
        bathrooms=2,
        area_m2=Decimal(128),
        price=Decimal(180_000),
        latitude=Decimal("-12.12"),
        longitude=Decimal("-77.03"),
        responsible=agent,
    )


@pytest.fixture
def colleague(db):
    return desk.person("agent", first_name="Julio", last_name="Paredes")


@pytest.fixture
def manager(db):
    return desk.person("manager", first_name="Elena")


@pytest.fixture
def talk(channel):
    made = desk.conversation(channel)
    desk.hear(made, "Hola, ¿sigue en venta?", ago=12)
    return made


@pytest.fixture
def product(db):
    return LoanProduct.objects.create(
        code="PERS", name="Personal", rate=Decimal(12), rate_kind="nominal"
    )


@pytest.fixture
def ana(db):
    return make_partner()


@pytest.fixture
def beto(db):
    return make_partner("Beto Inventado", "40000002", BETO)


@pytest.fixture
def chat(post, graph, channel, django_capture_on_commit_callbacks):
    """chat("saldo") -> the texts answered; not logged in."""
    return Chat(post, graph, django_capture_on_commit_callbacks, ANA)


@pytest.fixture
def each(db):
    """each(rows) -> them, one after the other; what a test does to the database with one of them is
    undone before the next: what leads there is said once for all.

    The rows that came are written out; where the test fails, it was at the last.
    """
    begun = []

    def undone(rows):
        for row in rows:
            sys.stdout.write(f"{row}\n")
            with transaction.atomic():
                yield row
                transaction.set_rollback(True)

    def start(rows):
        begun.append(undone(rows))
        return begun[-1]

    yield start
    for one in begun:
        one.close()


@pytest.fixture
def ask(chat, ana):
    """The same, with Ana logged in."""
    chat.log_in(ana)
    return chat


@pytest.fixture
def other(post, graph, channel, django_capture_on_commit_callbacks, beto):
    """Beto, logged in."""
    there = Chat(post, graph, django_capture_on_commit_callbacks, BETO)
    there.log_in(beto)
    return there


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """Where the files of the demo's office lie, which is seeded once for all tests of a module.

    Each test's changes to the rows are undone, and in the end the rows.
    """
    media = tmp_path_factory.mktemp("seeded")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True, MEDIA_ROOT=media):
            call_command("seed_demo", verbosity=0)
        yield media
        transaction.set_rollback(True)


@pytest.fixture
def own_files(seeded, settings, tmp_path):
    """A copy of its files, to be deleted as one likes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    shutil.copytree(seeded, settings.MEDIA_ROOT)
