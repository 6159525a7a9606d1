"""sdk.py ACTION [NAME [PUBLIC_KEY]]: what openstacksdk, with the OS_* variables of the environment, does and sees, as JSON.

create NAME [PUBLIC_KEY], delete NAME, list, and config FILE: how openstacksdk resolves a cloud in each of the cases that are
in the file (JSON: [{"folder": ..., "environment": {...}, "cloud": ..., "region": ...}]).
"""

import json
import os
import sys
import warnings

warnings.simplefilter("ignore")

FIELDS = ["name", "fingerprint", "public_key", "user_id"]


def shown(pair):
    return {field: getattr(pair, field) for field in FIELDS}


def compute():
    import openstack

    return openstack.connect().compute


def config(case):
    import importlib

    import openstack.config
    import openstack.config.loader

    os.environ.clear()
    os.environ.update(case["environment"])
    os.chdir(case["folder"])
    # Where the files are looked for is worked out when the module is loaded.
    loader = importlib.reload(openstack.config.loader)
    try:
        region = {"region_name": case["region"]} if case.get("region") else {}
        cloud = loader.OpenStackConfig().get_one(cloud=case.get("cloud"), **region)
        verify, _ = cloud.get_requests_verify_args()
        return {
            "name": cloud.name,
            "auth": cloud.config["auth"],
            "auth_type": cloud.config["auth_type"],
            "region": cloud.get_region_name("compute"),
            "interface": cloud.get_interface("compute"),
            "endpoint": cloud.get_endpoint("compute"),
            "verify": verify,
        }
    except Exception as error:
        return {"error": type(error).__name__}


def main(action, *arguments):
    if action == "create":
        name, *key = arguments
        return shown(compute().create_keypair(name=name, **({"public_key": key[0]} if key else {})))
    if action == "delete":
        return compute().delete_keypair(arguments[0], ignore_missing=False)
    if action == "list":
        return [shown(pair) for pair in compute().keypairs()]
    if action == "config":
        return [config(case) for case in json.load(open(arguments[0]))]
    sys.exit(f"unknown action {action}")


print(json.dumps(main(*sys.argv[1:])))
