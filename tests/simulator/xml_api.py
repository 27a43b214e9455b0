# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The XML API view of a world: a request's fields in, an answer out. No sockets here."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from . import ops_mlav, ops_panorama, ops_system  # noqa: F401  (they fill the command table)
from .api_config import config_action
from .api_logs import LogQueries
from .commands import CommandError, Reply, Request, from_xml, refuse_over_api
from .interference import interference
from .parts import Admin
from .switches import ANSWER_FAULTS
from .world import NOTHING_TO_COMMIT, Refused, World

NO_EXPORT_THROUGH_PANORAMA = (
    "Cannot export tech support via Panorama proxied API connection. Please specify the firewall directly."
)
RIGHTS = {"op": "op", "config": "config", "commit": "commit", "log": "log", "export": "export"}


@dataclass
class Answer:
    """An HTTP answer."""

    body: str
    status: int = 200
    data: bytes | None = None  # a file in place of the body
    filename: str = ""
    sent: Callable[[], None] | None = None  # called once the client has it


def success(inner: str, code: int | None = None) -> Answer:
    """A good answer."""
    mark = f' code="{code}"' if code is not None else ""
    return Answer(f'<response status="success"{mark}>{inner}</response>')


def failure(text: str, code: int = 0) -> Answer:
    """A bad answer; without a code the message stands in a plain line."""
    if not code:
        return Answer(f'<response status="error"><msg><line>{escape(text)}</line></msg></response>')
    return Answer(f'<response status="error" code="{code}"><msg><line><![CDATA[{text}]]></line></msg></response>')


def forbidden(text: str = "Invalid Credential") -> Answer:
    """A bad user, password or key; the quotes are what a firewall sends."""
    return Answer(f"<response status = 'error' code = '403'><result><msg>{text}</msg></result></response>", 403)


def wrap(reply: Reply, default_shape: str) -> Answer:
    """A command's reply in the envelope that the scenario asks for."""
    if reply.xml is not None:
        return success(f"<result>{reply.xml}</result>")
    shape = reply.shape or default_shape
    if shape == "member":
        return success(f"<result><member>{escape(reply.text)}</member></result>")
    if shape == "text":
        return success(f"<result>{escape(reply.text)}</result>")
    return success(f"<result><![CDATA[{reply.text}]]></result>")


