# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operational commands about the firewall itself: information, licences, clock, jobs, locks, configuration."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from copy import deepcopy
from xml.sax.saxutils import escape, quoteattr

from . import cli_text
from .commands import CommandError, Reply, Request, command
from .config import BadXpath, clean, find, find_text, to_text
from .config_default import SYSTEM
from .jobs import Job
from .logs import device_time
from .network import bare, decrypting_rule, excluded, pan_313623_bites, predefined_exclusion
from .parts import is_panorama
from .world import Refused, World


def leaf(tag: str, text: object) -> str:
    """<tag>text</tag>."""
    return f"<{tag}>{escape(str(text))}</{tag}>"


@command("show system info")
def show_system_info(world: World, request: Request) -> Reply:
    """The firewall's identity; a real answer has more fields."""
    spec, now = world.spec, world.now()
    moment = device_time(spec.clock, now)
    uptime = int(now - world.booted)
    fields = {
        "hostname": find_text(world.config.effective(), f"{SYSTEM}/hostname") or spec.hostname,
        "ip-address": bare(spec.management.address),
        "netmask": "255.255.255.0",
        "default-gateway": "192.0.2.1",
        "is-dhcp": "no",
        "mac-address": "00:1b:17:00:01:02",
        "time": f"{moment:%a %b} {moment.day:>2} {moment:%H:%M:%S %Y}\n",
        "uptime": f"{uptime // 86400} days, {uptime % 86400 // 3600}:{uptime % 3600 // 60:02d}:{uptime % 60:02d}",
        "devicename": spec.hostname,
        "family": spec.family,
        "model": spec.model,
        "serial": spec.serial,
        "cloud-mode": "non-cloud",
        "sw-version": spec.sw_version,
        "app-version": spec.app_version,
        "av-version": spec.av_version,
        "threat-version": spec.threat_version,
        "wildfire-version": spec.wildfire_version,
        "wildfire-rt": "Disabled",
        "url-filtering-version": "20240711.20188",
        "platform-family": spec.family,
        "multi-vsys": "on" if spec.multi_vsys else "off",
        "device-certificate-status": spec.device_certificate.status,
        **{f"{name}-release-date": f"{moment:%Y/%m/%d} 04:00:00 {spec.clock.zone}" for name in ("app", "av", "threat")},
        "operational-mode": "normal",
    }
    if spec.vm_license:
        fields["vm-license"] = spec.vm_license
    if is_panorama(spec):
        fields["system-mode"] = "panorama"
    inner = "".join(leaf(tag, text) for tag, text in fields.items())
    return _tree(f"<system>{inner}</system>")


def _tree(xml: str) -> Reply:
    return Reply(cli_text.pairs(f"<result>{xml}</result>"), xml)


@command("request license info")
def license_info(world: World, request: Request) -> Reply:
    """The licences."""
    entries = "".join(
        f"<entry>{leaf('feature', f.feature)}{leaf('description', f.feature)}{leaf('serial', world.spec.serial)}"
        f"{leaf('issued', 'May 20, 2024')}{leaf('expires', f.expires)}{leaf('expired', f.expired)}<authcode/></entry>"
        for f in world.spec.licences
    )
    text = "".join(
        f"\nLicense entry:\nFeature: {f.feature}\nDescription: {f.feature}\nSerial: {world.spec.serial}\n"
        f"Issued: May 20, 2024\nExpires: {f.expires}\nExpired?: {f.expired}\n"
        for f in world.spec.licences
    )
    return Reply(text, f"<licenses>{entries}</licenses>")


@command("show clock", flags="more")
def show_clock(world: World, request: Request) -> Reply:
    """The device's clock."""
    text = cli_text.clock(world, world.now())
    if "more" in request.params:
        return Reply(f"DP s3dp0:\n\ndataplane time: {text}", shape="member")
    return Reply(text, shape="text")


