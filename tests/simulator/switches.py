# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches for what is not known about real firewalls, and faults.

A switch is a behaviour that no official source settles; users of the simulator must cope with each setting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .parts import ScenarioError

WIRE_FAULTS = (
    "slow",
    "trickle",
    "hang",
    "drop_before",
    "drop_middle",
    "drop_after",
    "hang_after",
    "truncate",
    "html",
    "huge",
    "entity_bomb",
)
# A job ends in FAIL, or never.
JOB_FAULTS = ("job_fails", "job_hangs")
# Somebody else acts when the request comes.
INTERFERENCE = ("edit", "edit_same", "config_lock", "commit_lock", "commit", "content")
# How the labels of requests begin that are meant to change something.
WRITES = (
    "config set",
    "config edit",
    "config delete",
    "commit",
    "request config-lock",
    "request commit-lock",
    "debug software restart",
)
CONFIGURATION_WRITES = ("set ", "delete ", "revert", "commit")
ANSWER_FAULTS = ("busy", "key_expired", "session_timed_out", "refused", "job_fails")


@dataclass
class Switches:
    """What real firewalls do here is not proven; each field says what this one does."""

    cloud_status_shape: str = "cdata"  # cdata | member | text | tags
    text_shape: str = "cdata"  # cdata | member | text; every other command that answers text
    cloud_connection_word: str = ""  # a word in place of connected/disconnected
    busy_place: str = "msg_line"  # msg_line | result_text | member; where "device busy" stands over the API
    busy_text: str = "device busy or unavailable"
    netstat_api: str = "allowed"  # allowed | refused | empty
    refused_over_api: list[str] = field(
        default_factory=lambda: ["ping", "traceroute", "less", "tail", "grep", "debug", "tcpdump", "view-pcap"]
    )
    refused_through_panorama: list[str] = field(default_factory=lambda: ["ping", "traceroute"])
    refused_over_ssh: list[str] = field(default_factory=list)  # command beginnings, answered "Invalid syntax."
    refusal: str = " {family} not available to xmlapi client"
    effective_running: str = "xpath"  # xpath | whole (refused with an xpath) | refused
    test_ssl_exclude_list: bool = True
    software_status: str = "pid"  # pid | no_pid | start_time | refused; how the processes are shown
    restart_in_system_log: bool = True  # does a restart of device-server leave a system-log entry
    restart_asks: bool = False  # does the CLI ask for confirmation before a restart
    restart_text: str = "Process device-server was restarted by user {user}"
    device_certificate_status: bool = True
    url_cloud: str = "public"  # public | private | refused; what show url-cloud status answers
    client_certificate_line: bool = True  # does a rejected client certificate leave a line in devsrv.log
    missing_right: str = "code16"  # code16 | code403
    dirty_attributes: bool = True
    ping_name_unknown: str = "unknown_host"  # unknown_host | not_known | temporary
    ping_bind_prefix: bool = False
    passive_connects: bool = True  # does a unit connect that forwards nothing
    log_offset: bool = True  # do lines of devsrv.log carry the offset
    devsrv_log: str = "devsrv.log"  # devsrv.log | devsrvr.log; the file's name, the other on one official page
    devsrv_log_content: str = "normal"  # normal | empty | absent
    rotated_after: str = "36h"  # older lines are in devsrv.log.old
    archive_rotations: str = "old"  # old | numbered | gz; .old; .1 and .2; .1, .2.gz and .3.gz
    archive_system_log_order: str = "forward"  # forward | backward; which end of show_log_system.txt is the newest
    archive_status: str = "present"  # present | absent; does the archive hold show mlav cloud-status
    archive_log_offset: str = "as_log"  # as_log | yes | no; the offset in the archive's devsrv.log
    export_seconds: float = 0.3  # how long the tech-support job runs
    interface_down: str = "autoneg"  # autoneg | autoneg_twice | plain; down(autoneg), down((autoneg)), down
    interface_fec: bool = True  # has the text of show interface a fourth part after speed, duplex and state
    netstat_leftovers: bool = True  # TIME_WAIT rows after a failed attempt
    contains_is_case_sensitive: bool = True
    force_with_partial_fails: bool = True
    change_list: str = "journal"  # journal | member | refused | empty; what show config list changes answers
    pending_answer: str = "text"  # text | cdata | odd; how yes and no are told, odd is neither
    full_commit_required: bool = False  # partial commits are refused until a full one
    lock_answer: str = "text"  # text | empty | xml; the good answer to taking and releasing a lock
    lock_over_api: str = "allowed"  # allowed | refused; may a lock be taken and released over the API
    foreign_config_lock: str = "admin"  # admin | plain; a superuser names whose lock he removes, or removes whoever's
    config_lock_stops_commits: bool = True  # does another's configuration lock refuse a commit as well as changes
    commit_releases_lock: bool = False  # are the committing administrator's locks gone once the job is done
    predefined_exclusion: bool = False  # is *.paloaltonetworks.com excluded unless the configuration disables that
    missing_exclude_means: str = "yes"  # yes | no; what an exclusion without <exclude> does
    log_polls: int = 2  # answers without logs before a log query is done
    commit_seconds: float = 0.3
    commit_warnings: list[str] = field(default_factory=list)  # what every commit job warns of
    reconnect_after_s: float = 0.0  # how long device-server waits before it tries again


