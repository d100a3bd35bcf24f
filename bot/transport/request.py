"""The HTTP client below python-telegram-bot: aiohttp in place of httpx, at a tenth of its cost."""

import io
import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.transport.fate import FateUnknownError, NotSentError

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_NOT_SENT = (
    aiohttp.ClientConnectorError,  # refused, unreachable, no such name, TLS refused, proxy unreachable
    aiohttp.ClientHttpProxyError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.ConnectionTimeoutError,
)


class AiohttpRequest(BaseRequest):
    """Carries python-telegram-bot's requests to the Bot API.

    All times are in seconds, None means without limit. Each is the default for requests that name none:

    - ``read_timeout``: the longest silence while an answer is awaited (polling passes its own, longer one),
    - ``write_timeout``, ``media_write_timeout``: for handing over a request without and with files,
    - ``connect_timeout``: for one connection to be made; ``pool_timeout``: the wait for a free one on top.

    Together they bound every request, also against a server that trickles. ``pool_size`` connections at most are
    open, and idle ones are closed after ``keepalive`` seconds: sooner than servers do it, because a request
    that meets a connection just closed is of unknown fate. ``flood_wait`` is the pause assumed when Telegram
    refuses for flooding without saying how long. ``proxy`` is the address of an HTTP proxy; nothing is read from the
    environment.

    Errors are those of python-telegram-bot, with two differences, both on the careful side. An answer that does not
    come from a Bot API (a proxy's error page) is a ``NetworkError`` whatever its status, so that a
    broken network never looks like "blocked by the user". A 429 without a pause is a ``RetryAfter``. The cause of a
    ``TimedOut`` or ``NetworkError`` made here is a ``NotSentError`` or ``FateUnknownError``. No error holds the address
    of a request, because the bot's token is part of it.

    Raises ``ValueError`` for a proxy that is not ``http://`` or ``https://``.
    """

    __slots__ = ("_flood_wait", "_keepalive", "_pool_size", "_proxy", "_session", "_timeouts")

    def __init__(
        self,
        *,
        pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        media_write_timeout: float | None = 20.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        keepalive: float = 15.0,
        flood_wait: float = 5.0,
        proxy: str | None = None,
    ) -> None:
        if proxy is not None and URL(proxy).scheme not in {"http", "https"}:
            raise ValueError("the proxy must be an http:// or https:// address")
        self._pool_size = pool_size
        self._keepalive = keepalive
        self._flood_wait = flood_wait
        self._proxy = proxy
        self._timeouts = _Timeouts(read_timeout, write_timeout, media_write_timeout, connect_timeout, pool_timeout)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """The read time-out in seconds used when a request names none."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open the session; does nothing when it is open."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size, keepalive_timeout=self._keepalive),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; does nothing when it is closed."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917 -- the base class dictates the signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 -- the base's own type for it is not public
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 -- same
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 -- same
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 -- same
    ) -> tuple[int, bytes]:
        """Send one request and give status and body of the answer; called by python-telegram-bot only.

        Raises ``TimedOut``, ``NetworkError`` or ``RetryAfter``, see the class.
        """
        if self._session is None:
            raise NetworkError("The connection to the Bot API is not open") from NotSentError("not initialized")
        files = request_data.multipart_data if request_data else None
        timeout = self._timeouts.choose(
            read_timeout, write_timeout, connect_timeout, pool_timeout, with_files=bool(files)
        )
        body: aiohttp.FormData | bytes | None = None
        headers = None
        if files:
            body = _multipart(request_data.json_parameters if request_data else {}, files)
        elif request_data:
            body, headers = encode_form(request_data.json_parameters), _FORM
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                status, payload, wait = answer.status, await answer.read(), answer.headers.get("Retry-After")
        except (aiohttp.ClientError, OSError) as error:
            failure, cause = _translate(error)
        else:
            return self._judge(method, status, payload, wait)
        # Outside of the except block: aiohttp's errors hold the address with the token and must not be chained.
        raise failure from cause

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer's JSON object.

        Raises ``NetworkError`` without the answer's text, which may hold what people wrote.
        """
        data = _object(payload)
        if data is None:
            raise NetworkError("Invalid server response") from FateUnknownError("the answer is not JSON")
        return data

    def _judge(self, method: str, status: int, payload: bytes, wait: str | None) -> tuple[int, bytes]:
        """Let through what the base class maps rightly, and raise for the rest."""
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and (method != "POST" or b'"result"' in payload):
            return status, payload
        data = _object(payload)
        if status == HTTPStatus.TOO_MANY_REQUESTS and not _names_pause(data):
            pause = float(wait) if wait is not None and wait.isdecimal() else self._flood_wait
            raise RetryAfter(timedelta(seconds=pause))
        if data is None or data.get("ok") is not False:
            raise NetworkError(f"{_phrase(status)}: the answer is not one of a Bot API") from FateUnknownError(
                "the answer is not one of a Bot API"
            )
        if status < HTTPStatus.MULTIPLE_CHOICES:  # a refusal in the clothes of a success
            code = data.get("error_code")
            status = code if isinstance(code, int) else HTTPStatus.INTERNAL_SERVER_ERROR
        return status, payload


