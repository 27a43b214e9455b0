# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What looks like a case of the article and is another one."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.tests.unit.article import article as kb
from ansible_collections.panops.mlav.tests.unit.article.firewall import (
    ADDRESS,
    CONNECTED,
    DATAPLANE,
    FORWARD_PROXY,
    Shape,
    entry,
    judged,
    log,
    ping,
    service_route,
    socket,
)
from ansible_collections.panops.mlav.tests.unit.article.lines import (
    ANSWER,
    CODE,
    CONNECT,
    CONTENT,
    DNS,
    EXPIRED,
    NO_SUCH_NAME,
    QUERY,
    RECONNECT,
    STOPPED,
    TIMEOUT,
    TOO_EARLY,
    UNTRUSTED,
    event,
    firewall,
    line,
    unresolved,
    x509,
)
from ansible_collections.panops.mlav.tests.unit.article.rows import (
    API_ALONE,
    LIKELY,
    POSSIBLE,
    PROVEN,
    Row,
    broken,
    check,
    spread,
    unexplained,
)

SUPPORT = "open a support case"
OPEN_PORT = f"allow TCP port 443 from 192.0.2.7 to {kb.SERVER} (currently {ADDRESS};"

TIME: dict[str, Row] = {
    "old TLS, newer DNS": broken(
        firewall(*x509(60, *UNTRUSTED), line(5, DNS)), "name_resolution_intermittent", history=("tls_interception",)
    ),
    "old TLS, newer DNS, the name is unknown now": broken(
        firewall(*x509(60, *UNTRUSTED), line(5, DNS), ping=NO_SUCH_NAME),
        "name_resolution_failed",
        history=("tls_interception",),
    ),
    "old DNS, newer TLS": broken(
        firewall(line(60, DNS), *x509(5, *UNTRUSTED)), "tls_interception", history=("name_resolution_intermittent",)
    ),
    "old 500, newer 404": broken(
        firewall(line(60, CODE.format(500)), line(5, CODE.format(404))),
        "cloud_service_missing",
        history=("cloud_service_error",),
    ),
    "errors before the last reconnect": unexplained(
        firewall(*x509(60, *UNTRUSTED), events=(event(30, RECONNECT),)),
        history=("tls_interception",),
        summary=("Older errors are in the history",),
    ),
    "errors before the last reconnect, connected": Row(
        firewall(*x509(60, *UNTRUSTED), events=(event(59, STOPPED), event(30, RECONNECT)), status=CONNECTED),
        "healthy",
        history=("tls_interception",),
        depth="full",
    ),
    "errors after the last reconnect": broken(
        firewall(*x509(5, *UNTRUSTED), events=(event(30, RECONNECT),)), "tls_interception"
    ),
    "engines stopped before the last reconnect": unexplained(
        firewall(events=(event(60, STOPPED), event(30, RECONNECT)), release="10.1.5")
    ),
    "errors of the day before yesterday": unexplained(firewall(*x509(2880, *UNTRUSTED)), history=("tls_interception",)),
    "lines over two files out of order": broken(
        firewall(files=(log(*x509(60, *UNTRUSTED)), log(line(5, DNS), line(90, CODE.format(404))))),
        "name_resolution_intermittent",
        history=("tls_interception", "cloud_service_missing"),
    ),
    "busy at first": broken(
        firewall(*x509(5, *UNTRUSTED), status=(kb.BUSY, kb.BUSY, kb.DISCONNECTED)), "tls_interception"
    ),
}