@dataclass
class Fault:
    """Something that goes wrong with some answers."""

    kind: str = "slow"
    on: str = ""  # beginning of the request's label, e.g. "show mlav cloud-status", "keygen", "commit"
    times: int = 0  # 0: always
    via: str = "both"  # api | ssh | both
    ms: int = 0
    text: str = ""
    mb: int = 100
    after: bool = False  # interfere: once the request is carried out, not before

    def __post_init__(self) -> None:
        if self.kind == "interfere" and self.text not in INTERFERENCE:
            raise ScenarioError(f"interfere: unknown text {self.text!r}; known: {sorted(INTERFERENCE)}")

    def matches(self, label: str, via: str) -> bool:
        """True when this fault concerns the request."""
        return self.via in (via, "both") and (not self.on or label.startswith(self.on))


@dataclass
class Faults:
    """Faults of one firewall."""

    answers: list[Fault] = field(default_factory=list)
    certificate: str = "good"  # good | self_signed | wrong_name | expired
    unreachable: bool = False
    ssh_host_key: str = "known"  # known | changed | unknown
    ssh_closed: bool = False
    wrong_password: bool = False  # the inventory holds a password that is not the firewall's

    def take(self, label: str, via: str, kinds: tuple[str, ...]) -> Fault | None:
        """The fault that hits this request, if one does; one with a count is used up."""
        for fault in self.answers:
            if fault.kind in kinds and fault.matches(label, via):
                self._use_up(fault)
                return fault
        return None

    def take_interference(self, label: str, via: str, after: bool) -> list[str]:
        """What somebody else does at this request."""
        hits = [f for f in self.answers if f.kind == "interfere" and f.after == after and f.matches(label, via)]
        for fault in hits:
            self._use_up(fault)
        return [fault.text for fault in hits]

    def _use_up(self, fault: Fault) -> None:
        if fault.times == 1:
            self.answers.remove(fault)
        elif fault.times > 1:
            fault.times -= 1


@dataclass
class Access:
    """How the inventory reaches the firewall."""

    api: str = "password"  # password | key
    ssh: str = "password"  # none | password | keyboard_interactive | key
    banner: bool = False  # ask to accept a statement before the password
    motd: str = ""
    failed_attempts: int = 0
    admin: str = "admin"  # which administrator the inventory uses
    panorama: bool = False  # reached through a Panorama


@dataclass
class Statistics:
    """What a firewall was asked; readable in-process and written to a file."""

    requests: int = 0
    tls_handshakes: int = 0
    ssh_sessions: int = 0
    concurrent: int = 0
    most_concurrent: int = 0
    asked: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)  # those of `asked` that are meant to change something
    pub_pem_files: int = 0  # left in a partition by show device-certificate status (PAN-313623), never deleted

    def note(self, label: str, prefix: str = "", *, writes: bool = False) -> None:
        """Keep a request's label, or a line that was typed."""
        self.asked.append(prefix + label)
        if writes or label.startswith(WRITES):
            self.writes.append(prefix + label)
