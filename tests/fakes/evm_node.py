"""EVM nodes to read from: a real one (anvil), and a made-up chain that can be rewritten and can misbehave."""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from web3 import AsyncHTTPProvider, AsyncWeb3

from tests.fakes.patience import PATIENCE_S
from workstation.feeds.whales.node import TRANSFER_TOPIC

ANVIL = "1.7.1"
_TOKEN = json.loads((Path(__file__).parent / "evm_token.json").read_text())  # an ERC-20 of our own, compiled
_INSTALL_S = 20


def anvil_program() -> Path:
    """Return the node's program, installed by npm once for all sessions; or skip and say why."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm, to install a real EVM node (anvil)")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidemark-tests"
    folder = cache / f"anvil-{ANVIL}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        pytest.skip(f"needs a folder to install a real EVM node in: {error}")
    with (cache / "anvil.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _programs(folder):
            _install(folder)
    programs = _programs(folder)
    if not programs:
        pytest.skip("npm has no anvil for this computer")
    return programs[0]


def _programs(folder: Path) -> list[Path]:
    return sorted(folder.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))


def _install(folder: Path) -> None:
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    words = ["npm", "install", "--no-audit", "--no-fund", "--no-progress", "--ignore-scripts"]
    words += ["--fetch-retries=0", "--prefix", str(half), f"@foundry-rs/anvil@{ANVIL}"]
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=_INSTALL_S)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm could not install a real EVM node: {type(error).__name__}")
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)


class Anvil:
    """A real EVM node on this computer, whose blocks are made when told, at the times that are told."""

    def __init__(self, program: Path, folder: Path, begin_s: int) -> None:
        self._program = program
        self._state = folder / "state.json"
        self._folder = folder
        self._begin_s = begin_s
        self._process: subprocess.Popen | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, with the chain of last time if there was one."""
        words = [
            self._program,
            "--port",
            self.port,
            "--silent",
            "--accounts",
            6,
            "--timestamp",
            self._begin_s,
        ]
        words += ["--state", self._state, "--cache-path", self._folder, "--preserve-historical-states"]
        env = os.environ | {"HOME": str(self._folder), "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1"}
        self._process = await asyncio.to_thread(
            subprocess.Popen, list(map(str, words)), stdout=subprocess.DEVNULL, env=env
        )
        self.web3 = AsyncWeb3(AsyncHTTPProvider(self.url, exception_retry_configuration=None))
        async with asyncio.timeout(PATIENCE_S):
            while not await self.web3.is_connected():  # noqa: ASYNC110  it lives in another process
                await asyncio.sleep(0.02)
        self.accounts = await self.web3.eth.accounts

    async def stop(self) -> None:
        """End it; its chain is kept."""
        if self._process is not None:
            await self.web3.provider.disconnect()
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, 10)
            self._process = None

    async def ask(self, method: str, *parameters):
        answer = await self.web3.provider.make_request(method, list(parameters))
        assert "error" not in answer, answer
        return answer["result"]

    async def deploy(self, symbol: str, decimals: int) -> str:
        """Deploy a token; its whole supply belongs to the first account."""
        factory = self.web3.eth.contract(abi=_TOKEN["abi"], bytecode=_TOKEN["bytecode"])
        made = factory.constructor(symbol, symbol, decimals, 10**30)
        receipt = await self.web3.eth.wait_for_transaction_receipt(
            await made.transact({"from": self.accounts[0]}), poll_latency=0.01
        )
        return receipt["contractAddress"]

    async def send(self, token: str | None, sender: int, receiver: int, units: int, at_s: int) -> None:
        """Have a transfer mined in a block of its own at a time; a token of None is the chain's own coin."""
        await self.ask("evm_setNextBlockTimestamp", at_s)
        who = {"from": self.accounts[sender], "gas": 200_000}
        if token is None:
            call = self.web3.eth.send_transaction(who | {"to": self.accounts[receiver], "value": units})
        else:
            contract = self.web3.eth.contract(token, abi=_TOKEN["abi"])
            call = contract.functions.transfer(self.accounts[receiver], units).transact(who)
        await self.web3.eth.wait_for_transaction_receipt(await call, poll_latency=0.01)

    async def mine(self, at_s: int) -> None:
        """Have an empty block mined at a time."""
        await self.ask("evm_mine", at_s)


