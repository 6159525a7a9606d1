#!/usr/bin/env python3
"""A real OpenStack for tests: Keystone and the Nova API (os-keypairs works fully) on loopback, with SQLite, without a
message bus and without a compute service.

    stack.py up FOLDER --lease PID [--short-lived-tokens]    installs what is missing, starts, prints one line of JSON
    stack.py up FOLDER --keep                                the same, until `down`
    stack.py down FOLDER                                     stops what was started there, by pid

The first `up` installs from PyPI (about a minute, 290 MB); a later one takes seconds, or none when all runs already. Any
number of processes may call it at the same time. Needs Python 3.11 or later and nothing else.
"""

import argparse
import fcntl
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

NOVA, KEYSTONE = "nova==34.0.0", "keystone==30.0.0"
HERE = pathlib.Path(__file__).resolve().parent
KEY_PAIR_QUOTA = 100
SHORT_LIVED_SECONDS = 3
TOKEN_CACHE_SECONDS = 1
SERVERS = {
    "keystone": "keystone.wsgi.api",
    "nova": "nova.wsgi.osapi_compute",
    # The same users and token keys as `keystone`, but what it issues expires at once: set as auth_url, it shows what a token
    # that expires in the middle does.
    "short-lived": "keystone.wsgi.api",
}


def up(folder, lease, short_lived):
    """Called with the folder's lock held."""
    install(folder)
    settings, listeners = load_settings(folder)
    write_configuration(folder, settings)
    leases = folder / "leases"
    leases.mkdir(exist_ok=True)
    for old in leases.iterdir():
        if old.name.isdigit() and not is_running(int(old.name)):
            old.unlink(missing_ok=True)
    (leases / lease).touch()
    make_databases(folder, settings)
    names = [name for name in SERVERS if name != "short-lived" or short_lived]
    started = [name for name in names if start(folder, settings, name, listeners.get(name))]
    for name in names:
        wait_until_it_answers(folder, settings, name)
    seed(folder, settings)
    if started:
        load_policies(settings, started)
    print(json.dumps(describe(folder, settings)))


def down(folder):
    """Stops what was started there."""
    shutil.rmtree(folder / "leases", ignore_errors=True)
    for name in SERVERS:
        stop(folder, name)


# Nova's own default lets everybody change their own key pairs; clouds with read-only users, as Open Telekom Cloud has them,
# do not.
NOVA_POLICY = """
"os_compute_api:os-keypairs:create": "(role:member and user_id:%(user_id)s) or role:admin"
"os_compute_api:os-keypairs:delete": "(role:member and user_id:%(user_id)s) or role:admin"
"""


# ---- install ---------------------------------------------------------------------------------------------------------


def install(folder):
    constraints = HERE / "constraints.txt"
    wanted = digest(f"{NOVA} {KEYSTONE} {sys.version_info[:2]}", constraints.read_text())
    stamp = folder / "venv" / ".complete"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    down(folder)
    for part in ("venv", "state", "etc", "run"):  # half-made, or of other versions
        shutil.rmtree(folder / part, ignore_errors=True)
    say(f"Installing {NOVA} and {KEYSTONE} from PyPI into {folder} (about a minute, once)…")
    run([sys.executable, "-m", "venv", folder / "venv"])
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    run([*pip, "-c", constraints, NOVA, KEYSTONE, "openstacksdk", "waitress"])
    stamp.write_text(wanted)


# ---- configuration ---------------------------------------------------------------------------------------------------


def load_settings(folder):
    """Ports and passwords, and the sockets of the servers that do not run yet: from here on nothing else can take their ports.
    A port changes when something else has taken it since the last time."""
    file = folder / "settings.json"
    settings = json.loads(file.read_text()) if file.exists() else {}
    listeners = {}
    for name in SERVERS:
        if running_pid(folder, name) is not None:
            continue
        try:
            listeners[name] = listen(settings.get(name, 0))
        except OSError:
            listeners[name] = listen(0)
        settings[name] = listeners[name].getsockname()[1]
    for name in ("adminPassword", "servicePassword"):
        settings.setdefault(name, secrets.token_urlsafe(16))
    file.write_text(json.dumps(settings))
    return settings, listeners


def keystone_conf(folder, settings, name, expiration):
    etc, state = folder / "etc", folder / "state"
    return f"""[DEFAULT]
public_endpoint = http://127.0.0.1:{settings[name]}
log_dir = {folder}/log
log_file = {name}.log
use_stderr = false
transport_url = fake://
[database]
connection = sqlite:///{state}/keystone.sqlite
sqlite_synchronous = false
[token]
provider = fernet
expiration = {expiration}
[fernet_tokens]
key_repository = {etc}/fernet-keys
[fernet_receipts]
key_repository = {etc}/fernet-keys
[credential]
key_repository = {etc}/credential-keys
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = oslo_cache.dict
expiration_time = 60
[catalog]
caching = false
[oslo_messaging_notifications]
driver = noop
[oslo_policy]
policy_file = {etc}/keystone-policy.yaml
"""