@command("show ntp")
def show_ntp(world: World, request: Request) -> Reply:
    """Time servers."""
    good = abs(world.spec.clock.skew_s) < 60
    inner = leaf("synched", "192.0.2.123" if good else "LOCAL")
    return _tree(inner + f"<ntp-server-1>{leaf('name', '192.0.2.123')}</ntp-server-1>")


@command("show high-availability state")
@command("show high-availability all")
def show_ha(world: World, request: Request) -> Reply:
    """High availability."""
    ha = world.spec.ha
    if not ha.state:
        return Reply("HA not enabled\n", "<enabled>no</enabled>")
    local = f"<local-info>{leaf('state', ha.state)}{leaf('mgmt-ip', world.spec.management.address)}</local-info>"
    peer = f"<peer-info>{leaf('state', ha.peer_state)}</peer-info>"
    group = f"<group>{leaf('mode', ha.mode)}{local}{peer}{leaf('running-sync', 'synchronized')}</group>"
    return Reply(cli_text.high_availability(world), f"<enabled>yes</enabled>{group}")


@command("show system software status")
def show_software_status(world: World, request: Request) -> Reply:
    """Processes."""
    if world.switches.software_status == "refused":
        raise CommandError(" show -> system -> software is unexpected", 17, syntax=True)
    return Reply(cli_text.software_status(world))


@command("show device-certificate status")
def show_device_certificate(world: World, request: Request) -> Reply:
    """The device certificate."""
    if not world.switches.device_certificate_status:
        raise CommandError(" show -> device-certificate is unexpected", 17, syntax=True)
    if pan_313623_bites(world.spec):
        world.statistics.pub_pem_files += 1
    return Reply(cli_text.device_certificate(world))


@command("show panorama-status")
def show_panorama(world: World, request: Request) -> Reply:
    """The Panorama in front, where there is one."""
    if not world.access.panorama:
        return Reply("")
    return Reply("Panorama Server 1 : 192.0.2.200\n    Connected     : yes\n    HA state      : disconnected\n")


@command("show interface", positional="name", required="name")
def show_interface(world: World, request: Request) -> Reply:
    """Logical and physical state of interfaces."""
    wanted = request.params["name"]
    found = [i for i in world.spec.interfaces if wanted in ("all", "logical", "hardware", i.name)]
    if not found:
        raise CommandError(" show -> interface is invalid", 17, syntax=True)
    logical = "".join(
        f"<entry>{leaf('name', i.name)}{leaf('zone', i.zone)}{leaf('fwd', 'vr:default')}{leaf('vsys', 1)}"
        f"{leaf('ip', i.address)}</entry>"
        for i in found
    )
    hardware = "".join(f"<entry>{leaf('name', i.name)}{leaf('state', i.state)}</entry>" for i in found)
    tables = wanted if wanted in ("hardware", "logical") else "hardware logical"
    return Reply(cli_text.interfaces(world, found, tables), f"<ifnet>{logical}</ifnet><hw>{hardware}</hw>")


def job_xml(world: World, job: Job) -> str:
    """One job as the API shows it; progress is a timestamp once it is done."""
    clock, now = world.spec.clock, world.now()
    finished = "" if job.finished is None else f"{device_time(clock, job.finished):%Y/%m/%d %H:%M:%S}"
    details = "".join(leaf("line", line) for line in job.details())
    warnings = "".join(leaf("line", line) for line in job.warnings)
    return (
        f"<job><tenq>{device_time(clock, job.enqueued):%Y/%m/%d %H:%M:%S}</tenq>"
        f"<tdeq>{device_time(clock, job.enqueued):%H:%M:%S}</tdeq>{leaf('id', job.number)}{leaf('user', job.user)}"
        f"{leaf('type', job.kind)}{leaf('status', 'ACT' if job.active else 'FIN')}<queued>NO</queued>"
        f"<stoppable>{'yes' if job.active else 'no'}</stoppable>{leaf('result', job.result)}{leaf('tfin', finished)}"
        f"{leaf('description', job.description)}<positionInQ>0</positionInQ>"
        f"<progress>{job.progress(now) if job.active else finished}</progress><details>{details}</details>"
        f"<warnings>{warnings}</warnings></job>"
    )