NETWORK: dict[str, Row] = {
    "ICMP lost, session established": unexplained(firewall(ping=ping(received=0), sockets=(socket("ESTABLISHED"),))),
    "ICMP lost, connected": Row(
        firewall(ping=ping(received=0), sockets=(socket("ESTABLISHED"),), status=CONNECTED), "healthy", depth="full"
    ),
    "ICMP lost, nothing else": unexplained(firewall(ping=ping(received=0))),
    "ICMP lost, SYN_SENT": broken(
        firewall(ping=ping(received=0), sockets=(socket("SYN_SENT"),)),
        "port_443_blocked",
        remedy=(OPEN_PORT, "the management interface", f'tcpdump filter "host {ADDRESS}"'),
        actor="network_admin",
    ),
    "SYN_SENT to another host": unexplained(firewall(sockets=(socket("SYN_SENT", "198.51.100.77"),))),
    "SYN_SENT and older TLS errors": broken(
        firewall(*x509(60, *UNTRUSTED), sockets=(socket("SYN_SENT"),)),
        "port_443_blocked",
        history=("tls_interception",),
    ),
    "cannot connect": broken(firewall(line(5, CONNECT)), "port_443_blocked", LIKELY),
    "timeout": broken(firewall(line(5, TIMEOUT)), "port_443_blocked", LIKELY),
    "cannot connect, but a session stands": unexplained(firewall(line(5, CONNECT), sockets=(socket("ESTABLISHED"),))),
    "IPv6, SYN_SENT": broken(
        firewall(ping=ping(address="2001:db8::15"), sockets=(socket("SYN_SENT", "2001:db8::15", protocol="tcp6"),)),
        "port_443_blocked",
        remedy=("(currently 2001:db8::15;",),
    ),
    "IPv6, session established": unexplained(
        firewall(ping=ping(address="2001:db8::15"), sockets=(socket("ESTABLISHED", "2001:db8::15", protocol="tcp6"),))
    ),
    "IPv4 in IPv6, SYN_SENT": broken(
        firewall(sockets=(socket("SYN_SENT", f"::ffff:{ADDRESS}", "::ffff:192.0.2.7", "tcp6"),)), "port_443_blocked"
    ),
    "no route": broken(
        firewall(ping="connect: Network is unreachable\n"),
        "cloud_unreachable",
        remedy=("Correct the routing", f"`ping count 3 host {kb.SERVER}`"),
    ),
    "the source cannot be bound": broken(
        firewall(system=DATAPLANE, ping="bind: Cannot assign requested address\n"),
        "service_route_invalid",
        remedy=("ethernet1/5 (10.1.5.254)", "source address 10.1.5.254 cannot be bound"),
    ),
    "proxy configured, SYN_SENT to it": broken(
        firewall(
            system="<secure-proxy-server>10.9.9.9</secure-proxy-server><secure-proxy-port>443</secure-proxy-port>",
            sockets=(socket("SYN_SENT", "10.9.9.9"),),
        ),
        "proxy_unreachable",
        remedy=("10.9.9.9:443",),
    ),
    "dataplane route, SYN_SENT": broken(
        firewall(system=DATAPLANE, sockets=(socket("SYN_SENT", local="10.1.5.254"),)),
        "port_443_blocked",
        remedy=(
            "allow TCP port 443 from 10.1.5.254",
            f"set filter match source 10.1.5.254 destination {ADDRESS} destination-port 443",
        ),
    ),
    "route pushed by a template": broken(
        firewall(
            system=service_route("ethernet1/5", "10.1.5.254/24", ' ptpl="branch" src="tpl"'),
            sockets=(socket("SYN_SENT", local="10.1.5.254"),),
        ),
        "port_443_blocked",
        remedy=("between ethernet1/5 (10.1.5.254) and the cloud",),
    ),
}


NAMES: dict[str, Row] = {
    **{
        f"{release}: affected": broken(
            unresolved(release), "defect_pan_229832", remedy=(f"Upgrade to PAN-OS {fix} or later",)
        )
        for release, fix in {
            "10.1.13-h5": "10.1.14",
            "10.2.10-h9": "10.2.11",
            "11.0.4-h6": "11.0.5",
            "11.1.2-h3": "11.1.3",
            "11.1.0": "11.1.3",
        }.items()
    },
    **{
        f"{release}: fixed": broken(
            unresolved(release),
            "name_resolution_intermittent",
            remedy=("configured DNS servers (192.0.2.53)",),
            never=("Upgrade", "PAN-229832"),
        )
        for release in (
            "10.1.14",
            "10.1.14-h9",
            "10.2.11",
            "10.2.11-h1",
            "11.0.5",
            "11.1.3",
            "11.1.3-h1",
            "11.2.0",
            "12.1.2",
        )
    },
    **{
        f"{release}: the name is unknown now": broken(
            unresolved(release, ping=NO_SUCH_NAME),
            "name_resolution_failed",
            remedy=("configured: 192.0.2.53", f"`ping count 3 host {kb.SERVER}`"),
            never=("Upgrade",),
            actor="network_admin",
        )
        for release in ("10.1.5", "11.1.4", "10.0.12")
    },
    "10.0.12: not known whether fixed": Row(
        unresolved("10.0.12"),
        "broken",
        (("name_resolution_intermittent", POSSIBLE), ("defect_pan_229832", POSSIBLE)),
        summary=("whether PAN-OS 10.0.12 has the fix",),
    ),
    "10.1.5: not known whether it resolves": Row(
        unresolved("10.1.5", ping="Segmentation fault\n"),
        "broken",
        (("name_resolution_failed", POSSIBLE), ("defect_pan_229832", POSSIBLE)),
        summary=("whether the name resolves now",),
        missing=("ping",),
    ),
    "engines stopped on a fixed release": Row(
        firewall(events=(event(5, STOPPED),)),
        "broken",
        (("name_resolution_intermittent", POSSIBLE), ("unexplained", POSSIBLE)),
    ),
    "engines stopped by a decrypting device": broken(
        firewall(*x509(5, *UNTRUSTED), events=(event(5, STOPPED),), release="10.1.5"), "tls_interception"
    ),
    "9.1 has no MLAV": Row(firewall(release="9.1.16"), "not_applicable"),
}

