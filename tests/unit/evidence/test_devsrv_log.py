# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""devsrv.log: the article's samples, and the lines that could be taken for them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._evidence.devsrv_log import (
    parse,
    probe_devsrv_log,
    with_offset,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DevsrvLog
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import FakeDevice

DAY = "2023-08-28"
EDT = timezone(timedelta(hours=-4))
PEER = "Peer certificate cannot be authenticated with given CA certificates"

PROBLEM_A = """\
2023-08-28 13:21:23.813 -0400 Error: pan_mlav_get_metadata(pan_mlav_cloud.c:1667): Failed to send metadata query
2023-08-28 13:36:23.882 -0400 Error: pan_mlav_get_ver_from_file(pan_mlav_cloud.c:187): Failed to open file[/opt/pancfg/mgmt/content/pan_threatversion]
2023-08-28 13:36:24.605 -0400 Error: verify_cb(pan_ssl_curl_utils.c:641): Error with certificate at depth: 2
2023-08-28 13:36:24.605 -0400 Error: verify_cb(pan_ssl_curl_utils.c:643): Basic Validation of x509 cert Fail ; Code : 20
2023-08-28 13:36:24.606 -0400 Error: verify_cb(pan_ssl_curl_utils.c:652): Failed to validate x509 cert from ctx: (20) unable to get local issuer certificate
2023-08-28 13:36:24.606 -0400 Error: pan_mlav_send_query(pan_mlav_cloud.c:1394): Failed to send req type[3], curl error: Peer certificate cannot be authenticated with given CA certificates
"""  # noqa: E501
PROBLEM_B = """\
2020-08-12 15:37:02.062 +0800 Error: pan_mlav_get_ver_from_file(pan_mlav_cloud.c:183): Failed to open file[/opt/pancfg/mgmt/content/pan_threatversion]
2020-08-12 15:37:02.203 +0800 Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:538): Got HTTP resp code 400
2020-08-12 15:37:02.203 +0800 Error: pan_mlav_resp_parser(pan_mlav_cloud.c:802): Server resp code[400], msglen[71], msg: invalid flatbuffer request: invalid content version (with build number)
2020-08-12 15:37:02.203 +0800 Error: pan_mlav_send_query(pan_mlav_cloud.c:1301): Failed to parse type[3] response
2020-08-12 15:37:02.203 +0800 Error: pan_mlav_get_metadata(pan_mlav_cloud.c:1555): Failed to send metadata query
2020-08-12 15:37:02.203 +0800 Error: pan_mlav_check_model(pan_mlav_cloud.c:1793): Failed to get metadata from cloud
2020-08-12 15:37:02.203 +0800 Error: pan_mlav_req_handler(pan_mlav_cloud.c:1915): meta download s_connection_tries [1]
2020-08-12 15:37:02.203 +0800 mlav force_reconnect is true
"""  # noqa: E501
PROBLEM_C1 = """\
2024-07-26 08:49:42.148 +0900 Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:558): Got HTTP resp code 404
"""
PROBLEM_C2 = """\
2022-09-22 20:30:02.513 +0900 Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:558): Got HTTP resp code 500
2022-09-22 20:30:02.513 +0900 Error: pan_mlav_resp_parser(pan_mlav_cloud.c:822): Server resp code[500], msglen[244], msg:
"""  # noqa: E501
PROBLEM_D = (
    "2022-04-26 07:32:59.061 -0500 Error: pan_mlav_send_query(pan_mlav_cloud.c:1396): "
    "Failed to send req type[3], curl error: Couldn't resolve host name\n"
)


def told(log: DevsrvLog) -> set[tuple[str, int | None, str, int]]:
    return {(item.kind, item.code, item.text, item.count) for item in log.signatures}


def line(message: str, at: str = "13:36:24.605", level: str = "Error: ", offset: str = " -0400") -> str:
    return f"{DAY} {at}{offset} {level}{message}\n"


