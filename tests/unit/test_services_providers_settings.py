"""The switches of the providers, and what goes with them."""

import pytest

from workstation.domain.errors import SettingsError
from workstation.storage.settings import Settings, SettingsFile, declarations

NAMES = ("coinmetrics", "defillama", "mempool", "news", "fear_greed", "evm", "trades", "books", "derivatives")


def test_every_provider_has_a_switch_and_only_the_one_that_needs_a_node_is_off():
    on = {name: Settings().value(f"providers.{name}") for name in NAMES}
    assert on == dict.fromkeys(NAMES, True) | {"evm": False}
    switches = {s.name for s in declarations() if s.name.startswith("providers.") and s.kind is bool}
    assert switches == {f"providers.{name}" for name in NAMES}


def test_a_switch_is_kept(tmp_path):
    file = SettingsFile(tmp_path / "settings.toml")
    file.change({"providers.news": False, "providers.evm_url": "http://127.0.0.1:8545"})
    assert file.load()[0].providers.news is False
    assert (tmp_path / "settings.toml").read_text() == (
        '[providers]\nnews = false\nevm_url = "http://127.0.0.1:8545"\n'
    )


@pytest.mark.parametrize(
    "url", ["", "http://127.0.0.1:8545", "https://node.example/v3", "https://[::1]:8545"]
)
def test_a_node_may_be_at(url):
    assert Settings().changed({"providers.evm_url": url}).providers.evm_url == url


@pytest.mark.parametrize(
    "url", ["node", "ftp://node", "https://", "https://me:secret@node", "https://a b", "https://x:99999", 5]
)
def test_a_node_cannot_be_at(url):
    with pytest.raises(SettingsError, match="must be an address such as"):
        Settings().changed({"providers.evm_url": url})


@pytest.mark.parametrize("feeds", [["http://example.com/rss"], ["https://"], "https://example.com", ["x"]])
def test_a_news_feed_is_an_https_page(feeds):
    with pytest.raises(SettingsError, match="must be a list of addresses"):
        Settings().changed({"providers.news_feeds": feeds})
    assert all(feed.startswith("https://") for feed in Settings().providers.news_feeds)


@pytest.mark.parametrize("usd", [0.0, 999.0, 1e13])
def test_a_large_transfer_has_sensible_bounds(usd):
    with pytest.raises(SettingsError):
        Settings().changed({"providers.evm_threshold_usd": usd})
