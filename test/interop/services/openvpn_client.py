# SPDX-License-Identifier: Apache-2.0
#
# So many clients of OpenVPN, some at a time, for each waits a second before it asks for its addresses.  By
# turns of TLS 1.2 and 1.3; each is ended when its tunnel stands.
#
#   python3 openvpn_client.py CONNECTIONS COMMAND...
import concurrent.futures
import subprocess
import sys

AT_A_TIME = 16


def connect(number):
    version = '1.3' if number % 2 else '1.2'
    versions = ['--tls-version-min', version, '--tls-version-max', version]
    output = ''
    with subprocess.Popen(command + versions, stdout=subprocess.PIPE, text=True) as client:
        for line in client.stdout:
            output += line
            if 'Initialization Sequence Completed' in line:
                client.terminate()
                client.communicate()
                return ''
    return output


connections, *command = sys.argv[1:]
with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
    for failure in pool.map(connect, range(int(connections))):
        if failure:
            print(failure)
            pool.shutdown(cancel_futures=True)
            sys.exit(1)
