"""The web client against a real server that answers right, wrong, too much, too slowly or not at all."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import time

import pytest
from aiohttp import web as aiohttp_web

from tests.fakes.patience import PROMPT_S
from tests.fakes.provider_server import FAULTS, MB, ProviderServer
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.feeds.web import FetchRules, Web

HERE = FetchRules(loopback_is_allowed=True)
SHORT = FetchRules(loopback_is_allowed=True, timeout_s=0.3)

BUSY = {
    "429 for 30 s": 30.0,
    "429 until a date": 30.0,
    "429 for garbage": 60.0,
    "429 for ever": 3 * 86_400.0,
    "429 without a word": 60.0,
    "418": 300.0,
    "503 for 30 s": 30.0,
}
UNREACHABLE = {"500", "503", "hangs up", "cut in the body", "half a gzip", "not a gzip"}
SLOW = {"never speaks", "one byte after the other"}
DATA = {  # well-formed; whoever asked for figures finds them missing
    "null",
    "an empty list",
    "an empty object",
    "other types",
    "true everywhere",
    "missing fields",
    "negative numbers",
}


class Stopwatch:
    def __init__(self):
        self.s = 1_000.0

    def __call__(self):
        return self.s


@pytest.fixture
async def server():
    async with ProviderServer() as running:
        running.answers("/data", {"data": [{"value": "40"}]})
        running.answers("/elsewhere", {"data": "elsewhere"})
        yield running


@pytest.fixture
def stopwatch():
    return Stopwatch()


@pytest.fixture
async def web(stopwatch):
    client = Web("Tidemark/test", gap_s=0.0, monotonic=stopwatch)
    yield client
    await client.close()


async def test_the_right_answer_comes_with_who_asks_in_what_form(server, web):
    found = await web.get_json(
        server.url + "/data", params={"limit": "0", "coin": "a b"}, headers={"X-Key": "k"}, rules=HERE
    )
    assert found == {"data": [{"value": "40"}]}
    request = server.asked[0]
    assert request.query == {"limit": "0", "coin": "a b"}
    assert request.headers["User-Agent"] == "Tidemark/test"
    assert request.headers["Accept-Encoding"] == "gzip"
    assert request.headers["X-Key"] == "k"
    assert await web.get(server.url + "/data", rules=HERE) == b'{"data": [{"value": "40"}]}'


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in DATA])
async def test_every_fault_is_a_typed_error_in_time_and_the_next_request_works(server, web, stopwatch, fault):
    server.misbehaves(fault)
    rules = SHORT if fault in SLOW else HERE
    began = time.monotonic()
    with pytest.raises(ProviderError) as told:
        await web.get_json(server.url + "/data", params={"key": "secret"}, rules=rules)
    assert time.monotonic() - began < PROMPT_S
    expected = (
        ProviderBusy
        if fault in BUSY
        else ProviderUnreachable
        if fault in UNREACHABLE | SLOW
        else ProviderError
    )
    assert type(told.value) is expected
    assert "secret" not in str(told.value)
    assert str(told.value).endswith(".")

    server.misbehaves(None)
    stopwatch.s += 4 * 86_400
    assert await web.get_json(server.url + "/data", rules=HERE) == {"data": [{"value": "40"}]}


@pytest.mark.parametrize(("fault", "wait_s"), BUSY.items(), ids=BUSY)
async def test_nothing_is_sent_while_a_host_wants_silence(server, web, stopwatch, fault, wait_s):
    server.misbehaves(fault)
    with pytest.raises(ProviderBusy) as told:
        await web.get_json(server.url + "/data", rules=HERE)
    assert told.value.retry_after_s == wait_s
    server.misbehaves(None)
    stopwatch.s += wait_s - 1
    with pytest.raises(ProviderBusy, match="1 s are left"):
        await web.get_json(server.url + "/elsewhere", rules=HERE)
    assert len(server.asked) == 1
    stopwatch.s += 1
    assert await web.get_json(server.url + "/elsewhere", rules=HERE) == {"data": "elsewhere"}


async def test_a_body_of_50_mb_is_cut_off_long_before_its_end(server, web):
    server.misbehaves("50 MB")
    with pytest.raises(ProviderError, match="more than 1,000,000 bytes"):
        await web.get(
            server.url + "/data", rules=FetchRules(loopback_is_allowed=True, most_bytes=MB, timeout_s=5.0)
        )
    assert server.n_sent < 20 * MB


async def test_a_body_may_be_as_long_as_the_rules_say_and_not_a_byte_longer(server, web):
    length = len(b'{"data": "elsewhere"}')
    for most in (length, length - 1):
        fits = most == length
        rules = FetchRules(loopback_is_allowed=True, most_bytes=most)
        if fits:
            assert len(await web.get(server.url + "/elsewhere", rules=rules)) == length
        else:
            with pytest.raises(ProviderError, match="more than"):
                await web.get(server.url + "/elsewhere", rules=rules)


async def test_a_server_on_this_computer_is_asked_only_where_the_rules_allow_it(server, web):
    with pytest.raises(ProviderError, match="only encrypted pages"):
        await web.get(server.url + "/data")
    for host in ("127.0.0.1", "localhost", "[::1]"):
        with pytest.raises(ProviderError, match="not a public address"):
            await web.get(f"https://{host}:1/data")
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://169.254.169.254/",
        "https://[fd00:ec2::254]/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
async def test_the_local_network_is_never_asked(web, url):
    for rules in (FetchRules(), HERE):
        with pytest.raises(ProviderError, match="not a public address"):
            await web.get(url, rules=rules)


@pytest.mark.parametrize(
    "url",
    ["", "data", "//host/x", "ftp://host/", "file:///etc/passwd", "http://public.example/", "https://u:p@x/"],
)
async def test_what_is_not_a_safe_address_is_not_asked(web, url):
    with pytest.raises(ProviderError):
        await web.get(url, rules=HERE)


async def test_a_name_that_was_public_and_now_leads_here_is_refused_at_the_socket(server, web, monkeypatch):
    port = int(server.url.rpartition(":")[2])
    lookups = []

    def answers(host, *_, **__):
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(ProviderError, match=r"news\.example is not asked: it lies at 127\.0\.0\.1"):
        await web.get(f"https://news.example:{port}/data")
    assert lookups == ["news.example"]
    assert server.asked == []


async def test_a_name_that_nobody_knows_is_said_to_be_unknown(web, monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(ProviderUnreachable, match=r"news\.example could not be found"):
        await web.get("https://news.example/")


async def test_a_server_that_is_not_there_cannot_be_reached(web):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ProviderUnreachable, match="cannot be reached"):
        await web.get(f"http://127.0.0.1:{port}/", rules=HERE)


@pytest.mark.parametrize("n_hops", [1, 3, 4])
async def test_three_redirects_are_followed_and_not_four(server, web, monkeypatch, n_hops):
    async def hop(server, request, right):
        n = int(request.query.get("n", "0")) + 1
        where = f"/hop?n={n}" if n < n_hops else "/data"
        if request.path == "/data":
            return aiohttp_web.json_response({"hops": n_hops})
        return aiohttp_web.Response(status=307, headers={"Location": where})

    monkeypatch.setitem(FAULTS, "hops", hop)
    server.misbehaves("hops")
    if n_hops <= 3:
        assert await web.get_json(server.url + "/hop", rules=HERE) == {"hops": n_hops}
    else:
        with pytest.raises(ProviderError, match="from one address to the next"):
            await web.get_json(server.url + "/hop", rules=HERE)
        assert len(server.asked) == 4


async def test_headers_stay_with_the_host_that_they_were_meant_for(server, web, monkeypatch):
    async with ProviderServer() as other:
        other.answers("/data", {"from": "other"})

        async def away(*_):
            return aiohttp_web.Response(status=301, headers={"Location": other.url + "/data"})

        monkeypatch.setitem(FAULTS, "away", away)
        server.misbehaves("away")
        found = await web.get_json(
            server.url + "/x", params={"key": "secret"}, headers={"X-Key": "k"}, rules=HERE
        )
        assert found == {"from": "other"}
        assert server.asked[0].headers["X-Key"] == "k"
        assert "X-Key" not in other.asked[0].headers
        assert "secret" not in other.asked[0].path_qs


async def test_the_time_limit_holds_for_a_request_and_its_redirects_together(server, web, monkeypatch):
    async def slow_hop(*_):
        await asyncio.sleep(0.15)
        return aiohttp_web.Response(status=302, headers={"Location": "/data"})

    monkeypatch.setitem(FAULTS, "slow hop", slow_hop)
    server.misbehaves("slow hop")
    with pytest.raises(ProviderUnreachable, match="in time"):
        await web.get(server.url + "/data", rules=SHORT)
    assert 2 <= len(server.asked) <= 3


async def test_a_request_that_is_called_off_leaves_the_next_one_alone(server, web):
    server.misbehaves("never speaks")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await web.get(server.url + "/data", rules=HERE)
    server.misbehaves(None)
    assert await web.get(server.url + "/elsewhere", rules=HERE) == b'{"data": "elsewhere"}'


async def test_a_closed_client_asks_nobody(server, web):
    await web.get(server.url + "/data", rules=HERE)
    await web.close()
    with pytest.raises(ProviderUnreachable, match="program ends"):
        await web.get(server.url + "/data", rules=HERE)
    assert len(server.asked) == 1


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory):
    """Return a certificate that nobody vouches for, and its key, or skip."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-nodes",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ),
            *("-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


async def test_a_server_that_cannot_prove_who_it_is_is_not_believed(own_certificate, web):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own_certificate)
    asked = []

    async def listen(reader, writer):
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ProviderUnreachable, match="could not prove who it is"):
        await web.get(f"https://localhost:{port}/?key=secret", rules=HERE)
    server.close()
    await server.wait_closed()
    assert b"secret" not in b"".join(asked)