class _Timeouts:
    """The default time-outs, and the choice for one request."""

    __slots__ = ("_connect", "_pool", "_usual", "_usual_media", "_write", "_write_media", "read")

    def __init__(
        self,
        read: float | None,
        write: float | None,
        write_media: float | None,
        connect: float | None,
        pool: float | None,
    ) -> None:
        self.read = read
        self._write, self._write_media, self._connect, self._pool = write, write_media, connect, pool
        # Built once: nearly every request uses one of these two.
        self._usual = _client_timeout(read, write, connect, pool)
        self._usual_media = _client_timeout(read, write_media, connect, pool)

    def choose(
        self, read: object, write: object, connect: object, pool: object, *, with_files: bool
    ) -> aiohttp.ClientTimeout:
        unset = BaseRequest.DEFAULT_NONE
        if read is unset and write is unset and connect is unset and pool is unset:
            return self._usual_media if with_files else self._usual
        return _client_timeout(
            _seconds(read, self.read),
            _seconds(write, self._write_media if with_files else self._write),
            _seconds(connect, self._connect),
            _seconds(pool, self._pool),
        )


def encode_form(parameters: Mapping[str, str]) -> bytes:
    """Encode parameters as an HTML form, in UTF-8: what ``urllib.parse.urlencode`` does, in a tenth of its time."""
    return URL.build(query=parameters).raw_query_string.encode("ascii")


def _seconds(given: object, default: float | None) -> float | None:
    return float(given) if isinstance(given, int | float) else None if given is None else default


def _client_timeout(
    read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    # aiohttp has no limit for writing, and its limit for reading starts anew with each piece that arrives: the sum of
    # all is the limit for the whole. Its "connect" covers the wait for a free connection as well.
    connecting = None if connect is None or pool is None else connect + pool
    total = None if connecting is None or read is None or write is None else connecting + read + write
    return aiohttp.ClientTimeout(total=total, connect=connecting, sock_connect=connect, sock_read=read)


def _multipart(parameters: Mapping[str, str], files: Mapping[str, Any]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mimetype) in files.items():
        # aiohttp writes large plain bytes in one go, and a stream in pieces that leave room for others.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=mimetype)
    return form


def _translate(error: Exception) -> tuple[TelegramError, ConnectionError]:
    """Turn an error of aiohttp into python-telegram-bot's and its cause, with no word of the request's address."""
    kind = type(error).__name__
    cause = NotSentError(kind) if isinstance(error, _NOT_SENT) else FateUnknownError(kind)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return TimedOut("Timed out: no connection to the Bot API was free or could be made in time"), cause
    if isinstance(error, TimeoutError):
        return TimedOut(), cause
    # The text of a connector error names host, port and reason only; that of others may hold the whole address.
    detail = f"{kind}: {error}" if isinstance(error, aiohttp.ClientConnectorError) else kind
    return NetworkError(detail), cause


def _object(payload: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _names_pause(data: dict[str, Any] | None) -> bool:
    parameters = data.get("parameters") if data else None
    return isinstance(parameters, dict) and bool(parameters.get("retry_after"))


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase} ({status})"
    except ValueError:
        return f"HTTP status {status}"