def nova_conf(folder, settings):
    state, auth_url = folder / "state", url(settings, "keystone") + "/v3"
    # token_cache_time: a revoked token is still taken for so long; without a cache every call costs one to Keystone.
    return f"""[DEFAULT]
state_path = {state}
log_dir = {folder}/log
log_file = nova.log
use_stderr = false
transport_url = fake://
host = keypair-test
my_ip = 127.0.0.1
tempdir = {state}
[api]
auth_strategy = keystone
response_validation = warn
[api_database]
connection = sqlite:///{state}/nova_api.sqlite
sqlite_synchronous = false
[database]
connection = sqlite:///{state}/nova.sqlite
sqlite_synchronous = false
[quota]
key_pairs = {KEY_PAIR_QUOTA}
[keystone_authtoken]
www_authenticate_uri = {auth_url}
auth_url = {auth_url}
auth_type = password
username = nova
password = {settings["servicePassword"]}
project_name = service
user_domain_id = default
project_domain_id = default
token_cache_time = {TOKEN_CACHE_SECONDS}
service_token_roles_required = true
service_type = compute
[keystone]
auth_url = {auth_url}
auth_type = password
username = nova
password = {settings["servicePassword"]}
project_name = service
user_domain_id = default
project_domain_id = default
region_name = RegionOne
[oslo_concurrency]
lock_path = {state}/lock
[oslo_messaging_notifications]
driver = noop
[oslo_policy]
policy_file = {folder}/etc/nova-policy.yaml
"""


def write_configuration(folder, settings):
    etc = folder / "etc"
    for part in ("etc", "log", "run", "state"):
        (folder / part).mkdir(exist_ok=True)
    for name, expiration in (("keystone", 3600), ("short-lived", SHORT_LIVED_SECONDS)):
        (etc / f"{name}.conf").write_text(keystone_conf(folder, settings, name, expiration))
    (etc / "nova.conf").write_text(nova_conf(folder, settings))
    (etc / "keystone-policy.yaml").touch()
    (etc / "nova-policy.yaml").write_text(NOVA_POLICY)
    shutil.copyfile(folder / "venv/etc/nova/api-paste.ini", etc / "api-paste.ini")


