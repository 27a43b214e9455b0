# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hands damaged answers and archives to the collection's own operations, and looks at what comes out."""

from __future__ import annotations

import json
import resource
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._tasks.diagnosing import DIAGNOSIS_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Result, failure
from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO
from tests.simulator import ops_mlav, ops_system  # noqa: F401  (they fill the command table)
from tests.simulator.commands import CommandError, Request, from_cli
from tests.simulator.world import World
from tests.simulator.xml_api import XmlApi
from tests.simulator.xml_api import failure as api_failure
from tests.tooling.damage import SECRETS, damaged, damaged_archive, damaged_document, damaged_http, damaged_text
from tests.tooling.environment import ROOT
from tests.tooling.notations import NOTATIONS
from tests.tooling.operations import run_operation
from tests.tooling.schemas import validator
from tests.unit.device import servers
from tests.unit.device.archives import files_of, world

KINDS = ("techsupport", "evidence", "api", "ssh")
SCENARIOS = ("tls_interception", "cloud_service_error", "port_443_blocked", "defect_pan_229832", "healthy_full")
# Of the processor, so that a busy machine changes nothing; the slowest good case takes a tenth.
CASE_SECONDS = 20
# How much larger than at its start the process may get in one case. An answer of the API may have 32 MiB.
CASE_MEGABYTES = 400
LOGIN_SECRET = "fuzz-Login-Secret-4711"
WRITTEN = tuple(dict.fromkeys(notation(LOGIN_SECRET) for notation in NOTATIONS.values()))


class Failure(Exception):
    """What came out of a case is not what may come out."""


@dataclass(frozen=True)
class Input:
    """What one case hands over, and the bytes that are kept when it fails."""

    kind: str
    ending: str
    data: bytes


@dataclass
class Fuzzer:
    """Runs cases; ``folder`` is for what the operations read and write, ``failed`` for the input of one that fails."""

    folder: Path
    failed: Path
    network: Network = field(init=False)
    _peak_before: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.files = {name: files_of(name) for name in SCENARIOS}
        self.documents = [self._document(name) for name in SCENARIOS]
        recorded = ROOT / "tests" / "unit" / "device" / "data" / "evidence-1.json"
        self.documents.append(json.loads(recorded.read_text(encoding="utf-8")))
        self.network = Network(self.folder)

    def _document(self, scenario: str) -> dict[str, Any]:
        """A good archive's evidence, as the collection saves it."""
        source, target = self.folder / f"{scenario}.tgz", self.folder / "good"
        source.write_bytes(damaged_archive(_Still(), self.files[scenario]))
        run_operation(TECHSUPPORT_INFO, {"path": str(source), "save_evidence": str(target)})
        document: dict[str, Any] = json.loads((target / f"{scenario}.json").read_text(encoding="utf-8"))
        return document

    def case(self, dice: Random, kind: str) -> None:
        """Runs one case. Raises Failure, with the input below ``failed``."""
        given: list[Input] = []
        self._peak_before = _peak_megabytes()
        began_s = time.process_time()
        try:
            {"techsupport": self._techsupport, "evidence": self._evidence}.get(kind, self._live)(dice, kind, given)
            took_s, grown = time.process_time() - began_s, _peak_megabytes() - self._peak_before
            if took_s > CASE_SECONDS:
                raise Failure(f"it took {took_s:.1f} s of the processor, and {CASE_SECONDS} are allowed")
            if grown > CASE_MEGABYTES:
                raise Failure(f"it took {grown} MiB, and {CASE_MEGABYTES} are allowed")
        except Exception as error:
            kept = [self._keep(place, item) for place, item in enumerate(given)]
            raise Failure(f"{kind}, input in {', '.join(map(str, kept))}: {error}") from error

    def _keep(self, place: int, item: Input) -> Path:
        self.failed.mkdir(parents=True, exist_ok=True)
        path = self.failed / f"{item.kind}-{place}{item.ending}"
        path.write_bytes(item.data)
        return path

    def _techsupport(self, dice: Random, kind: str, given: list[Input]) -> None:
        data = damaged_archive(dice, self.files[dice.choice(SCENARIOS)])
        given.append(Input(kind, ".tgz", data))
        # To make an archive may take more than to read it.
        self._peak_before = _peak_megabytes()
        path, saved = self.folder / "fw-1.tgz", self.folder / "saved"
        path.write_bytes(data)
        shutil.rmtree(saved, ignore_errors=True)
        outside = sorted(self.folder.parent.iterdir())
        options = {"path": str(path), "save_evidence": str(saved)}
        said = attempted(lambda: run_operation(TECHSUPPORT_INFO, options))
        self._look(said, said.get("diagnoses", ()))
        for file in saved.iterdir() if saved.is_dir() else ():
            self._fits("evidence", self._harmless(json.loads(file.read_text(encoding="utf-8"))))
        if sorted(self.folder.parent.iterdir()) != outside:
            raise Failure("a file was written beside the folders that were named")

    def _evidence(self, dice: Random, kind: str, given: list[Input]) -> None:
        data = damaged_document(dice, dice.choice(self.documents))
        given.append(Input(kind, ".json", data))
        path = self.folder / "evidence.json"
        path.write_bytes(data)
        said = attempted(lambda: run_operation(DIAGNOSIS_INFO, {"evidence": str(path)}))
        self._look(said, (said["diagnosis"],) if "diagnosis" in said else ())

    def _live(self, dice: Random, kind: str, given: list[Input]) -> None:
        params = self.network.prepare(dice, kind, world(dice.choice(SCENARIOS)), given)
        said = attempted(lambda: run_operation(DIAGNOSIS_INFO, params))
        self._look(said, (said["diagnosis"],) if "diagnosis" in said else ())

    def _look(self, said: Result, diagnoses: Sequence[Any]) -> None:
        self._harmless(said)
        for diagnosis in diagnoses:
            self._fits("diagnosis", diagnosis)
            crashed = [item for item in diagnosis["missing"] if item["kind"] == "crash"]
            crashed += [check for check in diagnosis["checks"] if "This check crashed" in check["message"]]
            if crashed:
                raise Failure(f"it crashed: {json.dumps(crashed)[:1000]}")

    def _harmless(self, said: Any) -> Any:
        """No secret, and nothing that cannot be written down."""
        text = json.dumps(said, ensure_ascii=False)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Failure(f"the result cannot be written as UTF-8: {error}") from None
        for secret in (*SECRETS, *WRITTEN, servers.KEY):
            place = text.find(json.dumps(secret, ensure_ascii=False)[1:-1])
            if place >= 0:
                raise Failure(f"a secret came out: {text[max(0, place - 200) : place + 100]}")
        return said

    def _fits(self, schema: str, data: Any) -> None:
        error = next(validator(schema).iter_errors(data), None)
        if error is not None:
            raise Failure(f"{error.json_path} does not fit {schema}.schema.json: {error.message[:500]}")

    def close(self) -> None:
        self.network.close()


