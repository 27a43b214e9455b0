# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operational commands around the MLAV connection: status, netstat, ping, devsrv.log, system log, restart."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from . import cli_text
from .commands import CommandError, Reply, Request, command
from .log_query import BadQuery, select
from .logs import Line, devsrv_text
from .network import has_mlav
from .parts import seconds
from .world import World

TOO_MANY = 1000


@command("show mlav cloud-status")
def show_cloud_status(world: World, request: Request) -> Reply:
    """The state of the connection, or that the daemon is busy."""
    if not has_mlav(world.spec):
        raise CommandError(" show -> mlav is unexpected", 17, syntax=True)
    status = world.status()
    if status == "busy":
        return busy(world, request)
    word = world.switches.cloud_connection_word or status
    text = cli_text.cloud_status(world, word)
    shape = world.switches.cloud_status_shape
    xml = None
    if shape == "tags":
        server = escape(world.cloud_server)
        xml = f"<mlav-cloud><current-cloud-server>{server}</current-cloud-server>"
        xml += f"<cloud-connection>{word}</cloud-connection></mlav-cloud>"
    return Reply(text, xml, shape)


def busy(world: World, request: Request) -> Reply:
    """The busy answer; where it stands over the API is a switch."""
    switches = world.switches
    if request.via == "ssh" or switches.busy_place == "msg_line":
        raise CommandError(switches.busy_text)
    text = f"Server error : {switches.busy_text}"
    return Reply(text, shape="member" if switches.busy_place == "member" else "text")


NETSTAT = (
    "route interfaces groups statistics verbose numeric numeric-hosts numeric-ports numeric-users symbolic extend "
    "programs continuous listening all timers fib cache notrim"
)


@command("show netstat", values=NETSTAT)
def show_netstat(world: World, request: Request) -> Reply:
    """The connection table."""
    if request.via == "api":
        if world.switches.netstat_api == "refused":
            raise CommandError(world.switches.refusal.format(family="netstat"), 17)
        if world.switches.netstat_api == "empty":
            return Reply("", "")
    for name in NETSTAT.split():
        if request.params.get(name, "no") not in ("yes", "no"):
            raise CommandError(f" show -> netstat -> {name} is invalid", 17, syntax=True)
    world.refresh()
    return Reply(cli_text.netstat(world, request.params.get("all") == "yes"))


PING = "bypass-routing count do-not-fragment inet4 inet6 interval source no-resolve pattern size tos ttl verbose host"


@command("ping", values=PING, required="host")
def ping(world: World, request: Request) -> Reply:
    """Linux iputils; without a count it runs until Ctrl-C."""
    count = request.params.get("count")
    if count is not None and not count.isdigit():
        raise CommandError(" ping -> count is invalid", 17, syntax=True)
    world.refresh()
    text, end = cli_text.ping(world, request.params["host"], request.params.get("source", ""), int(count or 5))
    return Reply(text + end) if count else Reply(text, then=end)


@command("traceroute", values="ipv4 ipv6 first-ttl max-ttl port no-resolve source host", required="host")
def traceroute(world: World, request: Request) -> Reply:
    """One hop and then silence: enough to be recognised."""
    return Reply(
        f"traceroute to {request.params['host']}, 30 hops max, 60 byte packets\n 1  192.0.2.1  0.4 ms\n 2  *\n"
    )


def _log_file(world: World, name: str) -> list[str]:
    switches = world.switches
    world.refresh()
    base, old = name.removesuffix(".old"), name.endswith(".old")
    if base not in ("devsrv.log", "devsrvr.log", "ms.log"):
        raise CommandError(f"{name}: No such file or directory")
    if base == "ms.log":
        return ["2026-01-01 00:00:00.000 +0000 nothing to see here"]
    if base != switches.devsrv_log or switches.devsrv_log_content == "absent":
        raise CommandError(f"{name}: No such file or directory")
    return devsrv_text(log_lines(world, old), world.spec.clock, switches.log_offset)


def log_lines(world: World, old: bool) -> list[Line]:
    """The lines of the live log, or those that have been rotated away."""
    if world.switches.devsrv_log_content == "empty":
        return []
    border = world.now() - seconds(world.switches.rotated_after)
    return [line for line in world.devsrv if (line.at < border) == old]


@command("tail", values="follow lines mp-log", required="mp-log")
def tail(world: World, request: Request) -> Reply:
    """The end of a log."""
    wanted = request.params.get("lines", "10")
    if not wanted.isdigit() or not 1 <= int(wanted) <= 65535:
        raise CommandError("Invalid syntax.", 17, syntax=True)
    lines = _log_file(world, request.params["mp-log"])[-int(wanted) :]
    text = "".join(line + "\n" for line in lines)
    return Reply(text, then="\n") if request.params.get("follow") == "yes" else Reply(text)


@command("less", values="mp-log", required="mp-log")
def less(world: World, request: Request) -> Reply:
    """The whole log, in a pager."""
    return Reply("".join(line + "\n" for line in _log_file(world, request.params["mp-log"])), full_screen=True)