def make_databases(folder, settings):
    done = folder / "state/.databases"
    if done.exists():
        return
    say("Making the databases (about 15 s, once)…")
    etc, state, binaries = folder / "etc", folder / "state", folder / "venv/bin"
    for left_over in state.glob("*.sqlite"):
        left_over.unlink()
    for keys in ("fernet-keys", "credential-keys"):
        shutil.rmtree(etc / keys, ignore_errors=True)
        (etc / keys).mkdir()
    keystone = [binaries / "keystone-manage", "--config-file", etc / "keystone.conf"]
    nova = [binaries / "nova-manage", "--config-file", etc / "nova.conf"]
    owner = ["--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid())]
    run([*keystone, "db_sync"])
    run([*keystone, "fernet_setup", *owner])
    run([*keystone, "credential_setup", *owner])
    names = ["username", "project-name", "role-name"]
    run(
        [*keystone, "bootstrap", *(part for name in names for part in (f"--bootstrap-{name}", "admin"))]
        + ["--bootstrap-service-name", "keystone", "--bootstrap-region-id", "RegionOne"]
        + [p for i in ("admin", "public", "internal") for p in (f"--bootstrap-{i}-url", url(settings, "keystone") + "/v3")],
        OS_BOOTSTRAP_PASSWORD=settings["adminPassword"],
    )
    run([*nova, "api_db", "sync"])
    run([*nova, "cell_v2", "map_cell0", "--database_connection", f"sqlite:///{state}/nova.sqlite"])
    run([*nova, "db", "sync", "--local_cell"])
    done.touch()


# ---- servers ---------------------------------------------------------------------------------------------------------


def start(folder, settings, name, listener):
    """Answers whether it was not running."""
    conf = "nova.conf" if name == "nova" else f"{name}.conf"
    stamp = digest(str(settings[name]), (folder / "etc" / conf).read_text(), (HERE / "serve.py").read_text())
    pid = running_pid(folder, name)
    record = folder / "run" / f"{name}.json"
    if pid is not None:
        if json.loads(record.read_text())["stamp"] == stamp:
            return False
        stop(folder, name)
    etc = folder / "etc"
    with listener or listen(settings[name]) as bound, open(folder / "log" / f"{name}.out", "ab") as out:
        process = subprocess.Popen(
            [folder / "venv/bin/python", HERE / "serve.py", SERVERS[name], str(bound.fileno()), folder / "leases"],
            pass_fds=[bound.fileno()],
            env=clean_environment(OS_KEYSTONE_CONFIG_DIR=etc, OS_KEYSTONE_CONFIG_FILES=etc / conf, OS_NOVA_CONFIG_DIR=etc),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    record.write_text(json.dumps({"pid": process.pid, "stamp": stamp}))
    return True


def wait_until_it_answers(folder, settings, name):
    path = "/" if name == "nova" else "/v3"
    for _ in range(240):
        try:
            call(url(settings, name) + path)
            return
        except urllib.error.HTTPError as error:
            if error.code < 500:  # 300 Multiple Choices and 401 are alive
                return
        except OSError:
            pass
        if running_pid(folder, name) is None:
            fail(f"{name} ended:", folder / "log" / f"{name}.out")
        time.sleep(0.25)
    fail(f"{name} does not answer:", folder / "log" / f"{name}.out")


def seed(folder, settings):
    done = folder / "state/.seeded"
    wanted = digest(json.dumps(settings, sort_keys=True), (HERE / "seed.py").read_text())
    if done.exists() and done.read_text() == wanted:
        return
    run(
        [folder / "venv/bin/python", HERE / "seed.py"],
        NOVA_URL=url(settings, "nova"),
        KEYSTONE_URL=url(settings, "keystone") + "/v3",
        ADMIN_PASSWORD=settings["adminPassword"],
        SERVICE_PASSWORD=settings["servicePassword"],
    )
    done.write_text(wanted)


def load_policies(settings, names):
    """The first request that needs a permission loads the policies. Others at the same time would be denied."""
    domain = {"id": "default"}
    user = {"name": "admin", "domain": domain, "password": settings["adminPassword"]}
    identity = {"methods": ["password"], "password": {"user": user}}
    auth = {"identity": identity, "scope": {"project": {"name": "admin", "domain": domain}}}
    headers = {"content-type": "application/json"}
    reply = call(url(settings, "keystone") + "/v3/auth/tokens", headers, json.dumps({"auth": auth}).encode())
    for name in names:
        path = "/v2.1/os-keypairs" if name == "nova" else "/v3/users"
        call(url(settings, name) + path, {"x-auth-token": reply.headers["x-subject-token"]})


def stop(folder, name):
    pid = running_pid(folder, name)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        for _ in range(50):
            if running_pid(folder, name) is None:
                break
            time.sleep(0.1)
        else:
            os.kill(pid, signal.SIGKILL)
    (folder / "run" / f"{name}.json").unlink(missing_ok=True)


def running_pid(folder, name):
    """The pid, if the process that was recorded is still that process (and not another that got its number)."""
    record = folder / "run" / f"{name}.json"
    try:
        pid = json.loads(record.read_text())["pid"]
        command = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
        return pid if "serve.py" in command and str(folder / "leases") in command else None
    except (OSError, ValueError):
        return None


# ---- helpers ---------------------------------------------------------------------------------------------------------


def call(where, headers=None, body=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(urllib.request.Request(where, body, headers or {}), timeout=30)


def describe(folder, settings):
    return {
        "authUrl": url(settings, "keystone") + "/v3",
        "shortLivedAuthUrl": url(settings, "short-lived") + "/v3",
        "shortLivedSeconds": SHORT_LIVED_SECONDS,
        "tokenCacheSeconds": TOKEN_CACHE_SECONDS,
        "computeUrl": url(settings, "nova") + "/v2.1",
        "adminPassword": settings["adminPassword"],
        "keyPairQuota": KEY_PAIR_QUOTA,
        "python": str(folder / "venv/bin/python"),
    }


def url(settings, name):
    return f"http://127.0.0.1:{settings[name]}"


def is_running(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        return True


def listen(port):
    """On loopback; 0: on any port that is free."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def clean_environment(**more):
    """oslo.config reads OS_*, and openstacksdk OS_* and proxies: none of the caller's may reach them. Of Python neither: where it may not
    write bytecode, each of a dozen commands compiles Nova or Keystone again, which takes it most of its time."""
    others = ("OS_", "PYTHON")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(others) and not k.lower().endswith("_proxy")}
    return kept | {"PYTHONWARNINGS": "ignore"} | {k: str(v) for k, v in more.items()}


def run(command, **environment):
    done = subprocess.run(command, env=clean_environment(**environment), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command[:4]))}… failed:\n{(done.stdout + done.stderr)[-3000:]}")


def fail(message, log):
    sys.exit(f"{message}\n{log.read_text()[-3000:]}")


def digest(*texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["up", "down"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--lease", metavar="PID", help="the cloud ends some seconds after this process did")
    parser.add_argument("--keep", action="store_true", help="the cloud runs until `down`")
    parser.add_argument("--short-lived-tokens", action="store_true", help="starts the second Keystone too")
    arguments = parser.parse_args()
    if arguments.command == "up" and not (arguments.keep or (arguments.lease or "").isdigit()):
        parser.error("up needs --lease PID or --keep")
    os.umask(0o077)
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if arguments.command == "down":
            down(folder)
        else:
            up(folder, "keep" if arguments.keep else arguments.lease, arguments.short_lived_tokens)


main()
