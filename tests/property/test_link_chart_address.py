"""Whatever stands in an address, it names a chart that can be written down again, or it is refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import UsageError
from workstation.link.chart_address import ChartAddress

PIECES = st.sampled_from(
    ["tidemark:", "//", "chart", "/", "BTC", "USDT", "?tf=", "1h", "&", "#", "%2F", "%0A", ":"]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
@settings(max_examples=80, deadline=None)
def test_an_address_is_a_chart_or_refused(text):
    try:
        address = ChartAddress.of(text)
    except UsageError:
        return
    assert ChartAddress.of(str(address)) == address
    assert address.symbol.isprintable()
    assert not set(address.symbol) & set(" \"'`$;|&<>\\%#?@")
