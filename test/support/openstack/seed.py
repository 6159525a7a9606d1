"""seed.py: what the tests find in the cloud: the service user of Nova, regions, catalogue, projects. Idempotent.

Reads NOVA_URL, KEYSTONE_URL, ADMIN_PASSWORD and SERVICE_PASSWORD. Users are made by the tests, each its own.
"""

import os

import openstack

ENV = os.environ
cloud = openstack.connect(
    auth_url=ENV["KEYSTONE_URL"],
    username="admin",
    password=ENV["ADMIN_PASSWORD"],
    project_name="admin",
    user_domain_id="default",
    project_domain_id="default",
    region_name="RegionOne",
    load_yaml_config=False,
    load_envvars=False,
)
identity = cloud.identity


def project(name):
    found = identity.find_project(name, domain_id="default")
    return found or identity.create_project(name=name, domain_id="default")


def user(name, password):
    found = identity.find_user(name, domain_id="default")
    return found or identity.create_user(name=name, password=password, domain_id="default")


def role(name):
    return identity.find_role(name) or identity.create_role(name=name)


def service(name, service_type):
    found = [s for s in identity.services() if s.name == name and s.type == service_type]
    return found[0] if found else identity.create_service(name=name, type=service_type)


def endpoint(of, region, interface, url):
    for found in identity.endpoints(service_id=of.id, interface=interface):
        if found.region_id == region:
            if found.url != url:
                identity.update_endpoint(found, url=url)
            return
    identity.create_endpoint(service_id=of.id, region_id=region, interface=interface, url=url)


service_project = project("service")
nova_user = user("nova", ENV["SERVICE_PASSWORD"])
for name in ("admin", "service"):
    identity.assign_project_role_to_user(service_project, nova_user, role(name))
for name in ("member", "reader"):
    role(name)
for name in ("demo", "other"):
    project(name)
for region in ("RegionOne", "RegionOtc"):
    if not identity.find_region(region):
        identity.create_region(id=region)

nova, keystone = service("nova", "compute"), service("keystone", "identity")
for interface in ("public", "internal", "admin"):
    endpoint(nova, "RegionOne", interface, ENV["NOVA_URL"] + "/v2.1")
    # The form that older clouds and Open Telekom Cloud have in their catalogue.
    endpoint(nova, "RegionOtc", interface, ENV["NOVA_URL"] + "/v2.1/$(project_id)s")
    endpoint(keystone, "RegionOne", interface, ENV["KEYSTONE_URL"])
    endpoint(keystone, "RegionOtc", interface, ENV["KEYSTONE_URL"])
