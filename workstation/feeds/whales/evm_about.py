"""What the reader of EVM nodes is; apart from it, because web3 takes a second to load."""

from workstation.domain.provider import ProviderAbout

ABOUT = ProviderAbout(
    name="evm",
    label="EVM node",
    sentence="Large transfers to and from exchanges, read from a node of yours. The node sees which labelled "
    "wallets and tokens are asked for, and nothing else is sent anywhere.",
    home="https://ethereum.org/en/developers/docs/nodes-and-clients/",
    terms="public chain data",
    metrics=(
        "whales.to_exchange_usd",
        "whales.from_exchange_usd",
        "whales.to_exchange_count",
        "whales.from_exchange_count",
    ),
    every_s=15.0,
)
