"""Fetching files from addresses that strangers had a hand in."""

import socket

import pytest
import urllib3.util.connection

from chatbot.channels import http
from chatbot.channels.errors import ChannelError
from chatbot.tests.fakes.server import Fake

pytestmark = pytest.mark.once

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 5_000


class Files(Fake):
    def is_send(self, request):
        return False


@pytest.fixture
def files():
    with Files() as server:
        server.media["a.png"] = PICTURE
        yield server


@pytest.fixture
def elsewhere():
    with Files() as server:
        server.media["b.png"] = PICTURE
        yield server


def refused(url, **options):
    options = {"hosts": ["cdn.ejemplo.test"], "limit": 10_000, **options}
    with pytest.raises(ChannelError) as caught:
        http.download(url, **options)
    return caught.value


def test_a_file_of_a_trusted_origin_comes_with_its_type(files):
    content, mime = http.download(f"{files.url}/a.png", hosts=[files.url], limit=10_000)
    assert (content, mime) == (PICTURE, "image/png")


def test_the_providers_own_address_is_one(files):
    assert http.download(f"{files.url}/a.png", hosts=[], base=f"{files.url}/v1", limit=10_000)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.ejemplo.test/a",
        "https://cdn.ejemplo.test:8443/a",
        "https://otro.test/a",
        "https://cdn.ejemplo.test.otro.test/a",
        "https://cdn.ejemplo.test@otro.test/a",
        "https://xcdn.ejemplo.test/a",
        "ftp://cdn.ejemplo.test/a",
        "file:///etc/passwd",
        "//cdn.ejemplo.test/a",
        "https:///a",
        "http://[::1",
        "https://cdn.ejemplo.test:abc/x",
        "https://cdn.ejemplo.test:99999/x",
        "https://cdn.ejemplo.test:-1/x",
        "https://[::1]:x/",
        "",
        "nada",
    ],
)
def test_anything_but_https_at_a_known_host_is_refused(url):
    error = refused(url)
    assert error.permanent
    assert error.code == "host"


@pytest.mark.parametrize(
    "url",
    [
        "https://otro.test\\@cdn.ejemplo.test/a",
        "https://otro.test\\.cdn.ejemplo.test/a",
        "https://cdn.ejemplo.test\\@otro.test/a",
        "https://otro.test\t@cdn.ejemplo.test/a",
        "https://otro.test\n/@cdn.ejemplo.test/a",
        "https://otro.test @cdn.ejemplo.test/a",
        "https://otro.test#@cdn.ejemplo.test/a",
        "https://otro.test?@cdn.ejemplo.test/a",
        " https://cdn.ejemplo.test/a",
    ],
)
def test_what_two_read_as_two_hosts_is_asked_at_neither(monkeypatch, url):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **options: asked.append(host))
    for hosts in (["cdn.ejemplo.test"], [".ejemplo.test", ".cdn.ejemplo.test"]):
        assert refused(url, hosts=hosts).code == "host"
    assert asked == []


def test_a_redirect_that_is_read_two_ways_is_not_followed(files):
    files.media["go"] = (302, b"", {"Location": "https://otro.test\\@cdn.ejemplo.test/b"})
    assert refused(f"{files.url}/go", hosts=[files.url, "cdn.ejemplo.test"]).code == "host"


@pytest.mark.parametrize(
    "url",
    [
        f"https://{'a' * 70}.ejemplo.test/x",
        "https://..ejemplo.test/x",
        "https://.ejemplo.test/x",
        "https://a\u2024b.ejemplo.test/x",
        "https://xn--\u00f1.ejemplo.test/x",
        "https://a b.ejemplo.test/x",
    ],
)
def test_a_name_that_cannot_be_one_is_refused_as_any_other(url, monkeypatch):
    def getaddrinfo(host, *args, **options):
        host.encode("idna")  # as the real one does, before it asks anybody
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    refused(url, hosts=[".ejemplo.test"])


@pytest.mark.parametrize(
    "location", ["http://[::1", "https://[x]/", "https://cdn.ejemplo.test:abc/b", "//[", "\\"]
)
def test_a_redirect_to_nowhere_is_refused(files, location):
    files.media["a.png"] = (302, b"", {"Location": location})
    with pytest.raises(ChannelError):
        http.download(f"{files.url}/a.png", hosts=[files.url], limit=10_000)


def test_a_dot_in_front_means_every_host_below(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering("10.0.0.1"))
    assert refused("https://a.b.ejemplo.test/x", hosts=[".ejemplo.test"]).code == "private"
    assert refused("https://ejemplo.test.mx/x", hosts=[".ejemplo.test"]).code == "host"


def answering(*addresses):
    def getaddrinfo(host, port, *args, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return getaddrinfo


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["::1"],
        ["fd00::1"],
        ["::ffff:127.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
    ],
)
def test_a_known_name_that_leads_into_a_private_network_is_refused(monkeypatch, addresses):
    monkeypatch.setattr(socket, "getaddrinfo", answering(*addresses))
    assert refused("https://cdn.ejemplo.test/a").code == "private"


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(monkeypatch):
    asked = []

    def connect(address, *args, **options):
        asked.append(address)
        raise OSError("stop here")

    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8"))
    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    assert not refused("https://cdn.ejemplo.test/a").permanent
    assert asked == [("8.8.8.8", 443)]


def test_too_large_is_noticed_by_its_announcement_and_while_it_streams(files):
    assert refused(f"{files.url}/a.png", hosts=[files.url], limit=100).code == "size"

    class Endless(Files):
        def respond(self, request):
            return 200, b"x" * 200_000, {"Transfer-Encoding": ""}

    with Endless() as server:
        assert refused(f"{server.url}/x", hosts=[server.url], limit=1_000).code == "size"


def test_a_redirect_is_followed_only_to_where_one_may_go(files, elsewhere):
    bearer = {"Authorization": "Bearer secreto"}
    files.media["go"] = (302, b"", {"Location": f"{elsewhere.url}/b.png"})
    both = [files.url, elsewhere.url]
    content, _ = http.download(f"{files.url}/go", hosts=both, limit=10_000, headers=bearer)
    assert content == PICTURE
    assert files.requests[-1].headers["Authorization"] == "Bearer secreto"
    assert "Authorization" not in elsewhere.requests[-1].headers
    assert refused(f"{files.url}/go", hosts=[files.url]).code == "host"


def test_going_round_in_circles_ends(files):
    files.media["round"] = (302, b"", {"Location": "/round"})
    assert refused(f"{files.url}/round", hosts=[files.url]).code == "redirects"


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_is_not_there_now_is_tried_again(files, status):
    files.media["gone"] = (status, b"")
    error = refused(f"{files.url}/gone", hosts=[files.url])
    assert not error.permanent
    assert error.code == str(status)


def test_nobody_there():
    assert refused("http://127.0.0.1:9/x", hosts=["http://127.0.0.1:9"]).code == "connect"
