"""From an announced file to one that is here: with the token, from Meta's hosts, to a limit."""

import pytest

from chatbot.channels import directory
from chatbot.media import MOST_ATTEMPTS, fetch_attachment
from chatbot.tests import provider_samples as sample
from chatbot.tests.graph_stub import message_body
from chatbot.work import work_off
from crm.conversations.models import Attachment, Channel

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


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
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "ready"


def test_it_is_given_up_after_some_tries(fetched):
    attachment = fetched((503, {}))
    for _ in range(MOST_ATTEMPTS):
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
