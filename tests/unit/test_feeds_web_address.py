"""Only public addresses are connected to, however they are written."""

import socket

import pytest

from workstation.feeds.web_address import (
    AddressRefused,
    GuardedResolver,
    guarded_socket,
    is_this_computer,
    refuse_unless_allowed,
)

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "192.0.2.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "not an address",
    "",
]
PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:2800:220:1:248:1893:25c8:1946",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address):
    with pytest.raises(AddressRefused):
        refuse_unless_allowed(address, is_inside=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_for_outside_only(address):
    refuse_unless_allowed(address, is_inside=False)
    with pytest.raises(AddressRefused):
        refuse_unless_allowed(address, is_inside=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_inside_is_this_computer_and_nothing_else(address):
    refuse_unless_allowed(address, is_inside=True)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "fe80::1"])
def test_the_local_network_is_not_inside(address):
    with pytest.raises(AddressRefused):
        refuse_unless_allowed(address, is_inside=True)


def test_a_socket_is_made_for_the_checked_address_only():
    make = guarded_socket(is_inside=False)
    with pytest.raises(AddressRefused):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)))
    with make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443))) as made:
        assert made.family == socket.AF_INET


async def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(AddressRefused):
        await GuardedResolver(is_inside=False).resolve("news.example", 443)


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost.example", False),
        ("10.0.0.1", False),
        (None, False),
    ],
)
def test_this_computer_is_known_by_its_names(host, is_here):
    assert is_this_computer(host) is is_here