TLS: dict[str, Row] = {
    "expired, the clock is two days ahead": broken(
        firewall(*x509(5, *EXPIRED), off=2), "clock_skew", remedy=("NTP",), summary=("2 days ahead",)
    ),
    "expired, the clock is two days behind": broken(firewall(*x509(5, *EXPIRED), off=-2), "clock_skew", LIKELY),
    "not yet valid, the clock is two days behind": broken(
        firewall(*x509(5, *TOO_EARLY), off=-2), "clock_skew", summary=("2 days behind",)
    ),
    "expired, the clock is right": broken(
        firewall(*x509(5, *EXPIRED)), "certificate_expired", remedy=("Find out whose certificate",), never=("NTP",)
    ),
    "untrusted, the clock is two days ahead": broken(firewall(*x509(5, *UNTRUSTED), off=2), "tls_interception"),
    **{
        f"x509 code {code}": broken(
            firewall(*x509(5, code, text)), "tls_interception", PROVEN, details={"x509_code": code}
        )
        for code, text in {
            18: "self signed certificate",
            19: "self signed certificate in certificate chain",
            21: "unable to verify the first certificate",
        }.items()
    },
    "another x509 code": Row(
        firewall(*x509(5, 7, "certificate signature failure")),
        "broken",
        (("tls_interception", POSSIBLE), ("unexplained", POSSIBLE)),
        details={"x509_code": 7},
    ),
    "a newer curl's text": broken(
        firewall(line(5, QUERY + "SSL peer certificate or SSH remote key was not OK")), "tls_interception"
    ),
    "another client's certificate error": unexplained(
        firewall(*x509(5, *UNTRUSTED)[:3], line(5, "pan_url_send(pan_url.c:88): curl error: Peer certificate"))
    ),
    "another client's certificate error beside MLAV's 404": broken(
        firewall(
            *x509(5, *UNTRUSTED)[:3],
            line(5, "pan_url_send(pan_url.c:88): curl error: Peer certificate cannot be authenticated"),
            line(5, CODE.format(404)),
        ),
        "cloud_service_missing",
    ),
    "another client's event": unexplained(
        firewall(
            events=(
                event(
                    5, "HTTP Server certificate validation failed. Dest Addr: x.example.com, Reason: any", "tls tls-X50"
                ),
                event(5, "PANDB: Authentication or Client Certificate failure."),
                event(5, "WFRTSIG: Expired Client Certificate."),
                event(5, "PANDB: Unknown error."),
            )
        )
    ),
    "this firewall decrypts": broken(
        firewall(*x509(5, *UNTRUSTED), system=DATAPLANE, rules=FORWARD_PROXY),
        "tls_interception",
        PROVEN,
        remedy=("rule outbound", 'set shared ssl-decrypt ssl-exclude-cert "*.paloaltonetworks.com" exclude yes'),
        details={"decrypts": "this_firewall"},
        actor="firewall_admin",
    ),
    "this firewall does not decrypt this traffic": broken(
        firewall(
            *x509(5, *UNTRUSTED),
            system=DATAPLANE,
            rules=entry("inside", "<action>decrypt</action><source><member>10.20.0.0/16</member></source>"),
        ),
        "tls_interception",
        never=("ssl-exclude-cert",),
        details={"decrypts": "elsewhere"},
        actor="decryption_admin",
    ),
    "this firewall decrypts, and whether its own management traffic is not known": broken(
        firewall(*x509(5, *UNTRUSTED), rules=FORWARD_PROXY),
        "tls_interception",
        never=("ssl-exclude-cert",),
        details={"decrypts": "unknown"},
        actor="decryption_admin",
    ),
    "rules pushed by Panorama may be missing": broken(
        firewall(
            *x509(5, *UNTRUSTED), system=service_route("ethernet1/5", "10.1.5.254/24", ' ptpl="branch" src="tpl"')
        ),
        "tls_interception",
        never=("ssl-exclude-cert",),
        details={"decrypts": "unknown"},
    ),
    "another cloud server": broken(
        firewall(
            *x509(5, *UNTRUSTED),
            status=kb.DISCONNECTED.replace(kb.SERVER, "eu.ml.example.net"),
            ping=ping("eu.ml.example.net"),
        ),
        "tls_interception",
        remedy=("exclude eu.ml.example.net",),
        never=("paloaltonetworks.com",),
        summary=("eu.ml.example.net",),
    ),
    "no SSH": broken(
        firewall(events=(event(5, "MLAV server certificate authentication failed", "tls tls-X50"),)),
        "tls_interception",
        missing=("devsrv_log", "ping"),
        shapes=API_ALONE,
    ),
}

