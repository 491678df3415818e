"""``tidemark labels``: whose a wallet is, shown and changed."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED

if TYPE_CHECKING:
    from workstation.storage.wallet_labels import WalletLabels


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command and its parts to those of the command line."""
    parser = commands.add_parser(
        "labels",
        help="show or change which wallets belong to which exchange",
        description="Large transfers to and from exchanges are told by who owns a wallet. Some dozens of "
        "well-known wallets come with Tidemark; your own labels count before them.",
    )
    parts = parser.add_subparsers(metavar="PART", required=True)
    show = parts.add_parser("list", help="show every label that counts")
    show.add_argument("--json", action="store_true", help="as JSON")
    show.set_defaults(carry_out=list_labels)
    take = parts.add_parser(
        "import",
        help="take the labels of a CSV or Parquet file",
        description="Take the exchanges' wallets of a file with the columns chain, address, name and either "
        "exchange or labels (the words of a block explorer's label cloud, joined by |). A file with a wrong "
        "row is refused whole, with its rows named.",
    )
    take.add_argument("file", metavar="FILE", type=Path)
    take.set_defaults(carry_out=import_labels)
    put = parts.add_parser("set", help="say whose a wallet is")
    put.add_argument("chain", metavar="CHAIN", help="e.g. ethereum, bsc, or a chain's number")
    put.add_argument("address", metavar="ADDRESS", help="0x and 40 hexadecimal digits")
    put.add_argument("exchange", metavar="EXCHANGE", help="e.g. binance")
    put.add_argument("--name", metavar="TEXT", default="", help="how it is shown, e.g. 'Binance 14'")
    put.set_defaults(carry_out=set_label)
    drop = parts.add_parser("remove", help="let a wallet be nobody's, shipped labels included")
    drop.add_argument("chain", metavar="CHAIN")
    drop.add_argument("address", metavar="ADDRESS")
    drop.set_defaults(carry_out=remove_label)


def _labels(*, read_only: bool = False) -> "WalletLabels":
    from workstation.storage.paths import Paths
    from workstation.storage.wallet_labels import WalletLabels

    return WalletLabels.of(Paths.of_user(), read_only)


def list_labels(asked: argparse.Namespace) -> int:
    """Show every label that counts."""
    with _labels(read_only=True) as labels:
        known = labels.all()
    if asked.json:
        print(json.dumps([asdict(one.label) | {"own": one.is_own} for one in known], indent=1))
        return DONE
    for one in known:
        label, whose = one.label, "own" if one.is_own else "shipped"
        print(f"{label.chain:<10} {label.address} {label.exchange:<12} {whose:<8} {_plain(label.name)}")
    return DONE


def _plain(text: str) -> str:
    """Return foreign text that cannot steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def import_labels(asked: argparse.Namespace) -> int:
    """Take the labels of a file."""
    with _labels() as labels:
        done = labels.import_file(asked.file)
    print(f"Labels taken: {done.n_taken:,}. Rows that name no exchange's wallet: {done.n_left_out:,}.")
    return DONE


def set_label(asked: argparse.Namespace) -> int:
    """Say whose a wallet is."""
    from workstation.services.clock import SystemClock
    from workstation.storage.wallet_labels import own_label

    today = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC).date().isoformat()
    label = own_label(asked.chain, asked.address, asked.exchange, asked.name, today)
    with _labels() as labels:
        labels.set(label)
    print(f"{label.address} on {label.chain} belongs to {_plain(label.exchange)}.")
    return DONE


def remove_label(asked: argparse.Namespace) -> int:
    """Let a wallet be nobody's."""
    with _labels() as labels:
        was_known = labels.remove(asked.chain, asked.address)
    if not was_known:
        print(f"tidemark: {_plain(asked.address)} has no label on {_plain(asked.chain)}.", file=sys.stderr)
        return FAILED
    print("Removed.")
    return DONE
