"""Clients of the management plane, and how a kind of resource is put through its paces."""

import sys
import traceback

from azure.core.exceptions import ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.resource import ResourceManagementClient

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
TENANT = "6ca1ab1e-0000-4000-8000-a91317e00001"
GROUP, SERVICE, ACCOUNT = "suite", "suite-apim", "suite-foundry"
POLICY = "<policies><inbound><base /><return-response><set-status code=\"{status}\" /></return-response></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"
credential = ClientSecretCredential(TENANT, "me", "any")
resources = ResourceManagementClient(credential, SUBSCRIPTION)
cognitive = CognitiveServicesManagementClient(credential, SUBSCRIPTION)
apim = ApiManagementClient(credential, SUBSCRIPTION)
checks = []


def check(function):
    checks.append(function)
    return function


def args(*more):
    return (GROUP, SERVICE, *more)


def p(**properties):
    return {"properties": properties}


def raw(text):
    """A policy document as it is written."""
    return p(format="rawxml", value=text)


def inbound(statements, outbound=""):
    return raw(f"<policies><inbound><base />{statements}</inbound><backend><base /></backend><outbound><base />{outbound}</outbound><on-error><base /></on-error></policies>")


def url():
    return apim.api_management_service.get(GROUP, SERVICE).gateway_url


def begin(sku="Developer"):
    """A group with a service in it."""
    resources.resource_groups.create_or_update(GROUP, {"location": "eastus"})
    body = {"location": "eastus", "sku": {"name": sku, "capacity": 1}, "properties": {"publisherEmail": "a@b.c", "publisherName": "suite"}}
    apim.api_management_service.begin_create_or_update(GROUP, SERVICE, body).result()


def entity(operations, name, body, change, read=None, finish=lambda it: it, update="update", tag=True):
    """Create, read, list, update, delete; `change` is a pair of property and new value."""
    made = finish(operations["create"](*args(*name), body))
    assert made.name.lower() == name[-1].lower(), made.name
    if tag:
        assert operations["tag"](*args(*name)), "no ETag"
    got = operations["get"](*args(*name))
    assert got.id.endswith("/" + name[-1]), got.id
    names = [it.name for it in operations["list"](*args(*name[:-1]))]
    assert name[-1] in names, names
    if change:
        key, value = change
        if update == "update":
            done = finish(operations["update"](*args(*name), "*", {"properties": {key: value}}))
        else:
            body = {"properties": {**body["properties"], key: value}}
            done = finish(operations["create"](*args(*name), body))
        assert done is not None
        raw = operations["get"](*args(*name))
        attribute = read or key
        assert getattr(raw, attribute) == value, (attribute, getattr(raw, attribute))
    if read is False:
        return
    delete = operations["delete"]
    finish(delete(*args(*name), "*") if operations.get("etag", True) else delete(*args(*name)))
    assert gone(lambda: operations["get"](*args(*name))), f"{name} is still there"


def of(group, many="list_by_service", prefix="", **more):
    """The operations of one kind."""
    get = lambda name: getattr(group, name, None)
    return {
        "create": get(f"{prefix}create_or_update") or get(f"begin_{prefix}create_or_update"),
        "get": get("get"),
        "list": get(many),
        "update": get("update") or get("begin_update"),
        "delete": get("delete") or get("begin_delete"),
        "tag": get("get_entity_tag"),
        **more,
    }


def poll(it):
    return it.result() if hasattr(it, "result") else it


def gone(read):
    """Whether what is read is no longer there."""
    try:
        read()
    except ResourceNotFoundError:
        return True
    return False


def finish():
    """Runs every check; the process ends with 1 if one has failed."""
    failed = 0
    for function in checks:
        try:
            function()
            print("ok", function.__name__)
        except Exception as error:  # noqa: BLE001
            failed += 1
            print("FAILED", function.__name__, type(error).__name__, str(error)[:600])
            print("".join(traceback.format_tb(error.__traceback__)[-2:]))
    sys.exit(1 if failed else 0)