ANSWERS: dict[str, Row] = {
    "400 on a current release": broken(
        firewall(line(5, CODE.format(400)), line(5, ANSWER.format(400, CONTENT)), licences=()),
        "cloud_rejected_request",
        remedy=("HTTP 400 persists", SUPPORT),
        never=("pgrade",),
        details={"http_code": 400, "text": CONTENT},
    ),
    "400 on 10.0.1 with the licence": broken(
        firewall(line(5, ANSWER.format(400, CONTENT)), release="10.0.1"), "cloud_rejected_request"
    ),
    "400 on 10.0.1-h1 without it": broken(
        firewall(line(5, ANSWER.format(400, CONTENT)), release="10.0.1-h1", licences=()), "unlicensed_content_defect"
    ),
    "another 400 on 10.0.1 without it": broken(
        firewall(line(5, ANSWER.format(400, "bad request")), release="10.0.1", licences=()), "cloud_rejected_request"
    ),
    "403 and a proxy": broken(
        firewall(
            line(5, CODE.format(403)),
            system="<secure-proxy-server>10.9.9.9</secure-proxy-server><secure-proxy-port>8080</secure-proxy-port>",
        ),
        "cloud_rejected_request",
        remedy=("configured proxy: 10.9.9.9:8080",),
    ),
    "500 with its body on the next lines": broken(
        firewall(
            line(5, CODE.format(500)),
            line(5, ANSWER.format(500, "")),
            "<html><head><title>500 Server Error</title></head>",
            "<body>Please try again in 30 seconds.</body></html>",
        ),
        "cloud_service_error",
        details={
            "http_code": 500,
            "text": "<html><head><title>500 Server Error</title></head> "
            "<body>Please try again in 30 seconds.</body></html>",
        },
    ),
    "502": broken(firewall(line(5, CODE.format(502))), "cloud_service_error", remedy=("HTTP 502 persists",)),
    "the version line beside a 404": broken(
        firewall(
            line(5, "pan_mlav_get_ver_from_file(pan_mlav_cloud.c:187): Failed to open file[/x/pan_threatversion]"),
            line(5, CODE.format(404)),
        ),
        "cloud_service_missing",
    ),
    "an error that the article does not know": broken(
        firewall(line(5, QUERY + "SSL connect error")), "tls_handshake_cut", LIKELY
    ),
    "an error that nobody knows": unexplained(
        firewall(line(5, QUERY + "Weird server reply")),
        details={"errors": ["Weird server reply"]},
        summary=('Unrecognized MLAV error: "Weird server reply". ',),
    ),
}

TABLES = {"time": TIME, "network": NETWORK, "names": NAMES, "tls": TLS, "answers": ANSWERS}


@pytest.mark.parametrize(
    ("table", "name", "shape"),
    [(table, name, shape) for table, rows in TABLES.items() for name, shape in spread(rows)],
)
def test_neighbours(table: str, name: str, shape: Shape) -> None:
    check(TABLES[table][name], shape)


def test_the_service_route_that_a_template_pushed_is_named_as_such() -> None:
    found, device = judged(NETWORK["route pushed by a template"].firewall)
    route = next(check for check in found.checks if check.id == "service_route")
    assert route.message.startswith("Service route pushed by Panorama, via ethernet1/5 (10.1.5.254).")
    assert f"ping source 10.1.5.254 count 3 host {kb.SERVER}" in device.asked


def test_the_cloud_server_that_the_firewall_names_is_the_one_that_is_asked_for() -> None:
    found, device = judged(TLS["another cloud server"].firewall)
    assert found.cloud_server == "eu.ml.example.net"
    assert [asked for asked in device.asked if "ping" in asked] == ["ping count 3 host eu.ml.example.net"]