GREP = "invert-match line-number ignore-case no-filename count max-count context before-context after-context"


@command("grep", values=f"{GREP} pattern mp-log", required="pattern mp-log")
def grep(world: World, request: Request) -> Reply:
    """Lines that match, with their surroundings when asked."""
    params = request.params
    try:
        pattern = re.compile(params["pattern"], re.IGNORECASE if params.get("ignore-case") == "yes" else 0)
    except re.error:
        raise CommandError("grep: Invalid regular expression") from None
    lines = _log_file(world, params["mp-log"])
    invert = params.get("invert-match") == "yes"
    hits = [index for index, line in enumerate(lines) if bool(pattern.search(line)) != invert]
    if "max-count" in params:
        hits = hits[: int(params["max-count"])]
    if params.get("count") == "yes":
        return Reply(f"{len(hits)}\n")
    before = int(params.get("before-context", params.get("context", "0")))
    after = int(params.get("after-context", params.get("context", "0")))
    shown = sorted({n for hit in hits for n in range(hit - before, hit + after + 1) if 0 <= n < len(lines)})
    number = params.get("line-number") == "yes"
    text, last = "", -2
    for index in shown:
        if (before or after) and last >= 0 and index > last + 1:
            text += "--\n"
        text += (f"{index + 1}:" if number else "") + lines[index] + "\n"
        last = index
    return Reply(text)


LOG = "direction start-time end-time subtype severity eventid object opaque query csv-output receive_time id"


@command("show log system", values=LOG)
def show_log_system(world: World, request: Request) -> Reply:
    """The system log; oldest first unless direction says backward."""
    world.refresh()
    params, clock = request.params, world.spec.clock
    parts = [params["query"]] if params.get("query") else []
    parts += [f"({name} eq '{params[name]}')" for name in ("subtype", "eventid", "severity") if name in params]
    parts += [f"(opaque contains '{params['opaque']}')"] if "opaque" in params else []
    for name, operator in (("start-time", "geq"), ("end-time", "leq")):
        if name in params:
            parts.append(f"(receive_time {operator} '{params[name].replace('@', ' ')}')")
    try:
        events = select(world.events, " and ".join(parts), clock, world.switches.contains_is_case_sensitive)
    except BadQuery as error:
        raise CommandError(f"Invalid filter: {error}", 17) from None
    events = sorted(events, key=lambda event: event.at, reverse=params.get("direction") == "backward")[:TOO_MANY]
    if params.get("csv-output") == "yes":
        return Reply(cli_text.system_log_csv(events, clock, world.spec.serial))
    return Reply(cli_text.system_log(events, clock))


@command("debug software restart", values="process", required="process")
def restart(world: World, request: Request) -> Reply:
    """Restart a process; only device-server changes anything here."""
    name = request.params["process"]
    if name not in ("device-server", "management-server", "web-server", "user-id"):
        raise CommandError(" debug -> software -> restart -> process is invalid", 17, syntax=True)
    if not request.admin.may_write():
        raise CommandError("Unauthorized request", 16)
    if name == "device-server":
        return Reply(world.restart_device_server(request.admin.name) + "\n")
    return Reply(f"Process {name} was restarted by user {request.admin.name}\n")


# What keeps every cloud behind the same service route away.
_SHARED = ("dns", "unreachable", "timeout", "refused", "bind", "proxy", "cut", "tls", "client", "passive")


@command("show wildfire status")
def show_wildfire(world: World, request: Request) -> Reply:
    """Nothing in it says whether the cloud is connected; the answer of a real firewall is not collected."""
    return Reply("Connection info:\n        Signature verification:        enable\n")


@command("show ctd-agent status security-client")
def show_ctd_agent(world: World, request: Request) -> Reply:
    """The answer of a real firewall is not collected."""
    return Reply("Security Client\n")


@command("show url-cloud status")
def show_url_cloud(world: World, request: Request) -> Reply:
    """PAN-DB: it shares name resolution, path and decryption with MLAV, and its own cloud with nobody."""
    world.refresh()
    if world.switches.url_cloud == "refused":
        raise CommandError(" show -> url-cloud is unexpected", 17, syntax=True)
    if world.switches.url_cloud == "private":
        return Reply("Cloud status:                Up\nURL database version:        20260609.20003\n")
    word = "not connected" if world.outcome.kind in _SHARED else "connected"
    return Reply(
        f"PAN-DB URL Filtering\nLicense :                          valid\nCloud connection :           {word}\n"
    )


@command("show dns-proxy fqdn", flags="mgmt-obj all")
@command("show dns-proxy cache", values="FQDN type name", flags="mgmt-obj filter all")
def show_dns_cache(world: World, request: Request) -> Reply:
    """What the management plane has resolved; the format of a real firewall is not known."""
    text = "Name: mgmt-obj\nDomain                                    IP/Name\n" + "-" * 60 + "\n"
    if world.spec.dns.mode != "fails":
        text += "".join(f"{world.cloud_server}  {address}\n" for address in world.cloud_addresses)
    return Reply(text)