class ChainServer:
    """A made-up chain behind JSON-RPC. Its blocks are plain data; its faults are plain attributes."""

    def __init__(self, chain_id: int = 1) -> None:
        self.chain_id = chain_id
        self.blocks: list[dict] = []
        self.syncing: object = False
        self.failed: set[str] = set()  # hashes of transactions that failed
        self.most_logs = 10**9  # more than that are refused
        self.misbehave: Callable[[web.Request, str], object] | None = None  # may return an answer of its own
        self.before_logs: Callable[[], None] | None = None
        self.asked: list[str] = []
        self._salt = 0

    # The chain

    def mine(self, at_s: int, *moves: tuple[str, str, str, int]) -> None:
        """Put a block on top: (token or "native", sender, receiver, units) each."""
        self._salt += 1
        number = len(self.blocks)
        name = "0x" + hashlib.sha256(f"{number} {self._salt}".encode()).hexdigest()
        parent = self.blocks[-1]["hash"] if self.blocks else "0x" + "0" * 64
        block = {"number": hex(number), "hash": name, "parentHash": parent, "timestamp": hex(at_s)}
        block |= {"transactions": [], "logs": [], "moves": moves}
        for i, (token, sender, receiver, units) in enumerate(moves):
            tx = "0x" + hashlib.sha256(f"{name} {i}".encode()).hexdigest()
            native = token == "native"
            told = {"hash": tx, "from": sender, "to": receiver if native else token}
            block["transactions"].append(told | {"value": hex(units if native else 0)})
            if not native:
                topics = [TRANSFER_TOPIC, *("0x" + who[2:].rjust(64, "0") for who in (sender, receiver))]
                entry = {"address": token, "topics": topics, "data": f"0x{units:064x}", "logIndex": hex(i)}
                entry |= {"blockNumber": hex(number), "blockHash": name, "transactionHash": tx}
                block["logs"].append(entry)
        self.blocks.append(block)

    def cut(self, n: int) -> None:
        """Take the newest n blocks away."""
        del self.blocks[len(self.blocks) - n :]

    # JSON-RPC

    async def __aenter__(self) -> "ChainServer":
        app = web.Application()
        app.router.add_post("/{key:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v3/secret-key"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        method, parameters = asked["method"], asked["params"]
        self.asked.append(method)
        if self.misbehave is not None:
            answer = self.misbehave(request, method)
            answer = await answer if asyncio.iscoroutine(answer) else answer
            if answer is not None:
                return answer
        told = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            told["result"] = getattr(self, "_" + method.removeprefix("eth_"))(*parameters)
        except LookupError as error:
            told["error"] = {"code": -32005, "message": str(error.args[0])}
        return web.json_response(told)

    def _chainId(self) -> str:
        return hex(self.chain_id)

    def _syncing(self) -> object:
        return self.syncing

    def _getBlockByNumber(self, which: str, whole: bool) -> dict | None:
        number = len(self.blocks) - 1 if which == "latest" else int(which, 16)
        if not 0 <= number < len(self.blocks):
            return None
        block = self.blocks[number]
        return {k: v for k, v in block.items() if k not in ("logs", "moves")}

    def _getLogs(self, wanted: dict) -> list[dict]:
        if self.before_logs is not None:
            self.before_logs()
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        topics = [[t] if isinstance(t, str) else t for t in wanted["topics"]]
        found = [
            entry
            for block in self.blocks[first : last + 1]
            for entry in block["logs"]
            if entry["address"] in wanted["address"]
            and all(w is None or t in w for w, t in zip(topics, entry["topics"], strict=False))
        ]
        if len(found) > self.most_logs:
            raise LookupError(f"query returned more than {self.most_logs} results")
        return found

    def _getTransactionReceipt(self, name: str) -> dict | None:
        for block in self.blocks:
            if any(told["hash"] == name for told in block["transactions"]):
                return {"blockHash": block["hash"], "status": "0x0" if name in self.failed else "0x1"}
        return None
