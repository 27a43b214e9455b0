# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates of the built collection: what users install, and the ways in which they run it."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from pathlib import Path
from typing import IO

from tests.tooling.demo import compare, read_results, simulated_fleet
from tests.tooling.environment import BUILD, ROOT, VENV, Failed, call, chosen_interpreter, environment, make_venv

BIN = VENV / "bin"
BUILT = BUILD / "artifact"
DEFINITION = ROOT / "execution-environment" / "execution-environment.yml"
IMPORTER = ROOT / "tests" / "requirements-galaxy-importer.txt"
# One that is fine, and one that a few requests tell is not.
FIREWALLS = ("--scenario", "healthy", "--scenario", "port_443_blocked")
QUERY = "[].{host: host, verdict: verdict}"
# Everything else is for developers and stays out of the collection that users install.
SHIPPED = (
    *("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md"),
    *("FILES.json", "MANIFEST.json", "bindep.txt", "requirements.txt", "changelogs/changelog.yaml", "tests/config.yml"),
    *("docs/", "meta/", "playbooks/", "plugins/", "roles/"),
)


def build(log: IO[str]) -> str:
    """The collection builds, and holds what users need and nothing else."""
    shutil.rmtree(BUILT, ignore_errors=True)
    call(log, [BIN / "ansible-galaxy", "collection", "build", "--output-path", BUILT])
    archive = _archive()
    with tarfile.open(archive) as tar:
        strangers = sorted(file.name for file in tar if file.isfile() and not file.name.startswith(SHIPPED))
    if strangers:
        raise Failed(f"galaxy.yml's build_ignore should leave out {', '.join(strangers[:5])}")
    return f"{archive.name}, {archive.stat().st_size // 1024} KiB"


def _archive() -> Path:
    [archive] = BUILT.glob("*.tar.gz")
    return archive


def galaxy_importer(log: IO[str]) -> str:
    """Galaxy would import it without a warning."""
    venv = BUILD / "venv-galaxy-importer"
    make_venv(venv, chosen_interpreter(), IMPORTER)
    place = _emptied("galaxy-importer")
    env = _bare(
        venv, HOME=str(place), GALAXY_IMPORTER_CHECK_REQUIRED_TAGS="true", GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER="true"
    )
    call(log, [venv / "bin" / "python", "-m", "galaxy_importer.main", _archive()], env=env, cwd=place)
    said = Path(log.name).read_text(encoding="utf-8", errors="replace")
    complaints = re.findall(r"^(?:WARNING|ERROR|CRITICAL):.*", said, re.MULTILINE)
    if complaints:
        raise Failed(f"{len(complaints)} complaints, the first is {complaints[0]}")
    if "completed successfully" not in said:
        raise Failed(f"the import did not end, see {log.name}")
    return ""


def install(log: IO[str]) -> str:
    """It installs into an empty folder where Galaxy cannot be asked, and its playbook diagnoses a fleet from there."""
    place = _emptied("installed")
    env = _installed(log, place / "collections")
    for name in sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")):
        call(log, [BIN / "ansible-playbook", "-i", "localhost,", f"panops.mlav.{name}", "--list-tasks"], env=env)
    with simulated_fleet(FIREWALLS, place / "fleet"):
        play = ["-i", "fleet/inventory.yml", "panops.mlav.diagnose", "-e", "mlav_report_dir=report"]
        call(log, [BIN / "ansible-playbook", *play], env=env, cwd=place)
        return _compared(place / "fleet", place / "report")


def runner(log: IO[str]) -> str:
    """ansible-runner runs it as AWX does, from a private data folder, and the artifacts of the job come back."""
    place = _emptied("runner")
    env = _installed(log, place / "collections")
    data = place / "data"
    for folder in ("project", "inventory", "env"):
        (data / folder).mkdir(parents=True)
    variables = {"mlav_report_dir": str(place / "report"), "mlav_query": QUERY}
    (data / "env" / "extravars").write_text(json.dumps(variables))
    (data / "project" / "diagnose.yml").write_text("- import_playbook: panops.mlav.diagnose\n")
    with simulated_fleet(FIREWALLS, place / "fleet"):
        shutil.copy(place / "fleet" / "inventory.yml", data / "inventory" / "hosts.yml")
        call(log, [BIN / "ansible-runner", "run", data, "-p", "diagnose.yml", "--ident", "job"], env=env, cwd=place)
        compared = _compared(place / "fleet", place / "report")
    events = [json.loads(path.read_text()) for path in (data / "artifacts" / "job" / "job_events").glob("*.json")]
    [artifacts] = [event["event_data"]["artifact_data"] for event in events if "artifact_data" in event["event_data"]]
    diagnoses = read_results(place / "report" / "diagnoses.json")
    if artifacts.get("mlav_query") != [{"host": name, "verdict": said["verdict"]} for name, said in diagnoses.items()]:
        raise Failed(f"the artifacts of the job are {artifacts}, which is not what the report says")
    return f"{compared}, artifacts: {', '.join(sorted(artifacts))}"


def execution_environment(log: IO[str]) -> str:
    """ansible-builder reads what the collection needs, and makes the build context of the execution environment."""
    place = _emptied("execution-environment")
    env = _installed(log, place / "collections")
    builder, found = BIN / "ansible-builder", place / "requirements.txt"
    call(log, [builder, "introspect", "--write-pip", found, place / "collections"], env=env)
    # An execution environment chooses ansible-core itself.
    wanted = _packages(ROOT / "requirements.txt") - {"ansible-core"}
    read = _packages(found) if found.exists() else set()
    if wanted - read:
        raise Failed(f"meta/execution-environment.yml does not lead to {', '.join(sorted(wanted - read))}")
    context = place / "context"
    call(
        log,
        [builder, "create", "--file", DEFINITION, "--context", context, "--output-filename", "Containerfile"],
        env=env,
    )
    if not (context / "Containerfile").is_file():
        raise Failed(f"{DEFINITION.relative_to(ROOT)} led to no Containerfile, see {log.name}")
    return f"{len(read)} Python packages"


def _packages(requirements: Path) -> set[str]:
    return set(re.findall(r"^([a-z][a-z0-9-]*)", requirements.read_text(encoding="utf-8"), re.MULTILINE))


def _emptied(name: str) -> Path:
    place = BUILD / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def _bare(venv: Path, **extra: str) -> dict[str, str]:
    """An environment that does not lead to this checkout."""
    env = environment(venv, **extra)
    del env["PYTHONPATH"]
    return env


def _installed(log: IO[str], target: Path) -> dict[str, str]:
    """Install the built collection; returns an environment that finds it there and nowhere else."""
    env = _bare(VENV, ANSIBLE_COLLECTIONS_PATH=str(target))
    call(log, [BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", target, _archive()], env=env)
    return env


def _compared(fleet: Path, report: Path) -> str:
    """Every firewall was judged as its scenario says."""
    expected = json.loads((fleet / "fleet.json").read_text(encoding="utf-8"))
    wrong = compare(expected, read_results(report / "diagnoses.json"))
    if wrong or not expected:
        raise Failed(f"{wrong} of {len(expected)} firewalls were judged otherwise than expected")
    return f"{len(expected)} firewalls"