@dataclass
class XmlApi:
    """One management address: a firewall, or a Panorama with firewalls behind it."""

    world: World
    logs: LogQueries = field(default_factory=LogQueries)
    export: Callable[[World, Mapping[str, str]], Answer] | None = None

    @property
    def managed(self) -> dict[str, World]:
        """The firewalls behind this one by serial number."""
        return self.world.managed

    def label(self, params: Mapping[str, str]) -> str:
        """What the request is called in statistics and faults."""
        kind = params.get("type", "")
        if kind == "op":
            try:
                command, _ = from_xml(params.get("cmd", ""))
                return " ".join(command.path)
            except CommandError:
                return f"op {params.get('cmd', '')[:80]}"
        action = params.get("action", "")
        return f"{kind} {action}".strip()

    def handle(self, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Answer one request."""
        label = self.label(params)
        kind = params.get("type", "")
        if kind == "keygen":
            return self._keygen(params)
        admin = self._who(params, headers)
        if admin is None:
            return forbidden()
        target = params.get("target", "")
        world = self.world
        if target:
            if target not in self.managed or not self.managed[target].spec.managed.connected:
                return failure(f" {target} is not connected", 13)
            world = self.managed[target]
            world.statistics.requests += 1
            world.statistics.note(label)
        with interference(world, label, "api", admin.name):
            return self._answer(world, label, admin, params)

    def _answer(self, world: World, label: str, admin: Admin, params: Mapping[str, str]) -> Answer:
        kind = params.get("type", "")
        faulty = self._answer_fault(world, label)
        if faulty is not None:
            return faulty
        if kind in RIGHTS and not admin.may(RIGHTS[kind]):
            return self._lacks_right()
        try:
            return self._dispatch(world, kind, admin, params, bool(params.get("target")))
        except CommandError as error:
            return failure(error.text, error.code)
        except Refused as error:
            return failure(error.text, error.code)

    def _dispatch(self, world: World, kind: str, admin: Admin, params: Mapping[str, str], proxied: bool) -> Answer:
        if kind == "op":
            return self._op(world, admin, params, proxied)
        if kind == "config":
            if params.get("action") not in ("get", "show") and not admin.may_write():
                return self._lacks_right()
            return Answer(config_action(world, admin, params))
        if kind == "commit":
            return self._commit(world, admin, params) if admin.may_write() else self._lacks_right()
        if kind == "log":
            sources = [world] if proxied else [world, *self.managed.values()]
            return Answer(self.logs.handle(world, sources, params))
        if kind == "version" and not proxied:
            spec = world.spec
            return success(
                f"<result><sw-version>{spec.sw_version}</sw-version><multi-vsys>{'on' if spec.multi_vsys else 'off'}"
                f"</multi-vsys><model>{spec.model}</model><serial>{spec.serial}</serial></result>"
            )
        if kind == "export":
            return self._export(world, params, proxied)
        return failure(f'Illegal value for parameter "type" [{kind}].', 400)

    def _keygen(self, params: Mapping[str, str]) -> Answer:
        faulty = self._answer_fault(self.world, "keygen")
        if faulty is not None:
            return faulty
        admin = self.world.admin(params.get("user", ""))
        if admin is None or admin.password != params.get("password", "") or not self._has_api(admin):
            return forbidden()
        return success(f"<result><key>{escape(admin.api_key)}</key></result>")

    @staticmethod
    def _has_api(admin: Admin) -> bool:
        return admin.role != "custom" or bool(admin.rights)

    def _who(self, params: Mapping[str, str], headers: Mapping[str, str]) -> Admin | None:
        key = headers.get("x-pan-key") or params.get("key", "")
        if key:
            return next((a for a in self.world.spec.admins if a.api_key == key and self._has_api(a)), None)
        basic = headers.get("authorization", "")
        if not basic.lower().startswith("basic "):
            return None
        try:
            name, _, password = base64.b64decode(basic[6:]).decode().partition(":")
        except ValueError:
            return None
        admin = self.world.admin(name)
        return admin if admin is not None and admin.password == password and self._has_api(admin) else None

    def _lacks_right(self) -> Answer:
        if self.world.switches.missing_right == "code403":
            return forbidden("Type [op] not authorized for user role.")
        return failure("Unauthorized request", 16)

    @staticmethod
    def _answer_fault(world: World, label: str) -> Answer | None:
        kinds = tuple(k for k in ANSWER_FAULTS if k != "job_fails")
        fault = world.faults.take(label, "api", kinds)
        if fault is None:
            return None
        if fault.kind == "busy":
            return failure(fault.text or world.switches.busy_text)
        if fault.kind == "key_expired":
            return forbidden()
        if fault.kind == "session_timed_out":
            return failure("Session timed out", 22)
        return failure(fault.text or world.switches.refusal.format(family=label.split(" ")[0]), 17)

    def _op(self, world: World, admin: Admin, params: Mapping[str, str], proxied: bool) -> Answer:
        command, values = from_xml(params.get("cmd", ""))
        request = Request(command, admin, "api", values, proxied)
        refuse_over_api(request, world.switches)
        return wrap(command.run(world, request), world.switches.text_shape)

    def _commit(self, world: World, admin: Admin, params: Mapping[str, str]) -> Answer:
        try:
            root = ET.fromstring(params.get("cmd", "<commit/>"))
        except ET.ParseError:
            return failure(" commit is malformed", 18)
        if root.tag != "commit":
            return failure(f" {root.tag} is unexpected", 17)
        partial = root.find(".//partial")
        admins = [m.text or "" for m in root.findall(".//partial/admin/member")]
        job = world.commit(
            admin.name,
            force=root.find("force") is not None,
            partial=partial is not None,
            admins=admins or None,
            text=root.findtext("description") or "",
        )
        if job is None:
            return success(f"<msg>{NOTHING_TO_COMMIT}</msg>", 19)
        line = f"Commit job enqueued with jobid {job.number}"
        return success(f"<result><msg><line>{line}</line></msg><job>{job.number}</job></result>", 19)

    def _export(self, world: World, params: Mapping[str, str], proxied: bool) -> Answer:
        if proxied:
            return failure(NO_EXPORT_THROUGH_PANORAMA)
        if self.export is None:
            return failure(f" export {params.get('category', '')} is not available", 14)
        return self.export(world, params)