def mlav(message: str, function: str = "pan_mlav_send_query", place: int = 1394) -> str:
    return f"{function}(pan_mlav_cloud.c:{place}): {message}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROBLEM_A, {("x509", 20, "unable to get local issuer certificate", 1), ("curl", 60, PEER, 1)}),
        (
            PROBLEM_B,
            {
                ("http", 400, "invalid flatbuffer request: invalid content version (with build number)", 1),
                ("reconnect", None, "mlav force_reconnect is true", 1),
            },
        ),
        (PROBLEM_C1, {("http", 404, "", 1)}),
        (PROBLEM_C2, {("http", 500, "", 1)}),
        (
            PROBLEM_C2 + "<html>Server Error</html>\nplease retry\n",
            {("http", 500, "<html>Server Error</html> please retry", 1)},
        ),
        (PROBLEM_D, {("curl", 6, "Couldn't resolve host name", 1)}),
        (
            line(mlav("Failed to send req type[3], curl error: SSL connect error")),
            {("curl", 35, "SSL connect error", 1)},
        ),
        (line(mlav("Got HTTP resp code 503") * 2), {("http", 503, "", 1)}),
        (line(mlav("Something new went wrong")), {("other", None, "Something new went wrong", 1)}),
    ],
)
def test_signatures(text: str, expected: set[tuple[str, int | None, str, int]]) -> None:
    assert told(parse([text])) == expected


DNS = "Failed to send req type[3], curl error: Couldn't resolve host name"


@pytest.mark.parametrize(
    "text",
    [
        line(mlav(DNS, function="pan_mlav_send_query_v2", place=1)),
        line(mlav(DNS), level=""),
        line(mlav(DNS), level="Warning: "),
        line(mlav(DNS), offset=""),
        line(mlav(DNS), offset=" +0900"),
        line(mlav(DNS), at="13:36:24"),
        line(f"pan_mlav_send_query: {DNS}"),
        line(mlav(DNS)).replace("\n", "\r\n"),
    ],
)
def test_only_the_message_decides(text: str) -> None:
    assert told(parse([text])) == {("curl", 6, "Couldn't resolve host name", 1)}


@pytest.mark.parametrize(
    "text",
    [
        line("pan_url_send(pan_url_cloud.c:311): Failed to send req, curl error: Couldn't resolve host name"),
        line("pan_wfrt_resp(pan_wfrt_cloud.c:822): Got HTTP resp code 404"),
        line(mlav("Failed to open file[/opt/pancfg/mgmt/content/pan_threatversion]", "pan_mlav_get_ver_from_file")),
        line(mlav("mlav force_reconnect is false"), level=""),
        line(mlav("query sent"), level=""),
        line(mlav("Failed to parse type[7] response")),
        line(mlav("meta download s_connection_tries [4]")),
        line("verify_cb(pan_ssl_curl_utils.c:641): Error with certificate at depth: 2"),
    ],
)
def test_neighbours_are_no_signature(text: str) -> None:
    log = parse([text])
    assert (log.signatures, log.lines) == ((), 1)


X509 = line("verify_cb(pan_ssl_curl_utils.c:652): Failed to validate x509 cert from ctx: (10) certificate has expired")
HEAD = line("verify_cb(pan_ssl_curl_utils.c:643): Basic Validation of x509 cert Fail ; Code : 10", at="13:36:24.601")
URL = "pan_url_send(pan_url_cloud.c:311): Failed to send, curl error: Peer certificate cannot be authenticated"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (X509, False),
        (X509 + line(mlav(DNS), at="13:36:26.600"), True),
        (X509 + line(mlav(DNS), at="13:36:26.700"), False),
        (line(mlav(DNS), at="13:36:24.500") + X509, False),
        (X509 + line(URL, at="13:36:24.606"), False),
        (X509 + line(URL, at="13:36:24.606") + line(mlav(DNS), at="13:36:25.000"), False),
        (
            X509 + line("pan_cfg(pan_cfg.c:1): phase1 done", at="13:36:24.606") + line(mlav(DNS), at="13:36:25.000"),
            True,
        ),
        (X509 + line(mlav("Failed to open file[pan_threatversion]"), at="13:36:24.700"), False),
        (X509 + line(mlav("Failed to send metadata query"), at="13:36:24.700"), True),
        (line(mlav("Failed to validate x509 cert from ctx: (10) certificate has expired")), True),
    ],
)
def test_a_certificate_line_counts_only_before_a_line_of_mlav(text: str, expected: bool) -> None:
    assert (("x509", 10, "certificate has expired", 1) in told(parse([text]))) is expected


