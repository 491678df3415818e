"""Indices of narratives once more, with pandas: one narrative after the other, one event after the other."""

import numpy as np
import pandas as pd

DAY = 86_400_000


class PandasIndices:
    """Works out what the engine's indices should be, slowly and another way round."""

    def __init__(self, panel, book, rules):
        self.book, self.rules, self.panel = book, rules, panel
        self.times = panel.close_ms.tolist()
        frame = {"index": self.times, "columns": list(panel.coins)}
        self.open, self.close = pd.DataFrame(panel.open, **frame), pd.DataFrame(panel.close, **frame)
        there = (self.close > 0) & (self.open > 0)
        self.open, self.close = self.open.where(there), self.close.where(there)
        self.dollars = pd.DataFrame(panel.dollar_volume, **frame).fillna(0.0)
        self.cap = pd.DataFrame(panel.cap, **frame)
        self.last_close = self.close.ffill()
        stamp = pd.DataFrame(dict.fromkeys(panel.coins, self.times), index=self.times, dtype=float)
        self.seen = stamp.where(there).ffill()
        before = self.seen.shift(1)
        opened = stamp - panel.bar_ms
        is_new = there & (before.isna() | (opened - before > 7 * DAY))
        self.since = opened.where(is_new).ffill()
        self.shares = {}

    def shares_at(self, at_ms, name):
        if at_ms not in self.shares:
            self.shares[at_ms] = self.book.shares_at(at_ms)
        return self.shares[at_ms][name]

    def due(self):
        """Yield positions of the bars at whose close weights are decided."""
        period, trades = self.rules.rebalance_days * DAY, self.close.notna().any(axis=1).to_numpy()
        turn = (self.times[0] - self.panel.bar_ms - 4 * DAY) // period
        for i, at in enumerate(self.times):
            now = (at - 4 * DAY) // period
            if now > turn and trades[i]:
                turn = now
                yield i

    def decide(self, i, name):
        at, rules, figures = self.times[i], self.rules, {}
        for coin, share in self.shares_at(at, name).items():
            if coin not in self.close.columns or not at - self.seen[coin].iloc[i] < DAY:
                continue
            since = self.since[coin].iloc[i]
            days = min(30.0, (at - since) / DAY)
            window = self.dollars[coin].iloc[max(0, i + 1 - 30 * self.panel.bars_a_day) : i + 1]
            daily = window[window.index > since].sum() / days
            figure = {"equal": 1.0, "volume": daily, "cap": self.cap[coin].iloc[i]}[rules.weighting.value]
            if (at - since) / DAY >= rules.least_days and daily >= rules.least_daily_usd and figure > 0:
                figures[coin] = share * figure
        return self.bounded(pd.Series(figures, dtype=float))

    def bounded(self, figures):
        if len(figures) * self.rules.most_weight <= 1 + 1e-12:
            return pd.Series(1.0 / max(len(figures), 1), index=figures.index)
        weights = figures / figures.sum()
        while (weights > self.rules.most_weight * (1 + 1e-12)).any():
            high = weights >= self.rules.most_weight
            weights[high] = self.rules.most_weight
            rest = weights[~high]
            weights[~high] = rest / rest.sum() * (1 - weights[high].sum())
        return weights

    def narrative(self, name):
        """Return the gross and the net values of one narrative's index."""
        due, plan = set(self.due()), None
        units, cash, kept, gross, net = {}, None, 1.0, [], []
        rate = self.rules.cost_pct / 100
        for i, at in enumerate(self.times):
            begins = at - self.panel.bar_ms
            last = self.lasts[i - 1] if i else None
            opens = self.opens[i]
            bar = {c: opens[self.column[c]] for c in {*units, *(() if plan is None else plan.index)}}
            moved = 0.0
            price = {c: bar[c] if bar[c] == bar[c] else last[self.column[c]] for c in units}
            total = (cash or 0.0) + sum(units[c] * price[c] for c in units)
            if plan is not None:
                now = [c for c in plan.index if bar[c] == bar[c] and c in self.shares_at(begins, name)]
                if now and cash is None:
                    cash = total = 1000.0
                held_now = [c for c in units if bar[c] == bar[c]]
                if now or (plan.empty and (held_now or not units)):
                    frozen = sum(units[c] * price[c] for c in units if c not in held_now)
                    whole = plan[now].sum()
                    for c in {*now, *held_now}:
                        wanted = plan[c] / whole * (total - frozen) if c in now else 0.0
                        moved += abs(wanted - units.get(c, 0.0) * bar[c])
                        units[c] = wanted / bar[c]
                    plan = None
                    units = {c: n for c, n in units.items() if n > 0}
                    if cash is not None:
                        cash = 0.0 if now else total - frozen
            if i:
                for c in [
                    c for c in units if c not in self.shares_at(begins, name) and bar.get(c, np.nan) > 0
                ]:
                    worth = units.pop(c) * bar[c]
                    moved, cash = moved + worth, cash + worth
            kept *= 1 - rate * moved / total if moved else 1.0
            price = {c: self.lasts[i][self.column[c]] for c in units}
            total = (cash or 0.0) + sum(units[c] * price[c] for c in units)
            for c in [c for c in units if at - self.seens[i][self.column[c]] > 7 * DAY]:
                worth = units.pop(c) * price[c]
                cash += worth
                kept *= 1 - rate * worth / total
            gross.append(np.nan if cash is None else total)
            net.append(gross[-1] * kept)
            if i in due:
                plan = self.decide(i, name)
        return gross, net

    def all(self):
        """Return gross and net values, shape (n_bars, n_narratives) each."""
        self.opens, self.lasts = self.open.to_numpy(), self.last_close.to_numpy()
        self.seens = self.seen.to_numpy()
        self.column = {c: n for n, c in enumerate(self.panel.coins)}
        found = [self.narrative(each.name) for each in self.book.narratives]
        return np.array([g for g, _ in found]).T, np.array([n for _, n in found]).T
