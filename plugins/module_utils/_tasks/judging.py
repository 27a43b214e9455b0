# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operations that gather and judge have in common, whoever answers."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis, DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.redacting import redacted
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import between
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import OWN_WORDS
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Params, Result


def gather_options(params: Params, subset: frozenset[str] | None = None) -> GatherOptions:
    """How to gather, from the options of a module."""
    return GatherOptions(
        depth="auto" if params.get("depth") == "auto" else "full",
        subset=subset,
        log_window=duration("log_window", params.get("log_window", "24h")),
        log_lines=between("log_lines", params.get("log_lines", 5000), 1, 65535),
        log_entries=between("log_entries", params.get("log_entries", 500), 1, 5000),
        ping_count=between("count", params.get("count", 3), 1, 100),
    )


def diagnosed(
    evidence: EvidenceSet, params: Params, redactor: Redactor | None = None, file: str | None = None
) -> Result:
    """The diagnosis as data.

    Args:
        evidence: what is judged.
        params: the options of a module that judges.
        redactor: of the session that gathered the evidence; None for a file.
        file: the name of the file that the evidence comes from; None for a firewall.
    """
    options = DiagnosisOptions(log_window=gather_options(params).log_window, doc_url=params["doc_url"] or "")
    found = diagnose(evidence, options) if redactor is None else judged(evidence, options, redactor)
    result: Result = encode(replace(found, source_file=file))
    return result


def judged(evidence: EvidenceSet, options: DiagnosisOptions, redactor: Redactor) -> Diagnosis:
    """The diagnosis without the session's secrets.

    The evidence is redacted first, so that no secret can cut a word out of our own sentences. If the judgment then
    differs, a secret is a word that it rests on: the evidence itself is judged, and the sentences are redacted.
    """
    clean = redacted(evidence, redactor.mask)
    found = diagnose(clean, options)
    if clean is evidence:
        return found
    whole = diagnose(evidence, options)
    if _judgment(whole) == _judgment(found):
        return found
    masked = redacted(whole, lambda text: text if text in OWN_WORDS else redactor.mask(text))
    return replace(masked, host=whole.host)


def _judgment(found: Diagnosis) -> tuple[object, ...]:
    causes = tuple((cause.id, cause.confidence) for cause in found.causes)
    return (
        found.verdict,
        causes,
        tuple(past.id for past in found.history),
        tuple(check.status for check in found.checks),
    )