def test_the_two_certificate_lines_are_one_incident() -> None:
    query = line(mlav(DNS), at="13:36:24.700")
    assert ("x509", 10, "certificate has expired", 1) in told(parse([HEAD + X509 + query]))
    assert ("x509", 10, "", 1) in told(parse([HEAD + query]))


def test_equal_messages_are_put_together_newest_first() -> None:
    first, last = line(mlav(DNS), at="01:00:00.000"), line(mlav(DNS, place=9), at="03:00:00.000")
    reset = line(mlav("Failed to send req type[3], curl error: Timeout was reached"), at="02:00:00.000")
    log = parse([first + reset + last])
    assert [item.text for item in log.signatures] == ["Couldn't resolve host name", "Timeout was reached"]
    newest = log.signatures[0]
    assert newest.first == datetime(2023, 8, 28, 1, tzinfo=EDT)
    assert newest.last == datetime(2023, 8, 28, 3, tzinfo=EDT)
    assert (newest.count, newest.sample) == (2, last.strip())


def test_times_decide_not_the_order_of_the_files() -> None:
    old, new = line(mlav(DNS), at="01:00:00.000"), line(mlav(DNS), at="02:00:00.000")
    assert parse([old, new]) == parse([new, old])


def test_the_offset_belongs_to_the_time() -> None:
    tokyo = line(mlav("curl error: Timeout was reached"), at="13:00:00.000", offset=" +0900")
    london = line(mlav("curl error: SSL connect error"), at="05:00:00.000", offset=" +0000")
    log = parse([tokyo + london])
    assert [item.text for item in log.signatures] == ["SSL connect error", "Timeout was reached"]
    assert log.utc_offset_s == 0
    assert log.newest == datetime(2023, 8, 28, 5, tzinfo=timezone.utc)


def test_without_offset_times_are_naive_until_the_offset_is_known() -> None:
    log = parse([line(mlav(DNS), offset="")])
    assert log.utc_offset_s is None
    assert log.signatures[0].last == datetime(2023, 8, 28, 13, 36, 24, 605000)
    assert with_offset(log, -4 * 3600).signatures[0].last == datetime(2023, 8, 28, 13, 36, 24, 605000, EDT)
    assert with_offset(log, -4 * 3600).newest == datetime(2023, 8, 28, 13, 36, 24, 605000, EDT)


LIBCURL = {
    5: "Couldn't resolve proxy name",
    6: "Couldn't resolve host name",
    7: "Couldn't connect to server",
    27: "Out of memory",
    28: "Timeout was reached",
    35: "SSL connect error",
    43: "A libcurl function was given a bad argument",
    45: "Failed binding local connection end",
    51: "SSL peer certificate or SSH remote key was not OK",
    52: "Server returned nothing (no headers, no data)",
    55: "Failed sending data to the peer",
    56: "Failure when receiving data from the peer",
    58: "Problem with the local SSL certificate",
    60: "Peer certificate cannot be authenticated with given CA certificates",
    77: "Problem with the SSL CA cert (path? access rights?)",
}


@pytest.mark.parametrize(("code", "text"), LIBCURL.items())
def test_every_text_of_libcurl_has_its_number(code: int, text: str) -> None:
    log = parse([line(mlav(f"Failed to send req type[3], curl error: {text}"))])
    assert told(log) == {("curl", code, text, 1)}
    assert log.unrecognized_errors == ()


def test_a_proxy_that_breaks_off_is_said_in_place_of_the_text() -> None:
    log = parse([line(mlav("Failed to send req type[3], curl error: Proxy CONNECT aborted"))])
    assert told(log) == {("curl", 56, "Proxy CONNECT aborted", 1)}


@pytest.mark.parametrize(
    "text",
    [
        line(mlav("Failed to send req type[3], curl error: Error in the HTTP2 framing layer")),
        line(mlav("Got HTTP resp code 302")),
        line(mlav("bind failed with errno 97")),
        line(mlav("bind failed with errno 97"), level=""),
        line(mlav("unable to read the model"), level=""),
    ],
)
def test_an_error_that_nothing_explains_is_shown(text: str) -> None:
    log = parse([text])
    assert [item.sample for item in log.unrecognized_errors] == [text.strip()]
    assert log.unrecognized_errors == log.signatures


