"""A picture made as a sticker goes as one, where the provider takes those, within its limits."""

import io

import pytest
from PIL import Image

from chatbot.tests.composing import file, send
from chatbot.tests.desk import browser, words
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
KB = 1024


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client_of_agent(agent):
    return browser(agent)


def webp(width=512, height=512, *, moves=False, size=0, kind="WEBP"):
    """A WebP of at least so many bytes: what it lacks, it says of itself."""
    pictures = [Image.new("RGB", (width, height), colour) for colour in ("red", "blue")]
    more = {"save_all": True, "append_images": pictures[1:]} if moves else {}
    out = io.BytesIO()
    pictures[0].save(out, kind, xmp=b" " * size, **more)
    return out.getvalue()


def ours():
    rows = Message.objects.filter(direction="out").order_by("id")
    return list(rows.values_list("kind", "text"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (webp(), "sticker"),
        (webp(size=95 * KB), "sticker"),
        (webp(size=101 * KB), "document"),
        (webp(moves=True), "sticker"),
        (webp(size=490 * KB, moves=True), "sticker"),
        (webp(size=501 * KB, moves=True), "document"),
        # A photo, and not made as a sticker.
        (webp(640, 480), "document"),
        (webp(512, 256), "document"),
        (webp()[:40], "document"),
        (webp(kind="PNG"), "image"),
    ],
    ids=[
        "still", "nearly 100 KB", "over 100 KB", "moving", "nearly 500 KB", "over 500 KB", "photo",
        "not square", "broken", "PNG",
    ],
)  # fmt: skip
def test_what_is_made_as_a_sticker_and_small_enough_goes_as_one(
    talk, client_of_agent, content, kind
):
    answer = send(client_of_agent, talk, file(content, "gracias.webp", "image/webp"))
    assert answer.status_code == 204, words(answer)
    assert ours() == [(kind, "")]


@pytest.mark.parametrize(
    ("provider", "kind"),
    [
        ("whapi", "sticker"),
        ("maytapi", "sticker"),
        ("telegram", "sticker"),
        ("neutral", "image"),
    ],
)
def test_only_where_the_provider_takes_stickers(talk, client_of_agent, provider, kind):
    Channel.objects.update(provider=provider)
    send(client_of_agent, talk, file(webp(), "gracias.webp", "image/webp"))
    assert ours() == [(kind, "")]


def test_a_sticker_leaves_as_one_and_words_go_below_it(graph, talk, client_of_agent):
    content = webp()
    send(client_of_agent, talk, file(content, "gracias.webp", "image/webp"), text="Hasta el lunes")
    assert ours() == [("sticker", ""), ("text", "Hasta el lunes")]
    work_off()
    sticker, text = graph.sent
    assert (graph.uploads[0]["bytes"], graph.uploads[0]["type"]) == (content, "image/webp")
    assert (sticker["type"], sticker["sticker"]) == ("sticker", {"id": "upload.1"})
    assert text["text"]["body"] == "Hasta el lunes"
