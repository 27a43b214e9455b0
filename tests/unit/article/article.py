# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the article, verbatim: KB kA14u000000HDuDCAW. Only a fake clock moves, never a line."""

from __future__ import annotations

SERVER = "ml.service.paloaltonetworks.com"

# --- The two outputs of `show mlav cloud-status` ----------------------------------------------------------------------

DISCONNECTED = """
MLAV cloud
Current cloud server: ml.service.paloaltonetworks.com
Cloud connection: disconnected
"""
BUSY = "Server error : device busy or unavailable\n"

# --- A. Certificate of the MLAV server does not validate --------------------------------------------------------------

A_METADATA = (
    "2023-08-28 13:21:23.813 -0400 Error: pan_mlav_get_metadata(pan_mlav_cloud.c:1667): Failed to send metadata query"
)
A_VERSION = (
    "2023-08-28 13:36:23.882 -0400 Error: pan_mlav_get_ver_from_file(pan_mlav_cloud.c:187): "
    "Failed to open file[/opt/pancfg/mgmt/content/pan_threatversion]"
)
A_DEPTH = "2023-08-28 13:36:24.605 -0400 Error: verify_cb(pan_ssl_curl_utils.c:641): Error with certificate at depth: 2"
A_BASIC = (
    "2023-08-28 13:36:24.605 -0400 Error: verify_cb(pan_ssl_curl_utils.c:643): "
    "Basic Validation of x509 cert Fail ; Code : 20"
)
A_X509 = (
    "2023-08-28 13:36:24.606 -0400 Error: verify_cb(pan_ssl_curl_utils.c:652): "
    "Failed to validate x509 cert from ctx: (20) unable to get local issuer certificate"
)
A_CURL = (
    "2023-08-28 13:36:24.606 -0400 Error: pan_mlav_send_query(pan_mlav_cloud.c:1394): "
    "Failed to send req type[3], curl error: Peer certificate cannot be authenticated with given CA certificates"
)
A = (A_METADATA, A_VERSION, A_DEPTH, A_BASIC, A_X509, A_CURL)
A_EVENT = (
    "2023/08/08 16:07:21 high tls tls-X50 0 MLAV Server certificate validation failed. "
    "Dest Addr: ml.service.paloaltonetworks.com, Reason: unable to get local issuer certificate"
)

# --- B. MLAV authentication failure -----------------------------------------------------------------------------------

B_VERSION = (
    "2020-08-12 15:37:02.062 +0800 Error: pan_mlav_get_ver_from_file(pan_mlav_cloud.c:183): "
    "Failed to open file[/opt/pancfg/mgmt/content/pan_threatversion]"
)
B_CODE = (
    "2020-08-12 15:37:02.203 +0800 Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:538): Got HTTP resp code 400"
)
B_ANSWER = (
    "2020-08-12 15:37:02.203 +0800 Error: pan_mlav_resp_parser(pan_mlav_cloud.c:802): Server resp code[400], "
    "msglen[71], msg: invalid flatbuffer request: invalid content version (with build number)"
)
B_PARSE = (
    "2020-08-12 15:37:02.203 +0800 Error: pan_mlav_send_query(pan_mlav_cloud.c:1301): Failed to parse type[3] response"
)
B_METADATA = (
    "2020-08-12 15:37:02.203 +0800 Error: pan_mlav_get_metadata(pan_mlav_cloud.c:1555): Failed to send metadata query"
)
B_MODEL = (
    "2020-08-12 15:37:02.203 +0800 Error: pan_mlav_check_model(pan_mlav_cloud.c:1793): "
    "Failed to get metadata from cloud"
)
B_TRIES = (
    "2020-08-12 15:37:02.203 +0800 Error: pan_mlav_req_handler(pan_mlav_cloud.c:1915): "
    "meta download s_connection_tries [1]"
)
B_RECONNECT = "2020-08-12 15:37:02.203 +0800 mlav force_reconnect is true"
B = (B_VERSION, B_CODE, B_ANSWER, B_PARSE, B_METADATA, B_MODEL, B_TRIES, B_RECONNECT)
B_EVENT = "2020/07/24 20:59:32 high general general 0 MLAV: Authentication or Client Certificate failure."

# --- C. Unknown error -------------------------------------------------------------------------------------------------

C_EVENT = "2022/09/22 20:30:01 medium general general 0 MLAV: Unknown error."
C1 = (
    "2024-07-26 08:49:42.148 +0900 Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:558): "
    "Got HTTP resp code 404",
)
C2_CODE = (
    "2022-09-22 20:30:02.513 +0900 Error: pan_mlav_process_http_resp_code(pan_mlav_cloud.c:558): Got HTTP resp code 500"
)
C2_ANSWER = (
    "2022-09-22 20:30:02.513 +0900 Error: pan_mlav_resp_parser(pan_mlav_cloud.c:822): "
    "Server resp code[500], msglen[244], msg:"
)
C2 = (C2_CODE, C2_ANSWER)

# --- D. "MLAV cloud error, all machine Learning engines stopped" ------------------------------------------------------

D_EVENT = "2022/04/22 15:29:53 high general general 0 MLAV cloud error, all machine Learning engines stopped"
D = (
    "2022-04-26 07:32:59.061 -0500 Error: pan_mlav_send_query(pan_mlav_cloud.c:1396): "
    "Failed to send req type[3], curl error: Couldn't resolve host name",
)

# --- E. device-server restarted by hand -------------------------------------------------------------------------------

# The article gives no line for it, and no document does: the wording is that of engineers' recollection.
E_RESTART = "Process device-server was restarted by user admin"
