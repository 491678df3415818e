"""``tidemark news``: the headlines that the engine heard."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workstation.cli.exit_codes import DONE

if TYPE_CHECKING:
    from workstation.domain.headline import Headline


def show_news(asked: argparse.Namespace) -> int:
    """Print the newest headlines, newest first; of one coin where it is named."""
    from workstation.storage.headline_store import HeadlineStore, headlines_db
    from workstation.storage.paths import Paths

    coin = asked.coin.upper() if asked.coin else None
    with HeadlineStore(headlines_db(Paths.of_user()), read_only=True) as store:
        headlines = store.newest(asked.limit, coin)
    if asked.json:
        print(json.dumps([asdict(headline) for headline in headlines], indent=1))
    elif headlines:
        print("\n".join(map(_lines, headlines)))
    else:
        about = f" about {coin}" if coin else ""
        print(f"No headline{about} was heard yet; the engine reads the news feeds while it runs.")
    return DONE


def _lines(headline: "Headline") -> str:
    from workstation.ui.words.foreign_text import one_line

    heard = datetime.fromtimestamp(headline.seen_ms / 1000, UTC)
    coins = " ".join(headline.coins) or "-"
    where = one_line(headline.link or headline.source, 200)
    title = one_line(headline.title, 300)
    return f"{heard:%Y-%m-%d %H:%M} UTC  {headline.tone:+.2f}  {coins}  {title}\n    {where}"
