"""TLS by real connections: certificates that are verified, and those that a server or a client refuses."""

from __future__ import annotations

import shutil
import ssl
import subprocess

import pytest
from certificates import Authority
from test_remote import Server, daemon, same

import lathe

TOKEN = "of a test, and long enough for one"

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "lab")


@pytest.fixture(scope="module")
def server(folder, authority):
    certificate, key = authority.sign("server", "IP:127.0.0.1,DNS:localhost")
    token = authority.folder / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    server = Server(
        folder,
        0,
        "--tls-certificate",
        certificate,
        "--tls-key",
        key,
        "--token-file",
        token,
    )
    yield server
    assert server.end() == 0


def test_batches_come_by_tls(cache, server, authority):
    assert server.url.startswith("https://127.0.0.1:")
    place = f"{server.url}/demo.lathe"
    remote = lathe.connect(place, token=TOKEN, authorities=authority.certificate, connections=2)
    options = {"batch_size": 3, "seed": 4, "epochs": 2}
    for one, other in zip(
        cache.loader("mel", **options), remote.loader("mel", **options), strict=True
    ):
        same(one, other)


def test_who_is_not_trusted_is_refused(server, authority, tmp_path):
    place = f"{server.url}/demo.lathe"
    with pytest.raises(lathe.LatheError, match="not trusted.*authorities"):
        lathe.connect(place, token=TOKEN)
    other = Authority(tmp_path, "another")
    with pytest.raises(lathe.LatheError, match="not trusted"):
        lathe.connect(place, token=TOKEN, authorities=other.certificate)
    # The certificate is for the address, and for localhost, and for nothing else.
    named = place.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(lathe.LatheError, match="not trusted|does not answer"):
        lathe.connect(named, token=TOKEN, authorities=authority.certificate)
    with pytest.raises(lathe.ConfigurationError, match="authorities"):
        lathe.connect(place, token=TOKEN, authorities=tmp_path / "none.pem")


def test_a_wrong_token_is_refused(server, authority):
    for token in ("wrong", TOKEN[:-1], ""):
        with pytest.raises(lathe.LatheError, match="token"):
            lathe.connect(
                f"{server.url}/demo.lathe",
                token=token,
                authorities=authority.certificate,
            )


def test_old_versions_of_tls_are_refused(server, authority):
    context = ssl.create_default_context(cafile=authority.certificate)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    import socket

    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize(
    ("certificate", "key"),
    [
        ("server.pem", "another.key"),
        ("server.pem", "nothing"),
        ("empty", "server.key"),
        ("server.key", "server.key"),
        ("server.pem", "server.pem"),
        ("server.pem", "missing"),
    ],
)
def test_what_does_not_fit_ends_the_start(authority, folder, tmp_path, certificate, key):
    authority.sign("server", "IP:127.0.0.1")
    authority.sign("another", "IP:127.0.0.1")
    (authority.folder / "empty").write_text("")
    (authority.folder / "nothing").write_text("no key\n")
    command = [daemon(), "--root", folder, "--port", "0"]
    command += ["--tls-certificate", authority.folder / certificate]
    command += ["--tls-key", authority.folder / key]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "tls" in ended.stderr and certificate in ended.stderr and "PEM" in ended.stderr
    assert ended.stdout == ""
