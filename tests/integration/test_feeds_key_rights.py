"""The real ccxt of each venue signs, asks on loopback and reads replies in the form of the venue's documents.

Every request's signature is checked as the venue says it is made, so that what passes here was really signed.
"""

import base64
import copy
import hashlib
import hmac
import time
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.fakes.provider_server import ProviderServer
from workstation.domain.errors import UsageError, VenueError
from workstation.domain.venue_key import KeyRights, VenueCredentials
from workstation.feeds.venue_key_check import ask_rights, key_venues
from workstation.feeds.venues import open_live
from workstation.services.clock import SystemClock

KEY, SECRET, PASSWORD = "the-public-key", "the-very-secret", "the-password"
READS, TRADES, ALL = KeyRights(True, False, False), KeyRights(True, True, False), KeyRights(True, True, True)


def digest(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256)


def in_base64(secret, text):
    return base64.b64encode(digest(secret, text).digest()).decode()


def now_ms():
    return round(time.time() * 1000)  # noqa: TID251  a venue has a clock of its own


def okx(perm):
    """OKX: GET /api/v5/account/config, `perm` as words with commas between them."""
    account = {
        "acctLv": "2", "acctStpMode": "cancel_maker", "autoLoan": False, "ctIsoMode": "automatic",
        "enableSpotBorrow": False, "greeksType": "PA", "feeType": "0", "ip": "", "type": "0", "kycLv": "3",
        "label": "v5 test", "level": "Lv1", "levelTmp": "", "liquidationGear": "-1",
        "mainUid": "44705892343619584", "mgnIsoMode": "automatic", "opAuth": "1", "perm": perm,
        "posMode": "long_short_mode", "roleType": "0", "spotBorrowAutoRepay": False, "spotOffsetType": "",
        "spotRoleType": "0", "spotTraderInsts": [], "traderInsts": [], "uid": "44705892343619584",
        "settleCcy": "USDC", "settleCcyList": ["USD", "USDC", "USDG"],
    }  # fmt: skip

    def reply(request):
        told, text = request.headers, f"{request.headers.get('OK-ACCESS-TIMESTAMP')}GET{request.path_qs}"
        if told.get("OK-ACCESS-KEY") != KEY:
            return {"msg": "Invalid OK-ACCESS-KEY", "code": "50111"}
        if (told["OK-ACCESS-SIGN"], told["OK-ACCESS-PASSPHRASE"]) != (in_base64(SECRET, text), PASSWORD):
            return {"msg": "Invalid Sign", "code": "50113"}
        return {"code": "0", "data": [account], "msg": ""}

    clock = {"code": "0", "msg": "", "data": [{"ts": str(now_ms())}]}
    return {"/api/v5/public/time": clock, "/api/v5/account/config": reply}


def kucoin(permission):
    """KuCoin: GET /api/v1/user/api-key, `permission` as words with commas between them."""
    about = {
        "remark": "account1", "apiKey": KEY, "apiVersion": 3, "permission": permission,
        "createdAt": 1728443843000, "ipWhitelist": "203.**.154,103.**.34", "uid": 165111215, "isMaster": True,
    }  # fmt: skip

    def reply(request):
        told, text = request.headers, f"{request.headers.get('KC-API-TIMESTAMP')}GET{request.path_qs}"
        if told.get("KC-API-KEY") != KEY:
            return {"code": "400003", "msg": "KC-API-KEY not exists"}
        if told["KC-API-PASSPHRASE"] != in_base64(SECRET, PASSWORD):
            return {"code": "400004", "msg": "Invalid KC-API-PASSPHRASE"}
        if told["KC-API-SIGN"] != in_base64(SECRET, text):
            return {"code": "400005", "msg": "Invalid KC-API-SIGN"}
        return {"code": "200000", "data": about}

    return {"/api/v1/timestamp": {"code": "200000", "data": now_ms()}, "/api/v1/user/api-key": reply}


