"""serve.py MODULE DESCRIPTOR LEASES: one WSGI application of OpenStack, for as long as somebody needs it.

DESCRIPTOR is a socket that listens already: between a look for a free port and its use, another program could take it.

LEASES is a folder with a file for each process that uses the cloud, named by its pid. When none of them has been alive for
a few seconds the server ends: a test run that was killed leaves no server behind.
"""

import fcntl
import importlib
import os
import pathlib
import socket
import sys
import threading
import time

GRACE_SECONDS = 8
KEEP = "keep"  # `stack.py up --keep`


def alive(name):
    if name == KEEP:
        return True
    try:
        os.kill(int(name), 0)
        return True
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True


def watch(leases):
    last_seen = time.monotonic()
    while True:
        # Looked at right before the end: the next test run may have come in the last second, and counts on this server.
        if leases.is_dir() and any(alive(lease.name) for lease in leases.iterdir()):
            last_seen = time.monotonic()
        elif time.monotonic() - last_seen >= GRACE_SECONDS:
            os._exit(0)
        time.sleep(1)


def one_at_a_time(application, lock_file):
    """Keystone notes each login, and reads before it writes: of two that do so at once, SQLite lets one fail ("database is locked").
    Both Keystones have one database."""
    lock = threading.Lock()

    def serve(environ, start_response):
        with lock, open(lock_file, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return list(application(environ, start_response))

    return serve


def main():
    module, descriptor, leases = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    sys.argv = [module]  # oslo.config would parse the rest
    threading.Thread(target=watch, args=[leases], daemon=True).start()
    application = importlib.import_module(module).application
    if module.startswith("keystone"):
        application = one_at_a_time(application, leases.parent / "run/keystone.lock")
    import waitress

    listener = socket.socket(fileno=descriptor)
    waitress.serve(application, sockets=[listener], threads=4, ident=None, clear_untrusted_proxy_headers=True)


main()
