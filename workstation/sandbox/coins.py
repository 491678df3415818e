"""The sixty coins of the simulated market, in eight narratives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coin:
    """One coin at the simulated market's origin.

    Parameters
    ----------
    base : str
        Its ticker.
    narrative : str
        The story it trades with.
    price : float
        Quote currency, at the origin.
    beta : float
        How strongly it follows the whole market; 1 is the average.
    volatility : float
        Of what is its own, relative to the average coin.
    turnover : float
        Quote currency traded in a typical hour.
    """

    base: str
    narrative: str
    price: float
    beta: float
    volatility: float
    turnover: float


_TABLE = """
Layer 1: BTC 42280 0.70 0.30 60e6, ETH 2282 0.85 0.38 32e6, BNB 312 0.75 0.45 9e6,
  SOL 101.5 1.10 0.75 16e6, XRP 0.6157 0.85 0.65 14e6, ADA 0.5938 1.00 0.70 6e6,
  AVAX 38.55 1.15 0.85 6e6, TRX 0.10773 0.50 0.40 3e6, DOT 8.197 1.00 0.72 3e6,
  NEAR 3.651 1.15 0.95 3e6, APT 9.3214 1.15 0.90 3e6, SUI 0.7765 1.15 1.05 4e6
Layer 2: MATIC 0.9704 1.00 0.75 5e6, ARB 1.5943 1.15 0.90 5e6, OP 3.708 1.20 0.95 4e6,
  STRK 1.945 1.20 1.05 2e6, MANTA 2.2134 1.15 1.20 1e6, METIS 76.51 1.10 1.35 1e6,
  ZK 0.2131 1.10 1.10 1e6
AI: FET 0.6884 1.15 1.25 3e6, RNDR 4.4926 1.15 1.15 3e6, AGIX 0.31467 1.15 1.25 2e6,
  OCEAN 0.49738 1.10 1.15 1e6, TAO 276.81 1.15 1.30 1e6, WLD 3.6673 1.15 1.25 5e6,
  ARKM 0.54812 1.10 1.40 1e6, PHB 0.93157 1.05 1.45 4e5
Memecoins: DOGE 0.08967 1.00 0.85 12e6, SHIB 0.00001034 1.00 0.90 5e6,
  PEPE 0.00000841 1.30 1.50 9e6, WIF 1.5721 1.35 1.70 5e6, BONK 0.00001405 1.25 1.65 4e6,
  FLOKI 0.00003518 1.20 1.45 2e6, BOME 0.010342 1.25 1.75 2e6, MEME 0.027213 1.15 1.35 1e6
Real-world assets: ONDO 0.21764 1.05 1.30 2e6, OM 0.06092 0.90 1.40 1e6,
  POLYX 0.17854 0.95 1.20 8e5, PENDLE 1.2315 1.10 1.20 1e6, MKR 1670.5 0.80 0.95 1e6,
  RSR 0.0031425 1.05 1.30 6e5
DeFi: UNI 7.312 0.95 0.85 3e6, AAVE 108.95 0.95 0.85 2e6, LDO 2.6571 1.10 1.00 2e6,
  CRV 0.60412 1.05 0.95 1e6, SNX 3.8647 1.00 1.00 8e5, COMP 57.61 0.90 0.90 6e5,
  DYDX 2.9573 1.05 1.00 1e6
Gaming: IMX 2.1374 1.15 1.00 2e6, GALA 0.030514 1.10 1.10 2e6, SAND 0.59235 1.00 0.85 2e6,
  AXS 8.8634 0.95 0.85 1e6, RON 1.8731 1.00 1.25 6e5, YGG 0.47825 1.10 1.40 8e5
DePIN: FIL 6.9312 1.05 0.90 3e6, AR 9.8745 1.10 1.20 1e6, HNT 7.4125 1.00 1.20 6e5,
  IOTX 0.047135 1.05 1.15 6e5, THETA 1.2283 1.05 1.00 1e6, STORJ 0.86745 1.00 1.20 8e5
"""


def _read(table: str) -> tuple[Coin, ...]:
    coins = []
    narrative = ""
    for entry in table.replace("\n  ", " ").replace("\n", ",").split(","):
        name, colon, rest = entry.rpartition(":")
        narrative = name.strip() if colon else narrative
        if rest.strip():
            base, *figures = rest.split()
            coins.append(Coin(base, narrative, *map(float, figures)))
    return tuple(coins)


COINS = _read(_TABLE)
"""All sixty, by narrative."""

NARRATIVES = tuple(dict.fromkeys(coin.narrative for coin in COINS))
"""All eight."""
