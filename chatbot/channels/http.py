"""Asking providers: one pool of connections, time-outs, and errors that say what may have left."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Json
from chatbot.channels.reading import host_of, mapping

MOST_REDIRECTS = 3
# What cannot even be written into a request: a token of other letters, or with a line feed in it.
UNWRITABLE = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    UnicodeError,
)
# Some media hosts refuse the default names of libraries.
USER_AGENT = "Mozilla/5.0 (compatible; Ventanilla)"


@lru_cache(maxsize=1)
def session() -> requests.Session:
    """One for the process: its pool keeps a connection for each sending thread."""
    made = requests.Session()
    made.trust_env = False
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=64)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.headers["User-Agent"] = USER_AGENT
    return made


def ask(method: str, url: str, **options: Any) -> requests.Response:
    """One request with a time-out, whatever its status. Raises ChannelError for no answer."""
    try:
        return session().request(method, url, timeout=settings.PROVIDER_TIMEOUT, **options)
    except UNWRITABLE:
        # What is wrong may be the token: neither shown nor logged.
        text = _("The token or an address of this channel has characters that cannot be sent.")
        raise ChannelError(text, permanent=False, code="unwritable", stop=True) from None
    except requests.RequestException as error:
        raise unreachable(error) from None


def json_of(answer: requests.Response) -> Json:
    """The answer's JSON object; an empty one for anything else."""
    try:
        return mapping(answer.json())
    except ValueError:
        return {}


def unreachable(error: requests.RequestException) -> ChannelError:
    """Never connected: it was not sent. Anything later: it may have been."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    before = isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
    before = before or "CERTIFICATE_VERIFY_FAILED" in str(reason)
    code = "connect" if before else "timeout"
    text = _("The provider cannot be reached.") if before else _("The provider did not answer.")
    return ChannelError(text, permanent=False, code=code, unconfirmed=not before)


def refused(status: int, text: str = "", *, retry_after: float = 0) -> ChannelError:
    """What an HTTP status alone says, for a provider without codes of its own.

    A gateway that gave up waiting does not say whether the message went out.
    """
    return ChannelError(
        text or f"HTTP {status}",
        permanent=status < 500 and status not in (408, 425, 429),
        code=f"http_{status}",
        stop=status == 401,
        unconfirmed=status >= 500 and status != 503,
        retry_after=retry_after,
    )


def unclear() -> ChannelError:
    """It was taken, and the answer does not say as what."""
    return ChannelError(
        _("The provider gave no message id."), permanent=False, code="no_id", unconfirmed=True
    )


# --- Files -----------------------------------------------------------------------------------


def download(
    url: str,
    *,
    hosts: Iterable[str],
    limit: int,
    base: str = "",
    headers: dict[str, str] | None = None,
) -> tuple[bytes, str]:
    """The bytes at `url` and the announced MIME type; what a stranger wrote is fetched here.

    https only, on one of `hosts` ("cdn.example.com", ".example.com", "https://cdn.example.com:8443",
    or an origin such as "http://127.0.0.1:9001", which is trusted as it stands) or at `base`, the
    provider's own address; never at a private network's but there. `headers` go to the first host
    alone. ChannelError.
    """
    hosts = list(hosts)
    for _hop in range(MOST_REDIRECTS + 1):
        trusted = _permitted(url, hosts, _origin(base))
        answer = _open(url, trusted=trusted, headers=headers)
        with answer:
            if answer.is_redirect:
                target = urljoin(url, answer.headers["location"])
                headers = headers if _origin(target) == _origin(url) else None
                url = target
                continue
            if answer.status_code != 200:
                raise ChannelError(
                    _("The file could not be fetched."),
                    permanent=False,
                    code=str(answer.status_code),
                )
            mime = answer.headers.get("content-type", "").split(";")[0].strip()
            return _capped(answer, limit), mime[:100]
    raise _nowhere()


def _permitted(url: str, hosts: Sequence[str], base: str) -> bool:
    """Whether `url` lies at a trusted origin; ChannelError if it may not be asked at all."""
    try:
        parts = urlsplit(url)
        host, port, origin = host_of(url), parts.port, _origin(url)
    except ValueError:
        host, port, origin = "", None, ""
    if host and origin and (origin == base or origin in hosts):
        return origin == base or parts.scheme != "https"
    named = any(host.endswith(one) if one.startswith(".") else host == one for one in hosts)
    if not host or not named or parts.scheme != "https" or port not in (None, 443):
        raise ChannelError(_("The file lies on a foreign host."), permanent=True, code="host")
    return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _open(url: str, *, trusted: bool, headers: dict[str, str] | None) -> requests.Response:
    opener = session() if trusted else guarded_session()
    try:
        return opener.get(
            url,
            headers=headers,
            timeout=settings.PROVIDER_TIMEOUT,
            stream=True,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise unreachable(error) from None
    except ValueError:  # requests reads where a redirect leads, and not every place is one
        raise _nowhere() from None


def _nowhere() -> ChannelError:
    return ChannelError(_("The file could not be fetched."), permanent=True, code="redirects")


def _capped(answer: requests.Response, limit: int) -> bytes:
    content = bytearray()
    announced = answer.headers.get("content-length", "")
    try:
        if announced.isdigit() and int(announced) > limit:
            raise _too_large()
        for chunk in answer.iter_content(65536):
            content += chunk
            if len(content) > limit:
                raise _too_large()
    except requests.RequestException as error:
        raise unreachable(error) from None
    return bytes(content)


def _too_large() -> ChannelError:
    return ChannelError(_("The file is too large."), permanent=True, code="size")


def check_digest(content: bytes, announced: str) -> None:
    """Compare with the SHA-256 a provider told, in hex or base64. What is neither says nothing.

    Raises ChannelError: something was lost on the way, and may come whole another time.
    """
    digest = hashlib.sha256(content).digest()
    ours = {64: digest.hex(), 44: base64.b64encode(digest).decode()}.get(len(announced))
    told = announced.lower() if len(announced) == 64 else announced
    if ours is not None and ours != told:
        raise ChannelError(_("The file arrived damaged."), permanent=False, code="sha256")


class _PublicConnection(HTTPSConnection):
    """Connects to the address that was looked at, so that no second look-up can change it."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        self._dns_host = public_address(name, self.port or 443)
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicAdapter(HTTPAdapter):
    pools: ClassVar[dict[str, Any]] = {"https": _PublicPool}

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        manager: urllib3.PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = self.pools


@lru_cache(maxsize=1)
def guarded_session() -> requests.Session:
    """For addresses that strangers had a hand in: https, and public addresses only."""
    made = requests.Session()
    made.trust_env = False
    made.mount("https://", _PublicAdapter(pool_connections=4, pool_maxsize=8))
    made.headers["User-Agent"] = USER_AGENT
    return made


def public_address(host: str, port: int) -> str:
    """An address of `host` on the public internet; ChannelError where one of them is private."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a name that is none, or cannot be written as one
        raise ChannelError(
            _("The provider cannot be reached."), permanent=False, code="connect"
        ) from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(ipaddress.ip_address(one).is_global for one in addresses):
        raise ChannelError(_("The file lies on a foreign host."), permanent=True, code="private")
    return addresses[0]
