"""Adding a channel is one module and one line: nothing else has to know of it."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from chatbot.channels import registry
from chatbot.tests.desk import at, browser, person, words
from chatbot.tests.fakes.server import Fake
from chatbot.tests.pigeon import Pigeon
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
RING = "a-ring-that-nobody-guesses"


class Loft(Fake):
    """Where pigeons leave from."""

    trained = ""

    def is_send(self, request):
        return request.path == "/fly"

    def accept(self, request, number):
        return 200, {"pigeon": f"out-{number}"}

    def answer(self, request):
        if request.path == "/train":
            self.trained = request.json["url"]
        return 200, {"name": "The old loft", "url": self.trained}


@pytest.fixture
def loft():
    with Loft() as fake:
        yield fake


@pytest.fixture
def known(monkeypatch):
    """What the line in CHANNELS does."""
    monkeypatch.setitem(registry.BY_SLUG, Pigeon.slug, Pigeon)


@pytest.fixture
def admin(known):
    return browser(person("administrator"))


@pytest.fixture
def channel(admin, loft):
    """Added on the page, as an administrator does it."""
    assert "Carrier pigeons" in words(admin.get("/channels/add/"))
    given = {"name": "Roof", "external_id": "7", "mode": "live", "is_active": "on"}
    given |= {"credential_ring": RING, "credential_loft": loft.url}
    answer = admin.post("/channels/add/pigeon/", given)
    assert answer.status_code == 302, words(answer)
    return Channel.objects.get()


@pytest.fixture
def land(channel):
    """land(note, …) -> the answer to the webhook that brings them, and all it set off done."""

    def post(*notes, ring=RING):
        url = f"/webhooks/pigeon/{channel.uuid}/"
        content = json.dumps({"notes": list(notes)})
        answer = Client().post(
            url, content, content_type="application/json", headers={"X-Ring": ring}
        )
        work_off()
        return answer

    return post


def note(words_of, **more):
    return {"id": "in-1", "from": "ana", "at": 1790000001, "words": words_of, **more}


def test_its_form_asks_for_what_it_declares(admin, loft):
    page = words(admin.get("/channels/add/pigeon/"))
    for asked in ("Loft number", "Ring number", "Address of the loft"):
        assert asked in page
    answer = admin.post("/channels/add/pigeon/", {"name": "Roof", "mode": "live"})
    assert set(answer.context["form"].errors) == {"credential_ring", "credential_loft"}


def test_a_message_comes_in_is_answered_and_shown(land, loft, channel, admin):
    assert land(note("Is it still for sale?"), ring="forged").status_code == 403
    assert not Message.objects.exists()
    for _ in range(2):  # it is delivered twice
        assert land(note("Is it still for sale?")).status_code == 200
    heard = Message.objects.get(direction="in")
    assert (heard.text, str(heard.conversation)) == ("Is it still for sale?", "ana")
    # The bot answered, in portions of what a pigeon carries.
    assert loft.sent and all(len(one["words"]) <= 80 for one in loft.sent)
    assert {one["to"] for one in loft.sent} == {"ana"}
    # A colleague answers from the desk, and hears that it arrived.
    page = at("detail", heard.conversation_id)
    assert "Is it still for sale?" in words(admin.get(page))
    admin.post(at("reply", heard.conversation_id), {"text": "Yes, it is.", "token": "t1"})
    Channel.objects.update(paced_until=None)
    work_off()
    assert loft.sent[-1] == {"to": "ana", "words": "Yes, it is."}
    sent = Message.objects.get(author="colleague")
    assert (sent.state, sent.provider_id) == ("sent", f"out-{len(loft.sent)}")
    land({"id": sent.provider_id, "arrived": True, "at": 1790000100})
    sent.refresh_from_db()
    assert sent.state == "delivered"
    assert "Yes, it is." in words(admin.get(page))


def test_a_broken_note_costs_its_neighbours_nothing(land):
    assert land({"words": "no id"}, note("Hola", id="in-2"), 7).status_code == 200
    assert Message.objects.get(direction="in").text == "Hola"


def test_its_page_says_how_it_stands_and_registers_it(land, loft, channel, admin, capsys):
    land(note("Hola"))
    row, page = words(admin.get("/channels/")), words(admin.get(f"/channels/{channel.pk}/"))
    for shown in (row, page):
        assert "Carrier pigeons" in shown and RING not in shown
        assert f"/webhooks/pigeon/{channel.uuid}/" in shown
    assert "Train the pigeons to come to" in page and "icon-tabler-feather" in row
    admin.post(f"/channels/{channel.pk}/test/")
    channel.refresh_from_db()
    assert channel.health == "green"
    call_command("channel_register", str(channel.uuid))
    assert loft.trained.endswith(f"/webhooks/pigeon/{channel.uuid}/")
    assert loft.trained in capsys.readouterr().out
    admin.post(f"/channels/{channel.pk}/trial/", {"trial-person": "", "trial-text": "Hola"})
    talk = Message.objects.first().conversation_id
    tried = {"trial-person": str(talk), "trial-text": "Only a test"}
    assert admin.post(f"/channels/{channel.pk}/trial/", tried).status_code == 302
    assert Message.objects.get(purpose="test").text == "Only a test"


def test_it_needs_no_migration(known, capsys):
    call_command("makemigrations", "--check", "--dry-run")
    assert "No changes detected" in capsys.readouterr().out


ADDED = r"""
import sys
from pathlib import Path
import chatbot.channels

# The one line, in a copy of the module that lists them.
path = Path(chatbot.channels.__path__[0], "registry.py")
listed = path.read_text().replace(
    "    Simulator,\n)", "    Simulator,\n    Pigeon,\n)"
).replace("from crm", "from chatbot.tests.pigeon import Pigeon\nfrom crm", 1)
assert listed.count("Pigeon") == 2
listed += "\nPigeon.family = 'birds'\n"  # one may stand behind a default webhook

class Loader:
    @staticmethod
    def find_spec(name, *rest):
        if name == "chatbot.channels.registry":
            from importlib.util import spec_from_loader
            return spec_from_loader(name, Loader)
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        exec(compile(listed, str(path), "exec"), module.__dict__)

sys.meta_path.insert(0, Loader)
import django
django.setup()
from django.core.management import call_command
call_command("check")
from chatbot.channels.registry import BY_SLUG, CHANNELS
assert CHANNELS[-1].slug == "pigeon" and BY_SLUG["pigeon"] is CHANNELS[-1]
from crm.conversations.rules import rules_of
assert rules_of("pigeon").longest_text == 80
from django.urls import resolve
assert resolve("/chatbot/webhook/birds/").kwargs == {"family": "birds"}
from chatbot.channels.pages.words import family_name
assert family_name("birds") == "Birds"
"""


def test_the_line_itself_is_enough():
    """In a process of its own, so that every module reads the list with that line in it."""
    done = subprocess.run(
        [sys.executable, "-c", ADDED], cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
