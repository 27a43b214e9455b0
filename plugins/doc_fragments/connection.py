# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the modules reach a firewall."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.connection``."""

    DOCUMENTATION = r"""
requirements:
  - asyncssh[bcrypt] >= 2.17.0 (only where O(ssh) is used)
options:
  host:
    description:
      - The firewall's name in the result.
      - The default is the name in the inventory, or O(provider.ip_address) where the module runs delegated.
    type: str
  provider:
    description:
      - How to reach the XML API. The same dictionary as in C(paloaltonetworks.panos).
      - One of O(provider.api_key), or O(provider.username) and O(provider.password), is needed.
    type: dict
    suboptions:
      ip_address:
        description:
          - Address or name of the firewall, or of the Panorama in front of it.
          - Falls back to the host's C(ansible_host), then to the environment variable E(PANOS_HOSTNAME), then to the
            host's name in the inventory.
        type: str
      username:
        description:
          - The administrator. Falls back to E(PANOS_USERNAME), then to E(ANSIBLE_NET_USERNAME), which AWX sets from a
            network credential.
        type: str
      password:
        description:
          - The administrator's password. Falls back to E(PANOS_PASSWORD), then to E(ANSIBLE_NET_PASSWORD).
          - It is exchanged for an API key once per task.
        type: str
      api_key:
        description:
          - An API key, used in place of O(provider.username) and O(provider.password). Falls back to E(PANOS_API_KEY).
        type: str
      port:
        description: TCP port of the XML API. Falls back to E(PANOS_PORT).
        type: int
        default: 443
      serial_number:
        description:
          - Serial number of the firewall, where O(provider.ip_address) is a Panorama that manages it.
        type: str
  validate_certs:
    description:
      - Verify the TLS certificate of the firewall or Panorama. Falls back to E(PANOS_VALIDATE_CERTS).
      - Rather than setting this to V(false), name your own certificate authority in O(ca_path) or pin the
        certificate with O(cert_fingerprint). Without verification anybody in the path can read the credentials
        and forge the answers.
    type: bool
    default: true
  ca_path:
    description:
      - A file or folder of PEM certificates to verify against, in place of the system's. Falls back to
        E(PANOS_CA_PATH).
    type: path
  cert_fingerprint:
    description:
      - SHA-256 fingerprint of the firewall's own certificate, in hexadecimal, with or without colons.
      - The connection is accepted if, and only if, the certificate is this one; no authority is asked.
    type: str
  timeout:
    description: Time limit of each call, in seconds.
    type: int
    default: 30
  ssh:
    description:
      - The command line over SSH, for what the XML API refuses (C(ping), C(devsrv.log) and, depending on the release,
        C(show netstat)). Without it that evidence is reported as missing.
      - An empty dictionary uses the user name and password of O(provider).
      - SSH goes to the firewall itself, also where O(provider.ip_address) is a Panorama.
    type: dict
    suboptions:
      host:
        description:
          - Address or name of the firewall's command line. The default is O(provider.ip_address).
          - Where O(provider.serial_number) is given, that is the address of a Panorama, and the default is the host's
            C(ansible_host), then its name in the inventory.
        type: str
      port:
        description: TCP port of SSH.
        type: int
        default: 22
      username:
        description: The administrator. The default is O(provider.username).
        type: str
      password:
        description: The administrator's password. The default is O(provider.password).
        type: str
      key_file:
        description:
          - Private key for public-key authentication. Falls back to E(ANSIBLE_NET_SSH_KEYFILE).
        type: path
      key_passphrase:
        description: Passphrase of O(ssh.key_file).
        type: str
      known_hosts:
        description: File of known host keys. The default is C(~/.ssh/known_hosts).
        type: path
      host_key_checking:
        description:
          - Refuse a host whose key is unknown or has changed.
        type: bool
        default: true
      accept_banner:
        description:
          - Answer V(yes) when the login asks to accept a statement. You thereby accept it.
        type: bool
        default: false
"""
