"""Headlines are about the coins they name, and about no other."""

import csv
from pathlib import Path

import pytest

from workstation.domain.errors import ProviderError
from workstation.feeds.sentiment.attribution import Attribution, CoinName, NameRule, read_coin_names

COIN_NAMES = Path(__file__).resolve().parents[2] / "resources" / "coin_names.csv"


@pytest.fixture(scope="module")
def attribution():
    return Attribution(read_coin_names(COIN_NAMES))


ABOUT = [
    # names that are no words, in any case
    ("Bitcoin tops $70,000", "BTC"),
    ("bitcoin rises above $69|000 in new record high", "BTC"),
    ("Solana-based memecoin soars", "SOL"),
    ("chainlink pumps 18% after wall street pilot", "LINK"),
    ("Uniswap's token vote", "UNI"),
    ("Ripple's chief on the court case", "XRP"),
    ("Ether ETFs see inflows", "ETH"),
    ("Miners sold bitcoins in April", "BTC"),
    ("SHIBA INU burns pick up", "SHIB"),
    ("what is ethena finance?", "ENA"),
    # the longest name wins
    ("Bitcoin Cash halving is near", "BCH"),
    ("Bitcoin and Bitcoin Cash part ways", "BCH BTC"),
    ("Ethereum Classic hit by reorg", "ETC"),
    ("Ethereum Name Service proposes a chain", "ENS"),
    ("Wrapped Bitcoin custody changes hands", "WBTC"),
    ("Bitcoin SV delisted", "BSV"),
    ("Terra Luna Classic community votes", "LUNC"),
    ("Ethena USDe reaches a record", "USDE"),
    # the exchange is not the coin
    ("Binance fined in Canada", ""),
    ("Binance delists four pairs as BNB slides", "BNB"),
    ("Binance Coin climbs", "BNB"),
    ("Airbnb reports earnings", ""),
    # symbols that are no words
    ("BTC sinks lower", "BTC"),
    ("Why SOL, XRP and DOGE fell", "DOGE SOL XRP"),
    ("BTC TO THE MOON", "BTC"),
    ("#ETH gas falls", "ETH"),
    ("sol y sombra in Madrid", ""),
    ("ETH Zurich opens a lab", ""),
    ("ADA compliance for websites", ""),
    # cashtags and pairs
    ("$LINK breaks out", "LINK"),
    ("Whales buy $link and $one", "LINK ONE"),
    ("NEAR/USDT listed", "NEAR"),
    ("OP-PERP opens", "OP"),
    ("SANDUSDT margin changes", "SAND"),
    ("$S and $W are listed", "S W"),
    ("US$ONE trillion", ""),
    ("It costs $1 more", ""),
    # LINK
    ("Link to our report", ""),
    ("LINK to our report", ""),
    ("CLICK THE LINK IN OUR BIO", ""),
    ("LINK token unlock ahead", "LINK"),
    ("LINK surges after DTCC pilot", "LINK"),
    ("LinkedIn adds a feature", ""),
    # NEAR
    ("Bitcoin near all-time high", "BTC"),
    ("BITCOIN NEAR ALL-TIME HIGH PRICE", "BTC"),
    ("ETH NEAR PRICE TARGET, ANALYST SAYS", "ETH"),
    ("Near Price Target, Bitcoin Pauses", "BTC"),
    ("NEAR Protocol adds sharding", "NEAR"),
    ("Near Protocol adds sharding", "NEAR"),
    ("NEAR rallies 10%", "NEAR"),
    # ONE and others
    ("Apple one more", ""),
    ("One token to rule them all", ""),
    ("Harmony (ONE) bridge drained", "ONE"),
    ("Harmony in the markets", ""),
    ("Ethereum gas price falls", "ETH"),
    ("GAS token jumps", "GAS"),
    ("Flow of funds turns", ""),
    ("Flow blockchain adds Disney", "FLOW"),
    ("ApeCoin holders vote", "APE"),
    ("Ape into it", ""),
    ("The mask slips", ""),
    ("MASK price doubles", "MASK"),
    ("Internet Computer ships", "ICP"),
    ("ICP licence in Beijing", ""),
    ("OP Mainnet upgrade", "OP"),
    ("Optimism returns to Wall Street", ""),
    ("Optimism network fees fall", "OP"),
    ("DOT fines an airline", ""),
    ("Polkadot's JAM", "DOT"),
    ("UK regulatory sandbox opens", ""),
    ("The Sandbox price rises", "SAND"),
    ("Magic of compounding", ""),
    ("PEOPLE jumps on election bets", "PEOPLE"),
    ("People jump on election bets", ""),
    ("Just in: rates cut", ""),
    ("The sun sets on coal", ""),
    ("HOT stocks to watch", ""),
    ("How to WIN at poker", ""),
    ("Avalanche kills three skiers", ""),
    ("Avalanche network halts", "AVAX"),
    ("Avalanche (AVAX) upgrade", "AVAX"),
    ("AVAX falls", "AVAX"),
    ("Stellar results from Nvidia", ""),
    ("Stellar Development Foundation grants", "XLM"),
    ("Cosmos ecosystem grows", "ATOM"),
    ("Price analysis: BTC, ETH, LINK and NEAR", "BTC ETH LINK NEAR"),
    ("ONE, TWO and LINK", ""),
    ("U.S. crypto rules", ""),
    ("W. price of Wheat", ""),
    ("Not one iota of doubt", ""),
    ("The ripple effect of rate cuts", ""),
    ("At the end of their tether", ""),
    ("Trump rallies supporters", ""),
    ("", ""),
]


