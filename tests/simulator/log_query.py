# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the log database: (description contains 'MLAV') and (receive_time geq '2026/11/01 00:00:00')."""

from __future__ import annotations

import re
from collections.abc import Callable

from .logs import Event, device_time
from .parts import Clock

_TOKEN = re.compile(r"\s*(\(|\)|'[^']*'|\"[^\"]*\"|[^\s()'\"]+)")
Test = Callable[[Event], bool]


class BadQuery(Exception):
    """The query cannot be understood."""


class _Parser:
    def __init__(self, text: str, clock: Clock, case_sensitive: bool, serial: str) -> None:
        self.tokens = _TOKEN.findall(text)
        if text.count("'") % 2:
            raise BadQuery("missing quote")
        self.clock = clock
        self.serial = serial
        self.case_sensitive = case_sensitive

    def parse(self) -> Test:
        test = self.either()
        if self.tokens:
            raise BadQuery(self.tokens[0])
        return test

    def take(self) -> str:
        if not self.tokens:
            raise BadQuery("end")
        return str(self.tokens.pop(0))

    def peek(self) -> str:
        return str(self.tokens[0]).lower() if self.tokens else ""

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek() == "or":
            self.take()
            tests.append(self.both())
        return lambda event: any(test(event) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.peek() == "and":
            self.take()
            tests.append(self.one())
        return lambda event: all(test(event) for test in tests)

    def one(self) -> Test:
        if self.peek() in ("not", "!"):
            self.take()
            inner = self.one()
            return lambda event: not inner(event)
        if self.peek() == "(":
            self.take()
            inner = self.either()
            if self.take() != ")":
                raise BadQuery("missing )")
            return inner
        name, operator, value = self.take(), self.take().lower(), self.take().strip("'\"")
        return self.comparison(name, operator, value)

    def comparison(self, name: str, operator: str, value: str) -> Test:
        def field(event: Event) -> str:
            return fields(event, self.clock, self.serial)[name]

        if name not in fields(Event(0, "", "", "", ""), self.clock, ""):
            raise BadQuery(name)
        if operator == "contains":
            if self.case_sensitive:
                return lambda event: value in field(event)
            return lambda event: value.lower() in field(event).lower()
        if operator == "eq":
            return lambda event: field(event) == value
        if operator == "neq":
            return lambda event: field(event) != value
        if operator in ("geq", "greater-than-or-equal"):
            return lambda event: field(event) >= value
        if operator in ("leq", "less-than-or-equal"):
            return lambda event: field(event) <= value
        raise BadQuery(operator)


def fields(event: Event, clock: Clock, serial: str) -> dict[str, str]:
    """What a filter can look at."""
    stamp = f"{device_time(clock, event.at):%Y/%m/%d %H:%M:%S}"
    return {
        "description": event.text,
        "serial": serial,
        "opaque": event.text,
        "eventid": event.eventid,
        "subtype": event.subtype,
        "severity": event.severity,
        "object": event.object,
        "module": event.module,
        "receive_time": stamp,
        "time_generated": stamp,
    }


def select(events: list[Event], query: str, clock: Clock, case_sensitive: bool = True, serial: str = "") -> list[Event]:
    """The events that the query means, in their order."""
    if not query.strip():
        return list(events)
    test = _Parser(query, clock, case_sensitive, serial).parse()
    return [event for event in events if test(event)]
