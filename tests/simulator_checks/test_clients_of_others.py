# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that this project did not write work unmodified."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import Firewall, running_firewall, running_fleet

# Asked for by name, because the library has no type information.
device_objects = pytest.importorskip("panos.device")
firewall_objects = pytest.importorskip("panos.firewall")
address_objects = pytest.importorskip("panos.objects")
panorama_objects = pytest.importorskip("panos.panorama")


def panos(firewall: Firewall) -> Any:
    provider = firewall.provider()
    return firewall_objects.Firewall(
        provider["ip_address"], provider.get("username"), provider.get("password"), provider.get("api_key"),
        port=provider["port"], serial=provider.get("serial_number"),
    )  # fmt: skip


def test_panos_reads_writes_and_commits() -> None:
    with running_firewall("tls_interception_this_firewall") as firewall:
        device = panos(firewall)
        info = device.refresh_system_info()
        assert (info.version, info.platform, info.serial) == ("11.1.4", "PA-850", firewall.serial)
        address = address_objects.AddressObject("server", "192.0.2.80")
        device.add(address)
        address.create()
        assert [a.value for a in address_objects.AddressObject.refreshall(device)] == ["192.0.2.80"]
        device.vsys = "shared"
        decrypt = device_objects.SslDecrypt()
        device.add(decrypt)
        exclusion = device_objects.SslDecryptExcludeCert("*.paloaltonetworks.com", "MLAV cloud", True)
        decrypt.add(exclusion)
        exclusion.create()
        assert device.pending_changes()
        result = device.commit(sync=True, exception=True)
        assert result["success"]
        assert result["messages"][0] == "Configuration committed successfully"
        assert not device.pending_changes()
        found = device_objects.SslDecryptExcludeCert.refreshall(decrypt)
        assert [(e.name, e.exclude) for e in found] == [("*.paloaltonetworks.com", True)]
        found[0].description = "changed"
        found[0].apply()
        found[0].delete()
        assert device_objects.SslDecryptExcludeCert.refreshall(decrypt) == []
        assert firewall.world.status() == "connected"


def test_panos_forces_a_commit() -> None:
    with running_firewall("commit_force_needed") as firewall:
        device = panos(firewall)
        assert firewall.world.status() == "disconnected"
        device.commit(
            cmd=firewall_objects.FirewallCommit(description="reconnect", force=True), sync=True, exception=True
        )
        assert firewall.world.status() == "connected"


def test_panos_reads_logs_and_takes_locks() -> None:
    with running_firewall("tls_interception") as firewall:
        device = panos(firewall)
        device.refresh_system_info()
        device.xapi.log(log_type="system", nlogs=5, filter="(eventid eq tls-X509-validation-failed)", interval=0)
        entries = device.xapi.element_root.findall(".//entry")
        assert len(entries) == 5
        assert any("MLAV" in entry.findtext("opaque") for entry in entries)
        device.add_commit_lock("mine")
        device.remove_commit_lock()
        assert "xmlapi client" in str(refusal(device))


def refusal(device: Any) -> Exception:
    try:
        device.op("<ping><host>192.0.2.1</host></ping>", cmd_xml=False)
    except Exception as error:
        return error
    raise AssertionError("ping was answered")


def test_panos_with_a_wrong_password() -> None:
    with running_firewall("wrong_password") as firewall, pytest.raises(Exception, match="403"):
        panos(firewall).refresh_system_info()


def test_panos_through_panorama() -> None:
    entries: list[Any] = [{"name": "a", "scenario": "healthy", "panorama": "pano"}]
    with running_fleet(entries) as fleet:
        firewall = fleet.firewalls["a"]
        provider = firewall.provider()
        assert provider["port"] == fleet.firewalls["pano"].api_port
        front = panorama_objects.Panorama(
            "127.0.0.1", provider["username"], provider["password"], port=provider["port"]
        )
        device = firewall_objects.Firewall(serial=firewall.serial)
        front.add(device)
        assert device.refresh_system_info().platform == "PA-850"
        assert front.refresh_system_info().platform == "Panorama"


def test_netmiko() -> None:
    netmiko = pytest.importorskip("netmiko")
    changes = {"access": {"motd": "Property of Example Ltd", "failed_attempts": 3}}
    with running_firewall("tls_interception", changes) as firewall:
        connection = netmiko.ConnectHandler(
            device_type="paloalto_panos",
            host="127.0.0.1",
            port=firewall.ssh_port,
            username=firewall.username,
            password=firewall.password,
            fast_cli=True,
        )
        try:
            assert "Cloud connection: disconnected" in connection.send_command("show mlav cloud-status")
            assert "sw-version: 11.1.4" in connection.send_command("show system info")
            log = connection.send_command("tail lines 200 mp-log devsrv.log")
            assert "Code : 19" in log
        finally:
            connection.disconnect()


def test_scrapli() -> None:
    scrapli = pytest.importorskip("scrapli", exc_type=ImportError)
    if not hasattr(scrapli, "Cli"):
        pytest.skip("an older scrapli")
    with running_firewall("tls_interception") as firewall:
        options = scrapli.AuthOptions(username=firewall.username, password=firewall.password)
        client = scrapli.Cli(
            definition_file_or_name="paloalto_panos", host="127.0.0.1", port=firewall.ssh_port, auth_options=options
        )
        with client as connection:
            answer = connection.send_input(input_="show mlav cloud-status")
            assert "Cloud connection: disconnected" in answer.result
            assert not answer.failed
            assert connection.send_input(input_="show nonsense").failed


def test_upgrade_assurance() -> None:
    proxies = pytest.importorskip("panos_upgrade_assurance.firewall_proxy")
    with running_firewall("healthy_full") as firewall:
        proxy = proxies.FirewallProxy(panos(firewall))
        assert proxy.is_pending_changes() is False
        assert proxy.get_content_db_version() == "8868-8828"
        assert "Threat Prevention" in proxy.get_licenses()
        assert proxy.get_ha_configuration()["group"]["local-info"]["state"] == "active"
        assert abs((proxy.get_mp_clock() - proxy.get_dp_clock()[0]).total_seconds()) < 5
        assert proxy.get_jobs()
