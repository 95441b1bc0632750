"""From an announced file to one that is here: with the token, from Meta's hosts, to a limit."""

import base64
import hashlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from chatbot.channels import directory, registry
from chatbot.channels.errors import ChannelError
from chatbot.channels.simulator import Simulator
from chatbot.media import MOST_ATTEMPTS, fetch_attachment, refetch, sweep_attachments
from chatbot.tests import provider_samples as sample
from chatbot.tests.desk import conversation, hear
from chatbot.tests.graph_stub import message_body
from chatbot.work import work_off
from crm.conversations.models import Attachment, Channel, Conversation, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def make_due(minutes=2):
    Attachment.objects.update(due_at=timezone.now() - timedelta(minutes=minutes))


def stored(settings):
    """The files under the media folder."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def fetched(post, channel, graph):
    """fetched(media) -> the attachment after one try; `media` is what the stub serves for it."""

    def fetch(media=None, element=sample.IMAGE):
        if media is not None:
            graph.media[element["image"]["id"]] = media
        post(message_body(element, sender=sample.ANA))
        work_off()
        attachment = Attachment.objects.get()
        fetch_attachment(attachment.pk)
        attachment.refresh_from_db()
        return attachment

    return fetch


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_file_comes_with_the_token_and_is_what_its_bytes_say(fetched):
    attachment = fetched(PNG)  # announced as a JPEG, and served only to who shows the token
    assert (attachment.state, attachment.mime, attachment.size) == ("ready", "image/png", len(PNG))
    assert attachment.file.read() == PNG
    assert attachment.file.name.endswith(".png")


def test_an_address_that_ran_out_is_asked_for_anew(fetched, graph):
    attachment = fetched((404, {"error": {"code": 100}}))
    assert (attachment.state, attachment.attempts) == ("pending", 1)
    graph.media["501"] = PNG
    make_due()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "ready"


def test_it_is_given_up_after_some_tries(fetched):
    attachment = fetched((503, {}))
    for _ in range(MOST_ATTEMPTS):
        make_due()
        fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert (attachment.state, attachment.attempts) == ("failed", MOST_ATTEMPTS)


def test_a_file_over_the_limit_is_refused(fetched, settings):
    settings.MEDIA_MAX_BYTES = 10
    assert fetched(PNG).state == "failed"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.example.org/x",
        "https://lookaside.fbsbx.com@example.org/x",
        "https://evilfbsbx.com/x",
        "file:///etc/passwd",
        "//127.0.0.1/x",
        "http://[::1",
        "",
        None,
        17,
    ],
)
def test_only_the_providers_own_hosts_are_asked(fetched, url):
    attachment = fetched({"url": url, "mime_type": "image/png"})
    assert attachment.state == "failed"


def test_a_redirect_is_not_followed(fetched):
    assert fetched((302, {})).state == "pending"


@pytest.mark.parametrize("id_", ["../me", "501?x=1", "501/../../v1/me", "a b#c", "ñ"])
def test_an_odd_id_asks_for_nothing_else(fetched, graph, id_):
    asked = []
    graph.get = lambda path, headers: asked.append(path) or (404, {})
    fetched(element={**sample.IMAGE, "image": {"id": id_}})
    [path] = asked
    assert path.startswith("/v") and path.count("/") == 2


def test_on_a_dry_run_nothing_is_asked_of_the_provider(post, channel, graph):
    Channel.objects.update(mode=Channel.Mode.DRY_RUN)
    directory.forget()
    graph.media["501"] = PNG
    post(message_body(sample.IMAGE, sender=sample.ANA))
    work_off()
    attachment = Attachment.objects.get()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "failed"
    assert graph.sent == []


# --- Once, whoever comes ---------------------------------------------------------------------


def test_the_next_try_waits_ever_longer(fetched):
    attachment = fetched((503, {}))
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.attempts == 1
    pauses = []
    while attachment.state == "pending":
        pauses.append(attachment.due_at - timezone.now())
        make_due()
        fetch_attachment(attachment.pk)
        attachment.refresh_from_db()
    assert pauses == sorted(pauses)
    assert len(pauses) == MOST_ATTEMPTS - 1


def test_the_sweep_finds_what_the_queue_lost_and_lets_be_what_is_not_due(fetched, graph):
    attachment = fetched((503, {}))
    graph.media["501"] = PNG
    sweep_attachments()
    attachment.refresh_from_db()
    assert attachment.state == "pending"
    make_due()
    sweep_attachments()
    attachment.refresh_from_db()
    assert attachment.state == "ready"


def test_one_bad_file_costs_the_sweep_no_other(channel, monkeypatch):
    class Broken(Simulator):
        def fetch_media(self, media_id, limit):
            if media_id == "bad":
                raise ValueError("Port could not be cast to integer value")
            return PNG, "image/png"

    monkeypatch.setitem(registry.BY_SLUG, channel.provider, Broken)
    message = hear(conversation(channel), "", kind="image")
    bad, good = (Attachment.objects.create(message=message, media_id=m) for m in ("bad", "good"))
    make_due(3)
    Attachment.objects.filter(pk=good.pk).update(due_at=timezone.now() - timedelta(minutes=2))
    sweep_attachments()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.attempts, bad.error != "") == ("pending", 1, True)
    assert good.state == "ready"


@pytest.mark.parametrize("port", ["abc", "99999"])
def test_an_address_with_a_bad_port_is_a_foreign_one(fetched, port):
    url = f"https://lookaside.fbsbx.com:{port}/x"
    assert fetched({"url": url, "mime_type": "image/png"}).state == "failed"


@pytest.fixture
def dead(channel, monkeypatch):
    """An attachment after one try with credentials that the provider refuses."""

    class Dead(Simulator):
        def fetch_media(self, media_id, limit):
            raise ChannelError("The session ended", permanent=False, code="190", stop=True)

    monkeypatch.setitem(registry.BY_SLUG, channel.provider, Dead)
    message = hear(conversation(channel), "", kind="image")
    waiting = Attachment.objects.create(message=message, media_id="m", state="pending")
    fetch_attachment(waiting.pk)
    return waiting


def test_while_the_account_is_refused_no_try_counts_and_somebody_is_told(
    dead, channel, monkeypatch, in_english
):
    for _ in range(MOST_ATTEMPTS + 3):
        make_due(20)
        sweep_attachments()
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)
    assert dead.due_at > timezone.now() + timedelta(minutes=5)
    channel.refresh_from_db()
    assert (channel.health, channel.stopped_at) == ("yellow", None)
    assert channel.last_error == "Files cannot be fetched: The session ended (190)"
    monkeypatch.setitem(registry.BY_SLUG, channel.provider, Meanwhile)
    make_due()
    sweep_attachments()
    dead.refresh_from_db()
    assert (dead.state, dead.error) == ("ready", "")


def test_after_a_week_it_is_given_up_as_any_other(dead):
    Message.objects.update(created_at=timezone.now() - timedelta(days=8))
    for _ in range(MOST_ATTEMPTS):
        make_due(60)
        fetch_attachment(dead.pk)
    dead.refresh_from_db()
    assert dead.state == "failed"


@pytest.mark.parametrize("form", ["hex", "HEX", "base64", "unreadable"])
def test_what_meta_says_of_the_bytes_is_compared(fetched, form, graph):
    def digest(content):
        whole = hashlib.sha256(content).digest()
        forms = {"hex": whole.hex(), "HEX": whole.hex().upper(), "unreadable": "qk1+8g="}
        return forms.get(form) or base64.b64encode(whole).decode()

    about = {"url": f"{graph.url}/files/bytes", "mime_type": "image/png"}
    graph.media["bytes"] = PNG
    attachment = fetched({**about, "sha256": digest(PNG + b"lost")})
    assert attachment.state == ("ready" if form == "unreadable" else "pending")
    graph.media["501"] = {**about, "sha256": digest(PNG)}
    make_due()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "ready"


def test_what_nobody_could_fetch_is_given_up_and_can_be_asked_for_again(fetched, graph):
    attachment = fetched((503, {}))
    # Whoever had it died each time before a word of it.
    Attachment.objects.update(attempts=MOST_ATTEMPTS)
    make_due()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert (attachment.state, attachment.error != "") == ("failed", True)
    graph.media["501"] = PNG
    refetch(attachment)
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert (attachment.state, attachment.error) == ("ready", "")


def test_nothing_is_fetched_of_a_message_that_was_taken_back(post, channel, graph, settings):
    graph.media["501"] = PNG
    post(message_body(sample.IMAGE, sender=sample.ANA))
    work_off()
    Message.objects.update(deleted_at=timezone.now())
    fetch_attachment(Attachment.objects.get().pk)
    assert Attachment.objects.get().state == "failed"
    assert stored(settings) == []


class Meanwhile(Simulator):
    """A provider during whose answer something happens."""

    happens = staticmethod(lambda: None)

    def fetch_media(self, media_id, limit):
        self.happens()
        return PNG, "image/png"


@pytest.fixture
def meanwhile(channel, monkeypatch):
    """meanwhile(what) -> an attachment that was fetched while `what` was done."""

    def fetch(what):
        message = hear(conversation(channel), "", kind="image")
        waiting = Attachment.objects.create(message=message, media_id="m", state="pending")
        monkeypatch.setattr(Meanwhile, "happens", staticmethod(what))
        monkeypatch.setitem(registry.BY_SLUG, channel.provider, Meanwhile)
        fetch_attachment(waiting.pk)
        waiting.refresh_from_db()
        return waiting

    return fetch


def test_who_comes_while_it_is_fetched_leaves_it_alone(meanwhile):
    calls = []

    def another():
        calls.append(1)
        fetch_attachment(Attachment.objects.get().pk)
        sweep_attachments()

    assert meanwhile(another).state == "ready"
    assert calls == [1]


def test_a_file_that_lost_the_race_is_not_kept(meanwhile, settings):
    def overtaken():
        Attachment.objects.update(attempts=2)

    assert meanwhile(overtaken).state == "pending"
    assert stored(settings) == []


def test_taken_back_while_it_is_fetched_nothing_is_kept(meanwhile, settings):
    lost = meanwhile(lambda: Message.objects.update(deleted_at=timezone.now()))
    assert (lost.state, lost.file.name) == ("pending", "")
    assert stored(settings) == []
    make_due()
    fetch_attachment(lost.pk)
    assert Attachment.objects.get().state == "failed"


def test_a_provider_that_sends_more_than_asked_for_is_not_believed(meanwhile, settings):
    settings.MEDIA_MAX_BYTES = len(PNG) - 1
    assert meanwhile(lambda: None).state == "failed"
    assert stored(settings) == []


def test_the_page_hears_of_it(meanwhile):
    long_ago = timezone.now() - timedelta(days=1)
    meanwhile(lambda: Conversation.objects.update(changed_at=long_ago))
    assert Conversation.objects.get().changed_at > long_ago


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_fetches(channel, monkeypatch, settings):
    message = hear(conversation(channel), "", kind="image")
    waiting = Attachment.objects.create(message=message, media_id="m", state="pending")
    fetches = []
    monkeypatch.setattr(Meanwhile, "happens", staticmethod(lambda: fetches.append(1)))
    monkeypatch.setitem(registry.BY_SLUG, channel.provider, Meanwhile)
    ready = threading.Barrier(6)

    def run():
        ready.wait()
        try:
            fetch_attachment(waiting.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert fetches == [1]
    assert len(stored(settings)) == 1


SIGNED = "https://lookaside.fbsbx.com/x?mid=501&hash=geheim"


def test_what_is_told_of_a_file_repeats_no_secret(post, channel):
    """A provider may say why it has no file with the address, or the token, it was asked with."""
    token = channel.secret("access_token")
    assert len(token) >= 8
    details = f"GET {SIGNED} failed for {token}"
    error = {"code": 131052, "title": "Media download error", "error_data": {"details": details}}
    post(message_body({**sample.IMAGE, "errors": [error]}, sender=sample.ANA))
    work_off()
    attachment = Attachment.objects.get()
    assert attachment.state == "failed"
    assert "geheim" not in attachment.error and token not in attachment.error
