"""Accounts over the days of a market: orders at the next open, costs, coins that halt or vanish.

Many accounts are kept side by side, so that two hundred random ones cost little more than one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.narratives.rotation_facts import SILENT_DAYS
from workstation.engine.narratives.rotation_history import MarketHistory

COST_PCT = 0.15
"""Fee of 0.10 % and slippage of 0.05 % on everything bought or sold, percent."""


class Accounts:
    """Accounts that hold coins of one market, each with a value of 1 to begin with.

    Parameters
    ----------
    n_accounts, n_coins : int
    cost_pct : float
        Of everything bought or sold, percent.
    """

    def __init__(self, n_accounts: int, n_coins: int, cost_pct: float = COST_PCT) -> None:
        self._units = np.zeros((n_accounts, n_coins))
        self._cash = np.ones(n_accounts)
        self._price = np.zeros(n_coins)
        self._waiting = np.full((n_accounts, n_coins), np.nan)
        self._cost = cost_pct / 100.0

    def values(self) -> FloatArray:
        """Return what each is worth at the last known prices, shape (n_accounts,)."""
        return self._cash + self._units @ self._price

    def weights(self) -> FloatArray:
        """Return the part that each coin is of each account, shape (n_accounts, n_coins)."""
        return self._units * self._price / self.values()[:, None]

    def order(self, targets: FloatArray) -> None:
        """Ask for weights at the next open of each coin; sales that wait still do, purchases do no more.

        Parameters
        ----------
        targets : ndarray of float64, shape (n_accounts, n_coins)
            0..1; NaN leaves a coin as it is.
        """
        waiting = np.where(self._waiting == 0.0, 0.0, np.nan)
        self._waiting = np.where(np.isnan(targets), waiting, targets)

    def trade(self, open_: FloatArray, gone: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> FloatArray:
        """Carry out what was asked for at a day's opens.

        Sales come first; purchases are cut alike where the money does not suffice.

        Parameters
        ----------
        open_ : ndarray of float64, shape (n_coins,)
            NaN where a coin has no bar: what was asked for waits.
        gone : ndarray of bool, shape (n_coins,)
            Coins that are sold at their last price, whatever was asked for.

        Returns
        -------
        ndarray of float64, shape (n_accounts,)
            What was bought and sold, as a part of the account.
        """
        opened = np.isfinite(open_)
        self._price = np.where(opened, open_, self._price)
        asked = np.where(gone, np.where(self._units > 0, 0.0, np.nan), self._waiting)
        acts = np.isfinite(asked) & (opened | gone)
        if not acts.any():
            return np.zeros(len(self._cash))
        before = self.values()
        delta = np.where(acts, np.where(acts, asked, 0.0) * before[:, None] - self._units * self._price, 0.0)
        sold = np.where(delta < 0, -delta, 0.0)
        bought = np.where(delta > 0, delta, 0.0)
        cash = self._cash + (1.0 - self._cost) * sold.sum(axis=1)
        wanted = (1.0 + self._cost) * bought.sum(axis=1)
        bought *= np.minimum(1.0, np.maximum(cash, 0.0) / np.where(wanted > 0, wanted, 1.0))[:, None]
        self._cash = cash - (1.0 + self._cost) * bought.sum(axis=1)
        price = np.where(self._price > 0, self._price, 1.0)
        self._units = np.where(acts & (asked == 0.0), 0.0, self._units + (bought - sold) / price)
        self._waiting = np.where(acts | gone, np.nan, self._waiting)
        return np.asarray((sold.sum(axis=1) + bought.sum(axis=1)) / before, np.float64)

    def mark(self, last: FloatArray) -> None:
        """Take note of a day's closes; NaN leaves a coin's price as it was."""
        self._price = np.where(np.isfinite(last), last, self._price)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What became of one account, or of many side by side.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_days,)
    value : ndarray of float64, shape (n_days, n_accounts)
        At each close; 1 before the first day.
    exposure : ndarray of float64, shape (n_days, n_accounts)
        Part that was in coins at each close.
    traded : ndarray of float64, shape (n_days, n_accounts)
        Bought and sold at each open, as a part of the account.
    """

    close_ms: IntArray
    value: FloatArray
    exposure: FloatArray
    traded: FloatArray

    @property
    def returns(self) -> FloatArray:
        """Daily returns, shape (n_days, n_accounts)."""
        before = np.vstack((np.ones((1, self.value.shape[1])), self.value[:-1]))
        return self.value / before - 1.0

    def only(self, account: int) -> "Curve":
        """Return the curve of one account."""
        one = slice(account, account + 1)
        return Curve(self.close_ms, self.value[:, one], self.exposure[:, one], self.traded[:, one])


Decide = Callable[[int, Accounts], FloatArray | None]
"""Answers a day's close with orders for `Accounts.order`, or None for nothing new."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that an account lives through.

    Parameters
    ----------
    first, stop : int
        Rows of a `MarketHistory`: the first day traded, and the one after the last. What is decided at the
        close before the first day is traded on it.
    delay : int
        Days that every order is carried out late.
    """

    first: int
    stop: int
    delay: int = 0

    @property
    def deciding(self) -> range:
        """The closes at which something may be decided."""
        return range(max(self.first - 1, 0), self.stop)


def live_through(
    history: MarketHistory, span: Span, decide: Decide, accounts: Accounts, told: Callable[[int], None]
) -> Curve:
    """Return what becomes of accounts that decide at each close and trade at the next open.

    Parameters
    ----------
    told : callable
        Told how many days are done; what it raises ends the work.
    """
    waiting: list[FloatArray | None] = [None] * span.delay
    days = range(span.first, span.stop)
    columns: list[Sequence[FloatArray]] = []
    gone = (history.silent_days >= SILENT_DAYS) & (history.silent_days < len(history))
    if span.first > 0:
        accounts.mark(history.last[span.first - 1])
        waiting.append(decide(span.first - 1, accounts))
    else:
        waiting.append(None)
    for done, day in enumerate(days, 1):
        orders = waiting.pop(0)
        if orders is not None:
            accounts.order(orders)
        traded = accounts.trade(history.open[day], gone[day])
        accounts.mark(history.last[day])
        columns.append((accounts.values(), accounts.weights().sum(axis=1), traded))
        waiting.append(decide(day, accounts))
        told(done)
    value, exposure, traded_all = (np.array([row[k] for row in columns]) for k in range(3))
    return Curve(history.close_ms[span.first : span.stop], value, exposure, traded_all)
