# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a diagnosis will be worth something, and of what it will lack, in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import OF_CAUSES, OF_LOGS
from ansible_collections.panops.mlav.plugins.module_utils._doctor.firewall import SSH_NOT_SET, TITLES
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import Check, Step

# The evidence that a step gives: its name for a reader, and the witnesses of a diagnosis that rest on it.
EVIDENCE: Mapping[Step, tuple[str, frozenset[str]]] = {
    "operational": ("every show command", frozenset({"device", "interfaces", "jobs", "commits", "clock"})),
    "configuration": ("service route and decryption policy", frozenset({"service_route", "decryption"})),
    "log": ("the system log", frozenset({"system_log"})),
    "netstat": ("the connection table", frozenset({"netstat"})),
    "ping": ("ping", frozenset({"ping"})),
    "devsrv_log": ("devsrv.log", frozenset({"devsrv_log"})),
}
# The cause that a log shows and that is looked for first.
_SHOWN_BY_A_LOG = "tls_interception"
_SHOWN = 3

_WITHOUT: Mapping[str, str] = {
    "ansible_core": "ansible-core is too old",
    "python": "Python is too old",
    "library_asyncssh": "SSH cannot be used on this controller",
    "library_jmespath": "the query cannot be answered",
    "library_python_dateutil": "maintenance windows cannot be used",
    "time_zones": "maintenance windows cannot be used",
    "ca_file": "certificates cannot be verified",
    "known_hosts_file": "SSH host keys cannot be verified",
    "key_file": "the SSH key cannot be used",
    "report_dir": "the report cannot be written",
    "audit_dir": "audit records cannot be written",
}


@dataclass(frozen=True)
class Conclusion:
    """``ready``: a diagnosis of the firewalls that were asked can name causes."""

    ready: bool
    sentence: str


def conclude(checks: Sequence[Check], asked: int, known: int) -> Conclusion:
    """What all checks amount to.

    Args:
        checks: of the controller and of the firewalls.
        asked: how many firewalls were asked.
        known: how many firewalls there are.
    """
    who = f"{asked} of {known} firewalls" if asked != known else f"{asked} firewall{'s' if asked != 1 else ''}"
    if not asked:
        return Conclusion(False, "Not ready: no firewall was asked.")
    ready = not any(check.status == "fail" for check in checks)
    hurdles = [*_controller(checks), *_firewalls(checks, asked)]
    if not ready and not hurdles:
        hurdles = [f"failed checks: {', '.join(sorted({check.id for check in checks if check.status == 'fail'}))}"]
    head = "Not ready" if not ready else "Ready with gaps" if hurdles else "Ready"
    return Conclusion(ready, f"{head}, {who} asked: {'; '.join(hurdles) or 'a diagnosis can name causes'}.")


def unproven(steps: Iterable[Step]) -> tuple[str, ...]:
    """The causes that are not proven without the evidence of these steps."""
    lost = frozenset[str]().union(*(EVIDENCE[step][1] for step in steps))
    of_logs = [_SHOWN_BY_A_LOG] if lost.intersection(witness.id for witness in OF_LOGS) else []
    others = [cause for cause, needed in OF_CAUSES.items() if lost.intersection(witness.id for witness in needed)]
    return tuple(dict.fromkeys([*of_logs, *others]))


def names(found: Sequence[str]) -> str:
    """``fw-a, fw-b, fw-c and 37 more``."""
    shown = ", ".join(found[:_SHOWN])
    return shown if len(found) <= _SHOWN else f"{shown} and {len(found) - _SHOWN} more"


def _controller(checks: Sequence[Check]) -> Iterator[str]:
    failed = [check for check in checks if check.host is None and check.status == "fail"]
    yield from dict.fromkeys(_WITHOUT[check.id] for check in failed if check.id in _WITHOUT)


def _firewalls(checks: Sequence[Check], asked: int) -> Iterator[str]:
    by_host: dict[str, dict[str, Check]] = {}
    for check in checks:
        if check.host is not None:
            by_host.setdefault(check.host, {})[check.id] = check
    shut = [host for host, found in by_host.items() if "login" not in found or not _holds(found["login"])]
    if shut:
        first = [next((check.id for check in by_host[host].values() if check.status == "fail"), "") for host in shut]
        why = ", ".join(TITLES[check_id] for check_id in dict.fromkeys(first) if check_id)
        yield f"{len(shut)} of {asked} cannot be asked ({names(shut)})" + (f", failed: {why}" if why else "")
    open_ones = {host: found for host, found in by_host.items() if host not in shut}
    steps = tuple(step for step in EVIDENCE if not all(_gives(found[step]) for found in open_ones.values()))
    hosts = [host for host, found in open_ones.items() if not all(_gives(found[step]) for step in steps)]
    if hosts:
        over_api = all(by_host[host]["ssh_login"].message.endswith(SSH_NOT_SET) for host in hosts)
        yield _without(steps, hosts, asked, over_api)


def _without(steps: tuple[Step, ...], hosts: Sequence[str], asked: int, over_api: bool) -> str:
    evidence = [EVIDENCE[step][0] for step in steps]
    listed = evidence[0] if len(evidence) == 1 else f"{', '.join(evidence[:-1])} and {evidence[-1]}"
    where = "" if len(hosts) == asked else f" on {len(hosts)} of {asked} ({names(hosts)})"
    transport = "over the API only, " if over_api else ""
    return f"{transport}{listed} will be missing{where}, so {names(unproven(steps))} cannot be proven"


def _holds(check: Check) -> bool:
    return check.status in ("pass", "warn")


def _gives(check: Check) -> bool:
    """Whether a diagnosis gets the evidence. A warning of a step that met a problem is no evidence (``ping``)."""
    return _holds(check) and check.evidence
