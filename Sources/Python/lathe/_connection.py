"""Requests to a server, on the standard library alone."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .errors import ConfigurationError, ErrorCode, LatheError, NotFoundError, error

_SECONDS = 60.0

# A server that was killed while the network was down never says so: the system asks after ten seconds of silence, and
# gives up after three questions.
_PROBES = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


class Connection:
    """Where a server is, and how it is asked; it holds nothing open.

    :param authorities: a file in PEM of whose certificates are trusted; those that the system trusts where left out.
    :raises LatheError: for what is no address, and for a file that has no certificates.
    """

    def __init__(self, url: str, token: str | None, authorities: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotFoundError(
                ErrorCode.NOT_FOUND, f"{url!r} is no address: give http://HOST:PORT/CACHE"
            )
        self._secure = parts.scheme == "https"
        self._place = (parts.hostname, parts.port)
        self.server = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path.strip("/")
        self._token = token if token is not None else os.environ.get("LATHE_TOKEN")
        self._authorities = authorities
        self._trust: ssl.SSLContext | None = None
        if self._secure:
            self._trusted()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_trust": None}

    def _trusted(self) -> ssl.SSLContext:
        if self._trust is None:
            try:
                self._trust = ssl.create_default_context(cafile=self._authorities)
            except OSError as cause:
                raise ConfigurationError(
                    ErrorCode.CONFIGURATION,
                    f"authorities: {self._authorities}: {cause}; give a file of certificates in PEM",
                ) from cause
        return self._trust

    def _connected(self) -> http.client.HTTPConnection:
        if not self._secure:
            connection = http.client.HTTPConnection(*self._place, timeout=_SECONDS)
        else:
            connection = http.client.HTTPSConnection(
                *self._place, timeout=_SECONDS, context=self._trusted()
            )
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as cause:
            raise LatheError(
                ErrorCode.SYSTEM,
                f"{self.server}: its certificate is not trusted: {cause.verify_message}; where it is the right "
                "one, name the file of who signed it as authorities",
            ) from cause
        place = connection.sock
        place.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _PROBES:
            if (option := getattr(socket, name, None)) is not None:
                place.setsockopt(socket.IPPROTO_TCP, option, value)
        return connection

    def open(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, socket.socket]:
        """Asks for a path; the answer is to be read and closed. The socket is to end it from another thread.

        :raises LatheError: as the server refuses it.
        :raises OSError: where there is no connection; so are the errors of ``http.client``.
        """
        connection = self._connected()
        sent = {"Connection": "close", **(headers or {})}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        target = f"{path}?{urlencode(query, quote_via=quote)}" if query else path
        connection.request("GET", target, headers=sent)
        place = connection.sock
        answer = connection.getresponse()
        if answer.status == 200:
            return answer, place
        with answer:
            raise refusal(answer.status, answer.read(1 << 16), self.server + path)

    def json(
        self, path: str, query: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The JSON at a path, and the headers that came with it."""
        answer, _ = self.open(path, query or {})
        with answer:
            return json.loads(answer.read()), dict(answer.headers.items())


def refusal(status: int, body: bytes, place: str) -> LatheError:
    """The error that a problem document tells of."""
    try:
        about = json.loads(body)
        code, detail, hint = about["code"], about["detail"], about.get("hint", "")
    except (ValueError, KeyError, TypeError):
        return LatheError(ErrorCode.SYSTEM, f"{place}: the server answers {status}")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(code)).upper()
    known = ErrorCode.__members__.get(name, ErrorCode.SYSTEM)
    return error(known, f"{detail}; {hint}" if hint else str(detail))
