# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One firewall's own values in the texts of a remedy, and descriptions in place of those that are not known."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    certificate,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    firewall,
    http,
    lost,
    management,
    netstat,
    ping,
    status,
    syslog,
    unknown_host,
    x509,
)

DIAG = "debug dataplane packet-diag"
AT_MANAGEMENT = device(management_address="192.0.2.7")
BLOCKED = {"netstat": netstat("SYN_SENT")}


def route(kind: Any = "dataplane", interface: str | None = "ethernet1/5", address: str | None = "10.1.5.254") -> Any:
    return ev(m.ServiceRoute(kind, interface, address, "local"))


def serial_number(serial: str | None) -> Any:
    return ev(m.DeviceInfo(serial=serial, sw_version="11.1.6-h1", model="PA-850"))


# (what, evidence, the first cause, what stands in its remedy)
REMEDIES: list[tuple[str, m.EvidenceSet, str, str]] = [
    # The way of the traffic.
    *((f"the way: {what}", firewall(service_route=given, ping=ping("network_unreachable")), "cloud_unreachable",
       f"the routing between {way} and the internet (ml.service.paloaltonetworks.com is 198.51.100.10): {router}, and "
       f"the next hops after it. Then try again: `ping "
       f"{source}count 3 host ml.service.paloaltonetworks.com`.")
      for what, given, way, router, source in (
          ("management", management(), "the management interface", "the default gateway of the management interface",
           ""),
          ("dataplane", dataplane(), "ethernet1/5 (10.1.5.254)", "the virtual router of ethernet1/5 (10.1.5.254)",
           "source 10.1.5.254 "),
          ("no address", route(address="$source"), "ethernet1/5", "the virtual router of ethernet1/5",
           "source <source address> "),
          ("no interface", route(interface=None), "10.1.5.254", "the virtual router of 10.1.5.254",
           "source 10.1.5.254 "),
          ("an interface that is none", route(interface="x; y"), "10.1.5.254", "the virtual router of 10.1.5.254",
           "source 10.1.5.254 "),
          ("neither", route(interface=None, address=None), "the service-route interface",
           "the virtual router of the service-route interface", "source <source address> "),
          ("undetermined, but its interface", route("undetermined", address=None), "ethernet1/5",
           "the virtual router of ethernet1/5", "source <source address> "),
          ("undetermined", route("undetermined", None, None), "the service-route interface",
           "the default gateway of the management interface or the virtual router of the service-route interface", ""),
          ("not known", lost(), "the service-route interface",
           "the default gateway of the management interface or the virtual router of the service-route interface", ""),
      )),
    # DNS.
    *((f"DNS: {what}", firewall(service_route=given, ping=unknown_host()), "name_resolution_failed",
       f"(configured: {dns})")
      for what, given, dns in (
          ("servers", management(), "192.0.2.53, 192.0.2.54"),
          ("a proxy object", management(dns_proxy_object="dns-proxy"), "DNS proxy object dns-proxy"),
          ("none", route(), "unknown"),
          ("route not known", lost(), "unknown"),
      )),
    # The fix of the release's branch.
    ("a fix", firewall(device=device("10.2.1"), devsrv_log=devsrv(dns_error())), "defect_pan_229832",
     "Upgrade to PAN-OS 10.2.11 or later."),
    # The proxy.
    *((f"proxy: {what}", firewall(service_route=given, devsrv_log=devsrv(http(403))), "cloud_rejected_request",
       f"(configured proxy: {proxy})")
      for what, given, proxy in (
          ("none", management(), "none"),
          ("with a port", management(proxy_server="192.0.2.80", proxy_port=8080), "192.0.2.80:8080"),
          ("without", management(proxy_server="192.0.2.80"), "192.0.2.80"),
          ("route not known", lost(), "unknown"),
      )),
    # The serial number.
    *((f"serial number: {what}", firewall(device=given, device_certificate=certificate("Valid", -3)),
       "device_certificate_invalid", f"for serial number {serial} in")
      for what, given, serial in (
          ("known", device(), "001606000117"),
          ("of letters", serial_number("A-b9"), "A-b9"),
          ("not a word", serial_number("1; 2"), "<serial number>"),
          ("none", serial_number(None), "<serial number>"),
          ("too long", serial_number(41 * "1"), "<serial number>"),
          ("not known", lost(), "<serial number>"),
      )),
    # What to exclude from decryption.
    *((f"exclusion: {server}", firewall(cloud_status=status(server=server), devsrv_log=devsrv(*x509(20))),
       "tls_interception", f"to exclude {excluded} from decryption there")
      for server, excluded in (
          ("ML.Service.PaloAltoNetworks.com", "*.paloaltonetworks.com"),
          ("ml.example.net", "ml.example.net"),
          ("notpaloaltonetworks.com", "notpaloaltonetworks.com"),
          ("2001:db8::1", "2001:db8::1"),
          ("a; b", "<the cloud server>"),
      )),
    # Captures.
    ("capture at the management interface", firewall(), "unexplained",
     'between the management interface and the cloud server: `tcpdump filter "host 198.51.100.10" snaplen 0` (stop it '
     "with Ctrl-C), then `view-pcap mgmt-pcap mgmt.pcap`. Read"),
    ("capture on a dataplane interface", firewall(service_route=dataplane()), "unexplained",
     f"`{DIAG} set filter match source 10.1.5.254 destination 198.51.100.10 destination-port 443`, `{DIAG} set filter "
     f"on`, `{DIAG} set capture stage transmit file mlav-tx`, `{DIAG} set capture stage receive file mlav-rx`, "
     f"`{DIAG} set capture on`; afterward `{DIAG} set capture off`, `{DIAG} set filter off`, `{DIAG} clear all`."),
    ("capture on a dataplane interface without an address",
     firewall(service_route=route(address=None), ping=ping("lost", None)), "unexplained",
     f"`{DIAG} set filter match source <source address> destination <cloud server address> destination-port 443`"),
    ("capture, cloud server's address not known", firewall(ping=ping("lost", None)), "unexplained",
     '`tcpdump filter "port 443" snaplen 0`'),
    ("capture, route not known", firewall(service_route=lost(), **BLOCKED), "port_443_blocked",
     "then `view-pcap mgmt-pcap mgmt.pcap`, if the management interface is the source; otherwise, a dataplane packet "
     "capture."),
    # The source of the traffic.
    *((f"source: {what}", firewall(**BLOCKED | changes), "port_443_blocked", f"allow TCP port 443 from {source} to")
      for what, changes, source in (
          ("the management address", {"device": AT_MANAGEMENT}, "192.0.2.7"),
          ("management, address not known", {}, "the management interface"),
          ("management, device not known", {"device": lost()}, "the management interface"),
          ("dataplane", {"service_route": dataplane(), "device": AT_MANAGEMENT}, "10.1.5.254"),
          ("undetermined", {"service_route": route("undetermined"), "device": AT_MANAGEMENT},
           "ethernet1/5 (10.1.5.254)"),
          ("route not known", {"service_route": lost(), "device": AT_MANAGEMENT}, "the service-route interface"),
      )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "cause_id", "words"), [row[1:] for row in REMEDIES], ids=[row[0] for row in REMEDIES]
)
def test_a_remedy_has_the_values_of_the_firewall(evidence: m.EvidenceSet, cause_id: str, words: str) -> None:
    cause = diagnose(evidence).causes[0]
    assert cause.id == cause_id
    assert words in cause.remedy.text


def test_a_release_without_a_listed_fix_gets_all_of_them() -> None:
    causes = diagnose(firewall(device=device("10.0.12"), devsrv_log=devsrv(dns_error()))).causes
    texts = {cause.id: cause.remedy.text for cause in causes}
    assert texts["defect_pan_229832"].startswith("Upgrade to PAN-OS 10.1.14, 10.2.11, 11.0.5, 11.1.3 or later.")


def test_a_text_of_the_device_looks_like_no_command_and_ends_no_sentence() -> None:
    text = "MLAV: `reboot` Revoked Client Certificate..."
    found = diagnose(firewall(system_log=syslog(event("client_certificate", 5, text))))
    assert ": MLAV: 'reboot' Revoked Client Certificate. Fetch " in found.summary