@command("show jobs", values="id", flags="all processed pending")
def show_jobs(world: World, request: Request) -> Reply:
    """One job, or all, newest first."""
    world.refresh()
    jobs = list(reversed(world.jobs.all))
    if "id" in request.params:
        wanted = request.params["id"]
        jobs = [job for job in jobs if str(job.number) == wanted]
        if not jobs:
            raise CommandError(f"job {wanted} not found", 7)
    text = f"{'Enqueued':<22}{'Dequeued':<18} ID  PositionInQ{'Type':>34}{'Status':>31} Result Completed\n"
    text += "-" * 138 + "\n"
    for job in jobs:
        moment = device_time(world.spec.clock, job.enqueued)
        done = f"{job.progress(world.now())}%"
        if job.finished is not None:
            done = f"{device_time(world.spec.clock, job.finished):%H:%M:%S}"
        text += f"{moment:%Y/%m/%d %H:%M:%S}   {moment:%H:%M:%S} {job.number:>12} {job.kind:>46} "
        text += f"{'ACT' if job.active else 'FIN':>30} {job.result:>6} {done}\n"
        if "id" in request.params:
            text += "Warnings:" + "\n".join(job.warnings) + "\nDetails:" + "\n".join(job.details()) + "\n"
    return Reply(text, "".join(job_xml(world, job) for job in jobs))


@command("check pending-changes")
def pending_changes(world: World, request: Request) -> Reply:
    """yes or no."""
    world.refresh()
    word = "yes" if world.config.pending else "no"
    shape = world.switches.pending_answer
    if shape == "odd":
        return Reply(f"pending-changes = {word[0].upper()}", shape="member")
    return Reply(word, shape=shape)


@command("check full-commit-required")
def full_commit_required(world: World, request: Request) -> Reply:
    """yes or no; no reason for it is known, so a switch says it."""
    return Reply("yes" if world.switches.full_commit_required else "no", shape="text")


@command("show config list change-summary")
@command("show config list changes")
def change_summary(world: World, request: Request) -> Reply:
    """Who changed what; the shape on a real firewall is not known."""
    shape, changes = world.switches.change_list, world.config.changes
    if shape == "refused":
        raise CommandError(" show -> config -> list is unexpected", 17, syntax=True)
    if shape == "empty":
        return Reply("", "")
    lines = [f"{c.admin} {c.action} {c.xpath}" for c in changes]
    text = "".join(line + "\n" for line in lines)
    if shape == "member":
        return Reply(text, "".join(leaf("member", line) for line in lines))
    entries = "".join(
        f"<entry>{leaf('owner', c.admin)}{leaf('action', c.action)}{leaf('xpath', c.xpath)}</entry>" for c in changes
    )
    return Reply(text, f"<journal>{entries}</journal>")


@command("show config-locks", values="vsys")
@command("show commit-locks", values="vsys")
def show_locks(world: World, request: Request) -> Reply:
    """Who holds a lock."""
    tag = request.command.path[1]
    entries, text = "", ""
    for lock in world.locks:
        if not tag.startswith(lock.kind):
            continue
        stamp = f"{device_time(world.spec.clock, lock.at):%Y/%m/%d %H:%M:%S}"
        entries += f"<entry name={quoteattr(lock.admin)}><type>shared</type><name>shared</name>{leaf('created', stamp)}"
        entries += f"{leaf('last-activity', stamp)}<loggedin>yes</loggedin>"
        entries += f"<comment><![CDATA[{lock.comment}]]></comment></entry>"
        text += f"{lock.admin} shared {stamp} {lock.comment}\n"
    return Reply(text or "No locks\n", f"<{tag}>{entries}</{tag}>")


@command("request config-lock add", values="comment")
@command("request commit-lock add", values="comment")
def take_lock(world: World, request: Request) -> Reply:
    """Take a lock."""
    return _locking(world, request, lambda k, p: world.take_lock(k, request.admin.name, p.get("comment", "")))


