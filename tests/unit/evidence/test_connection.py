# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ping and netstat."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence import netstat, ping
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Ping
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import NETSTAT, PING, FakeDevice

HOST = "ml.service.paloaltonetworks.com"
CLOUD = "34.120.110.215"
FIRST = f"PING {HOST} ({CLOUD}) 56(84) bytes of data.\n"


def statistics(sent: int, received: int, loss: str, errors: str = "") -> str:
    counts = f"{sent} packets transmitted, {received} received,{errors} {loss}% packet loss, time 3002ms"
    return f"--- {HOST} ping statistics ---\n{counts}\n"


@pytest.mark.parametrize(
    ("text", "outcome", "address", "loss"),
    [
        (FIRST + statistics(4, 4, "0"), "answered", CLOUD, 0),
        (PING, "lost", CLOUD, 100),
        (FIRST + statistics(3, 2, "33.3333"), "lost", CLOUD, 33),
        (FIRST + statistics(4, 4, "0", " +2 duplicates,"), "answered", CLOUD, 0),
        (f"PING {HOST}({HOST} (2001:db8::1)) 56 data bytes\n" + statistics(3, 0, "100"), "lost", "2001:db8::1", 100),
        (f"PING {HOST} (2001:db8::1) 56 data bytes\n" + statistics(3, 3, "0"), "answered", "2001:db8::1", 0),
        (f"ping: unknown host {HOST}\n", "unknown_host", None, None),
        (f"ping: {HOST}: Name or service not known\n", "unknown_host", None, None),
        (f"ping: {HOST}: Temporary failure in name resolution\n", "unknown_host", None, None),
        ("bind: Cannot assign requested address\n", "bind_failed", None, None),
        ("ping: bind: Cannot assign requested address\n", "bind_failed", None, None),
        ("connect: Network is unreachable\n", "network_unreachable", None, None),
        (
            FIRST
            + "From 10.1.5.254 icmp_seq=1 Destination Host Unreachable\n"
            + statistics(3, 0, "100", " +3 errors,"),
            "host_unreachable",
            CLOUD,
            100,
        ),
        *[
            (f"ping: {HOST}: {words}\n", "unknown_host", None, None)
            for words in ("No address associated with hostname", "Non-recoverable failure in name resolution")
        ],
        (f"ping: {HOST}: Address family for hostname not supported\n", "wrong_family", None, None),
        *[
            (words + "\n", "bind_failed", None, None)
            for words in (
                "ping: bind icmp socket: Cannot assign requested address",
                "ping: bind icmp socket: Address already in use",
                "ping: invalid source address: 'fw-untrust-ip'",
                "ping: unknown iface: ethernet1/5",
            )
        ],
        *[
            (
                FIRST + f"From 198.51.100.1 icmp_seq=1 {words}\n" + statistics(3, 0, "100", " +3 errors,"),
                outcome,
                CLOUD,
                100,
            )
            for words, outcome in (
                ("Destination Net Unreachable", "network_unreachable"),
                ("Destination Net Unknown", "network_unreachable"),
                ("Destination Host Prohibited", "filtered"),
                ("Packet filtered", "filtered"),
                ("Time to live exceeded", "ttl_exceeded"),
            )
        ],
        *[
            (
                f"PING {HOST}({HOST} (2001:db8::1)) 56 data bytes\n"
                f"From 2001:db8::fe icmp_seq=1 Destination unreachable: {words}\n"
                + statistics(3, 0, "100", " +3 errors,"),
                outcome,
                "2001:db8::1",
                100,
            )
            for words, outcome in (
                ("No route", "network_unreachable"),
                ("Address unreachable", "host_unreachable"),
                ("Administratively prohibited", "filtered"),
            )
        ],
        (
            FIRST
            + "From 198.51.100.1 icmp_seq=1 Packet filtered\nFrom 10.1.5.254 icmp_seq=2 Destination Host Unreachable\n"
            + statistics(3, 0, "100", " +2 errors,"),
            "filtered",
            CLOUD,
            100,
        ),
        (
            FIRST + "From 198.51.100.1 icmp_seq=1 Packet filtered\n" + statistics(3, 2, "33", " +1 errors,"),
            "lost",
            CLOUD,
            33,
        ),
        (
            FIRST + "From 10.1.5.254 icmp_seq=1 Destination Host Unreachable\n" + statistics(3, 2, "33", " +1 errors,"),
            "lost",
            CLOUD,
            33,
        ),
    ],
)
def test_outcomes(text: str, outcome: str, address: str | None, loss: int | None) -> None:
    found = ping.parse(text, HOST)
    assert (found.outcome, found.address, found.loss_percent) == (outcome, address, loss)


@pytest.mark.parametrize("text", ["", "Invalid syntax.", FIRST, FIRST + "64 bytes from x: icmp_seq=1", "no idea\n"])
def test_unknown_text_is_never_unreachable(text: str) -> None:
    with pytest.raises(Unrecognized):
        ping.parse(text, HOST)


