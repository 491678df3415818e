"""What an error tells besides its sentence."""

from workstation.domain.errors import BadCandle, TidemarkError, VenueBusy, VenueError


def test_a_busy_venue_says_for_how_long_to_stay_silent():
    error = VenueBusy("Binance asks to wait 30 s.", retry_after_s=30.0)
    assert isinstance(error, VenueError)
    assert str(error) == "Binance asks to wait 30 s."
    assert error.retry_after_s == 30.0


def test_a_bad_candle_is_of_the_family_and_a_wrong_value():
    assert issubclass(BadCandle, TidemarkError)
    assert issubclass(BadCandle, ValueError)
