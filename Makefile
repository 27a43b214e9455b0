# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is a session of noxfile.py, which tests/run.py runs in .venv; that works without make too:
# python3 tests/run.py demo

# The first Python here that is new enough; .venv is made with the best one that run.py finds, or with PYTHON=... .
RUNNER := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN = $(or $(RUNNER),python3) tests/run.py

export PYTHON

.PHONY: help
help:
	@echo 'make demo         a simulated fleet is diagnosed; needs no firewall (about a minute)'
	@echo 'make demo-techsupport  the same from tech-support files of that fleet'
	@echo 'make demo-remediate    another fleet is planned, repaired and verified'
	@echo 'make benchmark    the playbooks measured on up to a thousand simulated firewalls (about twenty minutes)'
	@echo 'make test         the everyday gates (under five minutes, the first time a little longer)'
	@echo 'make ci           every gate and the demos, on the newest ansible-core'
	@echo 'make full         all of that, and the matrix of every supported ansible-core on its Python'
	@echo 'make lint         style, YAML, playbooks, documentation, licenses, changelog'
	@echo 'make types        mypy'
	@echo 'make units        unit tests'
	@echo 'make integration  playbooks against the simulator'
	@echo 'make coverage     both, and what they cover'
	@echo 'make sanity       ansible-test sanity, newest and oldest ansible-core'
	@echo 'make artifact     the built collection: imported, installed, run as AWX runs it'
	@echo 'make clean        remove everything that these made'
	@echo 'make list         every session; any of them runs by its name: python3 tests/run.py NAME'

NAMES = demo demo-techsupport demo-remediate benchmark test ci full lint types units integration coverage sanity artifact clean
.PHONY: $(NAMES) list
$(NAMES):
	@$(RUN) $@
list:
	@$(RUN)
