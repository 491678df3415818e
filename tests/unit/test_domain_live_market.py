"""News of a market: the newest book counts, and no trade is lost without being counted."""

from workstation.domain.live_market import MOST_TRADES, BookSight, Ladder, LadderSide, MarketHeard, Trade

SIDE = LadderSide((1.0,), (1.0,), (1.0,))
SIGHT = BookSight(99.0, 101.0, Ladder(0.0, SIDE, SIDE), Ladder(0.0, SIDE, SIDE))


def heard(n=0, since=0, symbol="BTC/USDT", book=SIGHT, left_out=0):
    trades = tuple(Trade(since + i, 1.0, 1.0, True) for i in range(n))
    return MarketHeard(symbol, 0.0, book, 10, "", trades, left_out)


def test_the_middle_lies_between_the_best_bid_and_the_best_ask():
    assert SIGHT.mid == 100.0


def test_newer_news_keep_their_book_and_the_trades_nobody_has_seen():
    both = heard(2, 10, book=None, left_out=3).after(heard(3, 0, left_out=1))
    assert both.book is None
    assert [trade.time_ms for trade in both.trades] == [0, 1, 2, 10, 11]
    assert both.n_left_out == 4


def test_more_trades_than_can_be_shown_are_counted_and_the_newest_kept():
    both = heard(400, 1_000).after(heard(300, 0))
    assert len(both.trades) == MOST_TRADES
    assert both.n_left_out == 200
    assert both.trades[-1].time_ms == 1_399


def test_news_of_another_market_bring_nothing_of_the_one_before():
    news = heard(1)
    assert news.after(heard(5, symbol="ETH/USDT")) is news
    assert news.after(None) is news