class _Still(Random):
    """Dice that change nothing."""

    def random(self) -> float:
        return 0.5

    def randint(self, low: int, _high: int) -> int:
        return low

    def choice(self, items: Any) -> Any:
        return items[0]


class Network:
    """A firewall's two doors, behind which everything said is damaged. They are opened once, and then asked anew."""

    def __init__(self, folder: Path) -> None:
        authority = servers.certificate(folder, "ca", authority=True)
        self._ca_path = str(authority.file)
        self._api = servers.ApiServer(servers.certificate(folder, "fw", authority, ("127.0.0.1",)))
        self._cli = servers.Cli(password=LOGIN_SECRET)
        self._ssh = servers.SshServer(self._cli)
        self._known_hosts = folder / "known_hosts"
        self._known_hosts.write_text(self._ssh.known_hosts_line())

    def prepare(self, dice: Random, kind: str, firewall: World, given: list[Input]) -> dict[str, Any]:
        """Has the servers answer for ``firewall``; returns the options of a module that asks it."""
        api = XmlApi(firewall)
        admin = firewall.spec.admins[0]
        key = {"user": admin.name, "password": admin.password}
        token = api.handle({"type": "keygen", **key}, {}).body.partition("<key>")[2].partition("</key>")[0]
        # Most answers are good, so that a session gets further than its first question.
        rate = dice.choice((0.1, 0.3, 1.0))

        def script(request: servers.Request) -> servers.Reply | bytes:
            answer = api.handle({**request.fields, "key": token}, {"x-pan-key": token})
            if kind == "ssh" and request.fields.get("type") == "op" and dice.random() < 0.7:
                answer = api_failure(" not available to xmlapi client", 17)
            body = _telling(dice, answer.body).encode()
            if kind != "api" or dice.random() > rate:
                return body
            if dice.random() < 0.7:
                body = damaged_text(dice, answer.body).encode() if dice.random() < 0.5 else damaged(dice, body)
                given.append(Input(kind, ".xml", body))
                return body
            whole = damaged_http(dice, answer.status, body)
            given.append(Input(kind, ".http", whole))
            return servers.Reply(raw=lambda file: file.write(whole))

        self._api.script = script
        self._cli.answers = _Answers(dice, rate, firewall, given)
        provider = {"ip_address": "127.0.0.1", "port": self._api.port, "username": "admin", "password": LOGIN_SECRET}
        ssh = {"port": self._ssh.port, "known_hosts": str(self._known_hosts)} if kind == "ssh" else None
        return {
            "provider": provider,
            "ca_path": self._ca_path,
            "timeout": 10,
            "ssh": ssh,
            "depth": "full",
            "host": "fw",
        }

    def close(self) -> None:
        self._api.close()
        self._ssh.close()


def _telling(dice: Random, text: str) -> str:
    """Some answers hold the login's secret, in one of the notations that it may have."""
    if dice.random() > 0.2:
        return text
    place = text.find("</", dice.randrange(len(text) + 1))
    return text if place < 0 else f"{text[:place]} {dice.choice(WRITTEN)} {text[place:]}"


class _Answers(dict[str, "str | list[str | float]"]):
    """The command line's answers, made when they are asked for."""

    def __init__(self, dice: Random, rate: float, firewall: World, given: list[Input]) -> None:
        super().__init__()
        self._dice, self._rate, self._firewall, self._given = dice, rate, firewall, given

    def get(self, asked: str, default: Any = None) -> Any:
        line = asked.removeprefix("xml:")
        try:
            command, params = from_cli(line)
            reply = command.run(self._firewall, Request(command, self._firewall.spec.admins[0], "ssh", params))
            text = f'<response status="success"><result>{reply.xml}</result></response>' if reply.xml else reply.text
        except CommandError as error:
            text = f"Server error : {error.text}"
        if self._dice.random() < self._rate:
            text = damaged_text(self._dice, text)
            self._given.append(Input("ssh", ".txt", f"{line}\n{text}".encode()))
        return text + "\n"


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def attempted(work: Callable[[], Result]) -> Result:
    """What a task would show, also where it fails as it should."""
    try:
        return work()
    except ExpectedFailure as error:
        return failure(error)