@pytest.mark.parametrize(
    ("host", "source", "cli"),
    [
        (HOST, None, f"ping count 3 host {HOST}"),
        (HOST, "10.1.5.254", f"ping source 10.1.5.254 count 3 host {HOST}"),
        (HOST, "2001:db8::1", f"ping inet6 yes source 2001:db8::1 count 3 host {HOST}"),
        ("2001:db8::9", None, "ping inet6 yes count 3 host 2001:db8::9"),
    ],
)
def test_the_command_always_ends(host: str, source: str | None, cli: str) -> None:
    command = ping.command(host, source, 3)
    assert command.cli == cli
    assert command.prefer_ssh
    assert command.xml is not None
    assert "<count>3</count><host>" in command.xml


def test_ping_from_a_source() -> None:
    device = FakeDevice({f"ping source 10.1.5.254 count 2 host {HOST}": PING})
    found = ping.probe_ping(device, HOST, "10.1.5.254", 2)
    assert found.value == Ping(HOST, "10.1.5.254", "lost", CLOUD, 3, 0, 100)


@pytest.mark.parametrize(
    "host", ["$(reboot)", "a b", "-f", "a;b", "a|b", "fe80::1%x y", "", "a..b", "<host>", "ü.example"]
)
def test_a_name_that_is_none_is_never_asked(host: str) -> None:
    device = FakeDevice({})
    found = ping.probe_ping(device, host)
    assert device.asked == []
    assert found.problem is not None
    assert found.problem.kind == "unrecognized"


def states(text: str, *addresses: str, server: str | None = None, port: int | None = None) -> list[str]:
    found = netstat.parse(text, addresses, server, port)
    return [item.state for item in found.connections]


def test_netstat_keeps_the_cloud_server() -> None:
    found = netstat.parse(NETSTAT, (CLOUD,))
    assert [(item.foreign_address, item.foreign_port, item.state) for item in found.connections] == [
        (CLOUD, 443, "SYN_SENT")
    ]
    assert (found.addresses, found.rows, found.proxy_connections) == ((CLOUD,), 4, ())


def test_netstat_without_an_address_keeps_the_port() -> None:
    found = netstat.parse(NETSTAT)
    assert (found.addresses, [item.foreign_address for item in found.connections]) == ((), ["52.8.4.127", CLOUD])


@pytest.mark.parametrize(
    ("address", "row"),
    [
        (CLOUD, "tcp6 0 0 ::ffff:10.1.5.254:4000 ::ffff:34.120.110.215:443 ESTABLISHED"),
        (CLOUD, "tcp   0   0 10.1.5.254:4000   34.120.110.215:443   ESTABLISHED 1234/devsrvr"),
        ("2001:db8::1", "tcp6 0 0 2001:db8::99:4000 2001:db8::1:443 ESTABLISHED"),
        ("2001:0db8:0::1", "tcp 0 0 2001:db8::99:4000 2001:DB8::1:443 ESTABLISHED"),
        ("2607:f8b0:4004:c07::6a", "tcp6 0 0 2001:db8::99:4000 2607:f8b0:4004:c07:443 ESTABLISHED"),
    ],
)
def test_netstat_rows(address: str, row: str) -> None:
    assert states(row + "\n", address) == ["ESTABLISHED"]


@pytest.mark.parametrize(
    "row",
    [
        "tcp 0 0 10.1.5.254:4000 34.120.110.21:443 ESTABLISHED",
        "tcp 0 0 10.1.5.254:4000 134.120.110.215:443 ESTABLISHED",
        "tcp 0 0 10.1.5.254:4000 34.120.110.215:4430 ESTABLISHED",
        "tcp 0 0 34.120.110.215:443 10.1.5.254:4000 ESTABLISHED",
    ],
)
def test_netstat_neighbours(row: str) -> None:
    found = netstat.parse(row, (CLOUD,))
    assert (found.rows, found.connections) == (1, ())


@pytest.mark.parametrize(
    "text", ["", "Proto Recv-Q\n", "unix 2 [ ] DGRAM 123\n", "udp 0 0 10.0.0.1:1 10.0.0.2:443 ESTABLISHED", "tcp x"]
)
def test_no_row_is_never_no_connection(text: str) -> None:
    with pytest.raises(Unrecognized, match="no row was understood"):
        netstat.parse(text, (CLOUD,))


def test_what_the_api_answers_unintelligibly_is_asked_by_ssh() -> None:
    device = FakeDevice({netstat.COMMAND.cli: ["<nothing/>", NETSTAT]})
    found = netstat.probe_netstat(device, (CLOUD,))
    assert found.value is not None
    assert [item.state for item in found.value.connections] == ["SYN_SENT"]
    assert [asked.transport for asked in found.asked] == ["api", "ssh"]


def test_what_only_the_api_answers_is_asked_no_third_time() -> None:
    device = FakeDevice({netstat.COMMAND.cli: "<nothing/>"})
    found = netstat.probe_netstat(device, (CLOUD,))
    assert found.problem is not None
    assert found.problem.kind == "unrecognized"
    assert len(device.asked) == 2


@pytest.mark.parametrize(
    ("server", "port", "count"),
    [("10.9.9.9", 8080, 1), ("10.9.9.8", 8080, 0), ("proxy.example.com", 8080, 1), ("proxy.example.com", None, 0)],
)
def test_proxy_rows_stand_apart(server: str, port: int | None, count: int) -> None:
    found = netstat.parse(NETSTAT, (CLOUD,), server, port)
    assert len(found.proxy_connections) == count
    assert [item.state for item in found.connections] == ["SYN_SENT"]