@pytest.mark.parametrize(("headline", "coins"), ABOUT, ids=[headline or "empty" for headline, _ in ABOUT])
def test_a_headline_is_about_the_coins_it_names(attribution, headline, coins):
    assert " ".join(attribution.coins_of(headline)) == coins


def test_every_coin_is_found_by_its_cashtag_and_by_its_symbol_beside_its_name(attribution):
    for coin in read_coin_names(COIN_NAMES):
        assert attribution.coins_of(f"${coin.symbol} moves") == (coin.symbol,)
        if len(coin.symbol) > 1:
            assert coin.symbol in attribution.coins_of(f"{coin.name} ({coin.symbol}) moves on")


def test_the_list_names_more_than_150_coins_once():
    symbols = [coin.symbol for coin in read_coin_names(COIN_NAMES)]
    assert len(symbols) == len(set(symbols)) > 150
    assert all(symbol == symbol.upper() for symbol in symbols)


def test_no_name_belongs_to_two_coins():
    names = [
        name.casefold()
        for coin in read_coin_names(COIN_NAMES)
        for name in {n.casefold() for n in (coin.name, *coin.aliases)}
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("word", ["link", "near", "one", "gas", "flow", "sun", "just", "people", "Polygon"])
def test_a_word_of_everyday_is_guarded(word):
    by_word = {c.symbol.casefold(): c.rule.guards_symbol for c in read_coin_names(COIN_NAMES)}
    by_word |= {c.name.casefold(): c.rule.guards_name for c in read_coin_names(COIN_NAMES) if c.name == word}
    assert by_word.get(word.casefold(), True)


def test_without_coins_nothing_is_found():
    assert Attribution([]).coins_of("Bitcoin BTC $BTC") == ()


def test_a_name_full_of_marks_is_taken_as_it_is():
    attribution = Attribution([CoinName("X.Y", "A+B (new)", (), NameRule.OPEN)])
    assert attribution.coins_of("A+B (new rises") == ()
    assert attribution.coins_of("X.Y rises") == ("X.Y",)


@pytest.mark.parametrize(
    "text",
    ["symbol,name\nBTC,Bitcoin\n", "symbol,name,aliases,rule,unless\nBTC,Bitcoin,,maybe,\n"],
    ids=["missing column", "unknown rule"],
)
def test_a_broken_list_of_coins_is_refused_by_name(tmp_path, text):
    path = tmp_path / "coins.csv"
    path.write_text(text)
    with pytest.raises(ProviderError, match=r"coins\.csv cannot be used"):
        read_coin_names(path)


def test_recorded_headlines_are_attributed_without_an_exception(attribution, recordings):
    with (recordings / "news" / "crypto_headlines_2024-03_05_ualh.csv").open(encoding="utf-8") as file:
        headlines = [row["headline"] for row in csv.DictReader(file)]
    named = [coins for headline in headlines if (coins := attribution.coins_of(headline))]
    assert len(headlines) == 835
    # 259 of 835 name a coin; all are written in lower case, so that symbols never help.
    assert 0.28 < len(named) / len(headlines) < 0.36