@command("request config-lock remove", values="admin")
@command("request commit-lock remove", values="admin")
def release_lock(world: World, request: Request) -> Reply:
    """Release a lock."""
    return _locking(world, request, lambda k, p: world.release_lock(k, request.admin, p.get("admin", "")))


def _locking(world: World, request: Request, act: Callable[[str, dict[str, str]], str]) -> Reply:
    if request.via == "api" and world.switches.lock_over_api == "refused":
        raise CommandError(world.switches.refusal.format(family="request"), 17)
    if not request.admin.may_write():
        raise CommandError("Unauthorized request", 16)
    world.refresh()
    try:
        text = act(request.command.path[1].removesuffix("-lock"), request.params)
    except Refused as error:
        raise CommandError(error.text, error.code) from None
    shape = world.switches.lock_answer
    if shape == "empty":
        return Reply("", "")
    return Reply(text, f"<lock>{leaf('status', text)}</lock>") if shape == "xml" else Reply(text, shape="text")


@command("show config effective-running", values="xpath")
@command("show config running", values="xpath")
@command("show config candidate", values="xpath")
@command("show config merged", values="xpath")
@command("show config pushed-template", values="xpath")
def show_config(world: World, request: Request) -> Reply:
    """A configuration tree, whole or below an xpath relative to /config."""
    kind, switch = request.command.path[2], world.switches.effective_running
    xpath = request.params.get("xpath", "")
    world.refresh()
    if kind in ("effective-running", "merged") and (switch == "refused" or (switch == "whole" and xpath)):
        missing = f"{kind} -> xpath" if xpath and switch == "whole" else kind
        raise CommandError(f" show -> config -> {missing} is unexpected", 17, syntax=True)
    config = world.config
    tree = {"running": config.running, "candidate": config.candidate, "pushed-template": config.pushed}.get(kind)
    root = config.effective() if tree is None else tree
    if not xpath:
        return Reply(pretty(root), to_text(root))
    if xpath.startswith("/"):
        raise CommandError(f" show -> config -> {kind} -> xpath is invalid", 17)
    try:
        # An entry without a name means every one, as a relative xpath is written on the command line.
        found = find(root, xpath)
    except BadXpath:
        raise CommandError(f" show -> config -> {kind} -> xpath is invalid", 17) from None
    return Reply("".join(pretty(node) for node in found), "".join(to_text(node) for node in found))


def pretty(element: ET.Element, marks: bool = False) -> str:
    """Indented XML for people; with `marks` as the candidate is kept, dirty."""
    copy = deepcopy(element) if marks else clean(element)
    ET.indent(copy)
    return to_text(copy) + "\n"


@command("test ssl-exclude-list", values="hostname", flags="predefined shared vsys", required="hostname")
def test_exclusion(world: World, request: Request) -> Reply:
    """Whether a host is excluded; the answer of a real firewall is not known."""
    if not world.switches.test_ssl_exclude_list:
        raise CommandError(" test -> ssl-exclude-list is unexpected", 17, syntax=True)
    host = request.params["hostname"]
    effective = world.config.effective()
    if "predefined" in request.params:
        hit = predefined_exclusion(world.switches, effective, host)
    else:
        hit = excluded(world.switches, effective, host)
    return Reply(f"{host} is {'' if hit else 'not '}in the ssl exclude list\n")


MATCH = "from to source destination category application source-user"


@command("test decryption-policy-match", values=MATCH, required="source destination")
def test_decryption(world: World, request: Request) -> Reply:
    """The decryption rule that matches; the answer of a real firewall is not known."""
    source, destination = request.params["source"], request.params["destination"]
    rule = decrypting_rule(world.spec, world.config.effective(), source, destination)
    if rule is None:
        return Reply("No rule matched\n", "<rules/>")
    return Reply(f'"{rule}; index: 1" {{ action decrypt; }}\n', f"<rules><entry>{escape(rule)}</entry></rules>")