def bybit(read_only, public_key=None, **permissions):
    """Bybit: GET /v5/user/query-api, words for each kind of right, and whether the key only reads."""
    kinds = "ContractTrade Spot Wallet Options Derivatives CopyTrading BlockTrade Exchange NFT Affiliate Earn"
    nothing = {kind: [] for kind in kinds.split()}
    about = {
        "id": "13770661", "note": "an api key", "apiKey": KEY, "readOnly": read_only, "secret": "",
        "permissions": nothing | permissions, "ips": ["*"], "type": 1, "deadlineDay": 83,
        "expiredAt": "2023-05-15T03:21:05Z", "createdAt": "2022-10-16T02:24:40Z", "unified": 0, "uta": 0,
        "userID": 24617703, "inviterID": 0, "vipLevel": "No VIP", "mktMakerLevel": "0", "affiliateID": 0,
        "rsaPublicKey": "", "isMaster": True, "parentUid": "0", "kycLevel": "LEVEL_DEFAULT", "kycRegion": "",
    }  # fmt: skip

    def reply(request):
        told = request.headers
        if told.get("X-BAPI-API-KEY") != KEY:
            return {"retCode": 10003, "retMsg": "API key is invalid.", "result": {}, "time": now_ms()}
        text = f"{told['X-BAPI-TIMESTAMP']}{KEY}{told['X-BAPI-RECV-WINDOW']}{request.query_string}"
        if public_key is not None:
            sign = base64.b64decode(told["X-BAPI-SIGN"])
            public_key.verify(sign, text.encode(), padding.PKCS1v15(), SHA256())
        elif told["X-BAPI-SIGN"] != digest(SECRET, text).hexdigest():
            return {"retCode": 10004, "retMsg": "Error sign, please check", "result": {}, "time": now_ms()}
        return {"retCode": 0, "retMsg": "", "result": about, "retExtInfo": {}, "time": now_ms()}

    now = {"timeSecond": str(now_ms() // 1000), "timeNano": str(now_ms() * 1_000_000)}
    clock = {"retCode": 0, "retMsg": "OK", "result": now, "retExtInfo": {}, "time": now_ms()}
    return {"/v5/market/time": clock, "/v5/user/query-api": reply}


def binance(public_key, **rights):
    """Binance: GET /sapi/v1/account/apiRestrictions, a flag for each right, signed with an Ed25519 key."""
    about = {
        "ipRestrict": False,
        "createTime": 1698645219000,
        "enableReading": True,
        "enableWithdrawals": False,
    }

    def signed(reply):
        def check(request):
            text, _, sign = request.query_string.partition("&signature=")
            public_key.verify(base64.b64decode(request.query["signature"]), text.encode())
            assert sign
            return reply

        return check

    return {
        "/api/v3/time": {"serverTime": now_ms()},
        "/sapi/v1/account/apiRestrictions": signed(about | rights),
        "/api/v3/account": signed({"canTrade": True, "balances": []}),
    }


def kraken(*words):
    """Kraken: POST /0/private/GetApiKeyInfo, rights as a list of words; the secret is in base64."""
    about = {
        "apiKeyName": "desk", "apiKey": KEY, "nonceWindow": "0", "permissions": list(words), "iban": "AA12",
        "validUntil": "0", "createdTime": "1728443843", "modifiedTime": "1728443843", "ipAllowlist": [],
    }  # fmt: skip

    def signed(reply):
        async def check(request):
            body = await request.post()
            text = urlencode(dict(body))
            hashed = hashlib.sha256((body["nonce"] + text).encode()).digest()
            mac = hmac.new(SECRET.encode(), request.path.encode() + hashed, hashlib.sha512).digest()
            if request.headers.get("API-Key") != KEY:
                return {"error": ["EAPI:Invalid key"]}
            if request.headers["API-Sign"] != base64.b64encode(mac).decode():
                return {"error": ["EAPI:Invalid signature"]}
            return reply

        return check

    known = {"error": [], "result": about} if words else {"error": ["EGeneral:Unknown method"]}
    return {
        "/0/public/Time": {"error": [], "result": {"unixtime": now_ms() // 1000}},
        "/0/private/GetApiKeyInfo": signed(known),
        "/0/private/Balance": signed({"error": [], "result": {"ZUSD": "1.0"}}),
    }


def gate(*perms, others=()):
    """Gate: GET /account/main_keys, every key of the account by its beginning; what may only be read."""

    def key(name, rights):
        return {"state": 1, "name": "desk", "key": name, "perms": rights, "ip_whitelist": [], "user_id": 1}

    ours = key(KEY[:12] + "*****", [{"name": name, "read_only": is_read} for name, is_read in perms])
    theirs = [key(name, [{"name": "withdraw", "read_only": False}]) for name in others]
    keys = [*theirs, ours] if perms else {"label": "FORBIDDEN", "message": "no right to see the account"}

    def signed(reply):
        def check(request):
            told, nothing = request.headers, hashlib.sha512(b"").hexdigest()
            text = f"GET\n{request.path}\n{request.query_string}\n{nothing}\n{told['Timestamp']}"
            assert told["SIGN"] == hmac.new(SECRET.encode(), text.encode(), hashlib.sha512).hexdigest()
            return reply if told["KEY"] == KEY else {"label": "INVALID_KEY", "message": "Invalid key"}

        return check

    return {
        "/api/v4/spot/time": {"server_time": now_ms()},
        "/api/v4/spot/accounts": signed([]),
        "/api/v4/account/main_keys": signed(keys),
    }


def bitget(*words, is_unified=False):
    """Bitget: GET /api/v2/spot/account/info, rights as a list of words; none of a unified account."""
    about = {"userId": "1", "inviterId": "2", "ips": "", "authorities": list(words), "parentId": 0}
    classic = {"code": "00000", "msg": "success", "data": about}
    if is_unified:
        classic = {"code": "40085", "msg": "You are in Unified Account mode", "data": None}
    settings = {"code": "00000", "msg": "success", "data": {"assetMode": "single", "uid": "1"}}
    now = {"code": "00000", "msg": "success", "data": {"serverTime": str(now_ms())}}
    paths = {"/api/v2/spot/account/info": classic, "/api/v3/account/settings": settings}
    return {"/api/v2/public/time": now} | paths


def pointed(value, url):
    """Return addresses with every one of them changed to `url`, their paths as they are."""
    if isinstance(value, dict):
        return {name: pointed(part, url) for name, part in value.items()}
    if not isinstance(value, str):
        return value
    path = value.partition("//")[2].partition("/")[2]
    return f"{url}/{path}" if path else url


async def rights(venue, replies, credentials):
    opened = open_live(venue, SystemClock())
    async with ProviderServer() as server:
        server.right = replies
        opened.exchange.urls = pointed(copy.deepcopy(opened.exchange.urls), server.url)
        opened.exchange.aiohttp_trust_env = opened.exchange.enableRateLimit = False
        return await ask_rights(opened, credentials)


@pytest.mark.parametrize(
    ("venue", "replies", "meant"),
    [
        ("okx", okx("read_only"), READS),
        ("okx", okx("read_only,withdraw,trade"), ALL),
        ("okx", okx(""), KeyRights()),
        ("kucoin", kucoin("General,Futures,Spot,Earn,InnerTransfer,Margin"), TRADES),
        ("kucoin", kucoin("General,Futures,Spot,Earn,InnerTransfer,Transfer,Margin"), ALL),
        ("kucoin", kucoin("General, Spot, Withdrawal"), ALL),
        ("bybit", bybit(1, Spot=["SpotTrade"], Wallet=["AccountTransfer", "Withdraw"]), READS),
        ("bybit", bybit(0, ContractTrade=["Order", "Position"], Wallet=["AccountTransfer"]), TRADES),
        ("bybit", bybit(0, Spot=["SpotTrade"], Wallet=["AccountTransfer", "Withdraw"]), ALL),
        ("kraken", kraken("query-funds", "query-open-trades"), READS),
        ("kraken", kraken("query-funds", "modify-trades", "add-withdraw-address"), TRADES),
        ("kraken", kraken("query-funds", "modify-trades", "withdraw-funds"), ALL),
        ("kraken", kraken(), KeyRights(read=True)),
        ("gate", gate(("account", True), ("spot", True)), KeyRights(True, False)),
        (
            "gate",
            gate(("spot", False), ("wallet", False), others=["another-key*****"]),
            KeyRights(True, True),
        ),
        ("gate", gate(("spot", False), ("withdraw", False)), ALL),
        ("gate", gate(("spot", True), others=[KEY[:4] + "*****"]), KeyRights(read=True)),
        ("bitget", bitget("readonly"), KeyRights(read=True)),
        ("bitget", bitget("trade", "readonly"), KeyRights(True, True)),
        ("bitget", bitget("trade", "withdraw", "readonly"), ALL),
        ("bitget", bitget(is_unified=True), KeyRights(read=True)),
    ],
)
async def test_rights_are_read_as_each_venue_writes_them(venue, replies, meant):
    secret = base64.b64encode(SECRET.encode()).decode() if venue == "kraken" else SECRET
    assert await rights(venue, replies, VenueCredentials(KEY, secret, PASSWORD)) == meant


@pytest.mark.parametrize(
    ("venue", "replies", "wrong"),
    [
        ("okx", okx("trade"), "secret"),
        ("kucoin", kucoin("General"), "password"),
        ("kucoin", kucoin("General"), "key"),
        ("bybit", bybit(0), "key"),
        ("kraken", kraken("query-funds"), "key"),
        ("gate", gate(("spot", True)), "key"),
    ],
)
async def test_a_key_that_a_venue_refuses_is_said_without_its_words(venue, replies, wrong):
    secret = base64.b64encode(SECRET.encode()).decode() if venue == "kraken" else SECRET
    parts = {"key": KEY, "secret": secret, "password": PASSWORD} | {wrong: "something-else"}
    with pytest.raises(VenueError, match="does not accept this key") as told:
        await rights(venue, replies, VenueCredentials(**parts))
    assert not any(part in str(told.value) for part in parts.values())


def pem(key, form=PrivateFormat.PKCS8):
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode().strip()


async def test_a_private_rsa_key_signs_for_bybit_however_it_was_exported():
    key = rsa.generate_private_key(65_537, 1_024)  # short: it guards nothing
    replies = bybit(0, key.public_key(), Spot=["SpotTrade"])
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        assert await rights("bybit", replies, VenueCredentials(KEY, pem(key, form))) == TRADES


async def test_a_private_ed25519_key_signs_for_binance():
    key = ed25519.Ed25519PrivateKey.generate()
    replies = binance(key.public_key(), enableSpotAndMarginTrading=True, enableWithdrawals=True)
    assert await rights("binance", replies, VenueCredentials(KEY, pem(key))) == ALL


@pytest.mark.parametrize(
    ("venue", "secret", "why"),
    [
        (
            "bybit",
            pem(ed25519.Ed25519PrivateKey.generate()),
            "Bybit takes RSA keys; this one is of another kind",
        ),
        ("binance", pem(ec.generate_private_key(ec.SECP256R1())), "Binance takes Ed25519 and RSA keys"),
        ("okx", pem(ed25519.Ed25519PrivateKey.generate()), "OKX takes no private keys"),
        (
            "binance",
            "-----BEGIN PRIVATE KEY-----\nQQ==\n-----END PRIVATE KEY-----",
            "cannot be read; export it anew",
        ),
    ],
)
async def test_a_private_key_that_a_venue_cannot_take_is_refused_before_it_is_asked(venue, secret, why):
    with pytest.raises(UsageError, match=why) as told:
        await rights(venue, {}, VenueCredentials(KEY, secret, PASSWORD))
    assert told.value.__cause__ is None


async def test_a_right_that_is_not_told_is_not_known():
    key = ed25519.Ed25519PrivateKey.generate()
    replies = binance(key.public_key(), enableReading=None, enableWithdrawals=None)
    assert await rights("binance", replies, VenueCredentials(KEY, pem(key))) == KeyRights()


async def test_a_venue_that_tells_no_rights_proves_by_its_answer_that_the_key_reads():
    replies = gate()
    assert await rights("gate", replies, VenueCredentials(KEY, SECRET)) == KeyRights(read=True)


async def test_what_is_no_reply_of_a_venue_is_said_and_grants_nothing():
    replies = bybit(0) | {"/v5/user/query-api": {"retCode": 0, "result": {"readOnly": 0}}}
    with pytest.raises(VenueError, match="answered with something else"):
        await rights("bybit", replies, VenueCredentials(KEY, SECRET))


async def test_a_secret_that_is_none_of_the_venues_is_said_to_be_that():
    with pytest.raises(VenueError, match="no secret of Kraken's"):
        await rights("kraken", kraken("query-funds"), VenueCredentials(KEY, "abcde", PASSWORD))


def test_a_venue_that_does_not_say_who_can_withdraw_leaves_that_to_the_trader():
    assert {venue.name for venue in key_venues() if not venue.tells_rights} == {"gate", "bitget"}


def test_private_keys_are_offered_where_the_venue_takes_them():
    assert {venue.name for venue in key_venues() if venue.takes_pem} == {"binance", "bybit"}
