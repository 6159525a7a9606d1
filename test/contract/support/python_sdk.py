"""The official Python SDK as a process: a call a line in, a reply a line out, both as JSON.

Arguments: endpoint (host:port), access key id, access key secret.
In: {"id": 1, "action": "CreateKeyPair", "parameters": {...}}, parameters by their names on the wire.
Out: {"id": 1, "status": 200, "body": {...}}
"""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.utils_models import Config

endpoint, access_key_id, access_key_secret = sys.argv[1:]
config = Config(
    access_key_id=access_key_id,
    access_key_secret=access_key_secret,
    endpoint=endpoint,
    protocol="http",
    read_timeout=60_000,
    connect_timeout=60_000,
)
client = Client(config)
output = Lock()


def call(line):
    wanted = json.loads(line)
    action = wanted["action"]
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
    request = getattr(models, f"{action}Request")().from_map(wanted["parameters"])
    try:
        reply = {"status": 200, "body": getattr(client, method)(request).body.to_map()}
    except Exception as error:
        status = getattr(error, "status_code", None) or getattr(error, "statusCode", None)
        if status is None:
            reply = {"broken": f"{type(error).__name__}: {error}"}
        else:
            reply = {"status": status, "body": error.data}
    with output:
        print(json.dumps({"id": wanted["id"], **reply}), flush=True)


with ThreadPoolExecutor(max_workers=16) as pool:
    for line in sys.stdin:
        pool.submit(call, line)