def test_errors_that_nothing_explains_come_newest_first_with_their_offset() -> None:
    texts = [
        line(mlav("curl error: Error in the HTTP2 framing layer"), at="13:00:00.000", offset=""),
        line(mlav(DNS), at="13:01:00.000", offset=""),
        line(mlav("no model for type 7"), at="13:02:00.000", offset=""),
    ]
    log = with_offset(parse(["".join(texts)]), -4 * 3600)
    assert [(item.text, item.last) for item in log.unrecognized_errors] == [
        ("no model for type 7", datetime(2023, 8, 28, 13, 2, tzinfo=EDT)),
        ("Error in the HTTP2 framing layer", datetime(2023, 8, 28, 13, 0, tzinfo=EDT)),
    ]


@pytest.mark.parametrize("message", ["tick", "query sent", "model 7 is up to date", "3 tries, 0 pending"])
def test_a_line_that_is_no_error_is_not_shown(message: str) -> None:
    assert parse([line(mlav(message), level="")]).signatures == ()


def test_an_empty_log_is_a_value() -> None:
    assert parse([""]) == DevsrvLog((), 0, None, None)


@pytest.mark.parametrize("text", ["tail: cannot open\n", "2023-13-45 99:00:00 Error: x\n", "13:00:00 mlav\n"])
def test_a_text_without_times_is_unrecognized(text: str) -> None:
    with pytest.raises(Unrecognized):
        parse([text])


def test_a_flood_does_not_push_out_what_matters() -> None:
    flood = "".join(line(mlav(f"new message {number}"), at="23:00:00.000") for number in range(500))
    log = parse([PROBLEM_A + flood])
    assert {"x509", "curl"} <= {item.kind for item in log.signatures}
    assert len(log.signatures) < 50


def test_a_hostile_log_costs_little() -> None:
    rows = [X509.strip() + " " + "a" * 3000, "a" * 20000, "pan_mlav_" * 500 + "(" * 500, "msg:" * 1000]
    text = "\n".join(DAY + " 13:36:24.605 " + row if index % 2 else row for index, row in enumerate(rows * 2000))
    started = time.monotonic()
    parse([text])
    assert time.monotonic() - started < 20


def test_the_probe_keeps_what_concerns_mlav() -> None:
    noise = "".join(line(f"pan_cfg(pan_cfg.c:1): phase {number}") for number in range(1000))
    device = FakeDevice({"log devsrv.log": PROBLEM_A + noise})
    found = probe_devsrv_log(device, 2000)
    assert found.value is not None
    assert found.value.lines == 1006
    assert device.lines == [2000]
    assert "curl error: Peer certificate" in found.asked[0].raw
    assert "phase" not in found.asked[0].raw


def test_secrets_leave_no_trace() -> None:
    found = probe_devsrv_log(FakeDevice({"log devsrv.log": line(mlav("curl error: <key>hush-hush</key>"))}))
    assert found.value is not None
    assert "hush" not in str(found)


def test_raw_text_is_bounded_to_its_newest_part() -> None:
    lines = "".join(line(mlav(f"message {number}")) for number in range(1000))
    raw = probe_devsrv_log(FakeDevice({"log devsrv.log": lines})).asked[0].raw
    assert len(raw) < 8300
    assert "characters left out]" in raw.splitlines()[0]
    assert "message 999" in raw.splitlines()[-1]


def test_the_other_name_is_tried_where_the_log_is_not_found() -> None:
    device = FakeDevice({"log devsrvr.log": PROBLEM_D})
    assert probe_devsrv_log(device).value is not None
    assert device.asked == ["log devsrv.log", "log devsrvr.log"]
    missing = probe_devsrv_log(FakeDevice({"log devsrv.log": NotObtainable("no such log")}))
    assert missing.problem is not None
    assert (missing.problem.kind, missing.problem.message) == ("not_obtainable", "no such log")
