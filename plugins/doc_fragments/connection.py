# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options of the modules."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.connection``."""

    DOCUMENTATION = r"""
requirements:
  - asyncssh[bcrypt] >= 2.17.0 (only for O(ssh))
options:
  host:
    description:
      - Name of the firewall in the result.
      - The default is the inventory name, or O(provider.ip_address) if the task is delegated.
    type: str
  provider:
    description:
      - Connection to the XML API. The same dictionary as in C(paloaltonetworks.panos).
      - Set O(provider.api_key), or O(provider.username) and O(provider.password).
    type: dict
    suboptions:
      ip_address:
        description:
          - Address or name of the firewall, or of the Panorama that manages it.
          - Falls back to the host's C(ansible_host), then to the environment variable E(PANOS_HOSTNAME), then to the
            host's name in the inventory.
        type: str
      username:
        description:
          - User name. Falls back to E(PANOS_USERNAME), then to E(ANSIBLE_NET_USERNAME), which AWX sets from a network
            credential.
        type: str
      password:
        description:
          - Password. Falls back to E(PANOS_PASSWORD), then to E(ANSIBLE_NET_PASSWORD).
          - It is exchanged for an API key once per task.
        type: str
      api_key:
        description:
          - API key, used instead of O(provider.username) and O(provider.password). Falls back to E(PANOS_API_KEY).
        type: str
      port:
        description: TCP port of the XML API. Falls back to E(PANOS_PORT).
        type: int
        default: 443
      serial_number:
        description:
          - Serial number of the firewall, if O(provider.ip_address) is a Panorama.
        type: str
  validate_certs:
    description:
      - Verify the TLS certificate of the firewall or Panorama. Falls back to E(PANOS_VALIDATE_CERTS).
      - Instead of setting this to V(false), set O(ca_path) to your own certificate authority, or pin the certificate
        with O(cert_fingerprint). Without verification, anybody in the path can read the credentials and forge answers.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder of PEM CA certificates, used instead of the system's trust store. Falls back to E(PANOS_CA_PATH).
    type: path
  cert_fingerprint:
    description:
      - SHA-256 fingerprint of the firewall's own certificate, in hexadecimal, with or without colons.
      - Only this certificate is accepted, and no CA is consulted.
    type: str
  timeout:
    description: Time limit per request, in seconds.
    type: int
    default: 30
  ssh:
    description:
      - SSH access to the CLI, for what the XML API does not offer (C(ping), C(devsrv.log) and, depending on the
        release, C(show netstat)). Without it, that evidence is reported as missing.
      - An empty dictionary uses the user name and password of O(provider).
      - SSH always connects to the firewall itself, even if O(provider.ip_address) is a Panorama.
    type: dict
    suboptions:
      host:
        description:
          - Address or name of the firewall. The default is O(provider.ip_address).
          - If O(provider.serial_number) is set, that is the address of a Panorama, and the default is C(ansible_host)
            of the host, then its inventory name.
        type: str
      port:
        description: TCP port of SSH.
        type: int
        default: 22
      username:
        description: User name. The default is O(provider.username).
        type: str
      password:
        description: Password. The default is O(provider.password).
        type: str
      key_file:
        description:
          - Private key for public-key authentication. Falls back to E(ANSIBLE_NET_SSH_KEYFILE).
        type: path
      key_passphrase:
        description: Passphrase of O(ssh.key_file).
        type: str
      known_hosts:
        description: File with known host keys. The default is C(~/.ssh/known_hosts).
        type: path
      host_key_checking:
        description:
          - Refuse a host whose key is unknown or has changed.
        type: bool
        default: true
      accept_banner:
        description:
          - Answer V(yes) if the login banner has to be accepted. You accept its terms with this option.
        type: bool
        default: false
"""
