"""What is changed through the management SDKs is used: each check changes a resource and proves by a call to the gateway that it has an
effect there.
"""

import datetime
import json
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from azure.core.exceptions import HttpResponseError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from plane import ACCOUNT, GROUP, SUBSCRIPTION, apim, args, begin, check, cognitive, credential, finish, gone, inbound, p, poll, resources, url


class Upstream(BaseHTTPRequestHandler):
    """Answers `/status/503` with 503, and everything with the headers that it received."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        part = self.path.split("?")[0].rsplit("/", 1)[1]
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(int(part) if part.isdigit() else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
threading.Thread(target=server.serve_forever, daemon=True).start()
HERE = f"http://127.0.0.1:{server.server_port}"


def call(path, key=None, **more):
    headers = {**({"Ocp-Apim-Subscription-Key": key} if key else {}), **more.pop("headers", {})}
    return requests.request(more.pop("method", "GET"), f"{url()}/{path}", headers=headers, **more)


def api(name, path=None, policy=None, **more):
    """An API that takes everything."""
    body = {"path": path or name, "displayName": name, "protocols": ["https"], "subscriptionRequired": False, "serviceUrl": HERE, **more}
    apim.api.begin_create_or_update(*args(name), p(**body)).result()
    for method in ["GET", "POST"]:
        apim.api_operation.create_or_update(*args(name, method.lower()), p(displayName=method, method=method, urlTemplate="/*"))
    if policy:
        apim.api_policy.create_or_update(*args(name, "policy"), policy)


def answer(expression):
    """A policy that answers with a value."""
    return inbound(f'<return-response><set-status code="200" /><set-body>@({expression})</set-body></return-response>')


@check
def a_service_to_begin_with():
    begin()
    api("echo")
    assert call("echo/x").json()["path"] == "/x"


@check
def a_backend_with_a_breaker_opens_and_a_change_closes_it():
    rule = {"name": "r", "failureCondition": {"count": 1, "interval": "PT1M", "statusCodeRanges": [{"min": 500, "max": 599}]}, "tripDuration": "PT5M"}
    backend = lambda **more: p(url=f"{HERE}/status", protocol="http", **more)
    apim.backend.create_or_update(*args("one"), backend(circuitBreaker={"rules": [rule]}))
    got = apim.backend.get(*args("one"))
    assert got.circuit_breaker.rules[0].failure_condition.count == 1, got
    api("broken", policy=inbound('<set-backend-service backend-id="one" />'))
    assert call("broken/500").status_code == 500
    refused = call("broken/200")
    assert refused.status_code == 503, refused.text
    apim.backend.create_or_update(*args("one"), backend())
    assert call("broken/500").status_code == 500 and call("broken/200").status_code == 200


@check
def a_pool_goes_by_priority_and_falls_back():
    rule = {"name": "r", "failureCondition": {"count": 1, "interval": "PT1M", "statusCodeRanges": [{"min": 500, "max": 599}]}, "tripDuration": "PT5M"}
    for name in ["first", "second"]:
        body = p(url=HERE, protocol="http", circuitBreaker={"rules": [rule]}, credentials={"header": {"x-member": [name]}})
        apim.backend.create_or_update(*args(name), body)
    pool = lambda *names: {"properties": {"pool": {"services": [{"id": f"/backends/{name}", "priority": at + 1} for at, name in enumerate(names)]}}}
    apim.backend.create_or_update(*args("pool"), pool("first", "second"))
    assert len(apim.backend.get(*args("pool")).pool.services) == 2
    api("pooled", policy=inbound('<set-backend-service backend-id="pool" />'))
    member = lambda: call("pooled/x").json()["headers"].get("x-member")
    assert member() == "first"
    apim.backend.create_or_update(*args("pool"), pool("second", "first"))
    assert member() == "second"
    assert call("pooled/500").status_code == 500
    assert member() == "first", "the breaker of the second is open"
    apim.backend.reconnect(*args("first"))
    apim.api.begin_delete(*args("pooled"), "*").result()
    apim.backend.delete(*args("pool"), "*")
    assert gone(lambda: apim.backend.get(*args("pool")))


@check
def named_values_come_from_here_and_from_a_vault():
    apim.named_value.begin_create_or_update(*args("plain"), p(displayName="plain", value="one")).result()
    api("values", policy=answer('"{{plain}}"'))
    assert call("values/x").text == "one"
    apim.named_value.begin_update(*args("plain"), "*", p(value="two")).result()
    assert call("values/x").text == "two"
    vault = {"location": "eastus", "properties": {"tenantId": SUBSCRIPTION, "sku": {"family": "A", "name": "standard"}}}
    resources.resources.begin_create_or_update(GROUP, "Microsoft.KeyVault", "", "vaults", "suite-kv", "2023-07-01", vault).result()
    token = credential.get_token("https://vault.azure.net/.default").token
    secret = "https://suite-kv.vault.azure.net/secrets/s"
    keep = lambda value: requests.put(f"{secret}?api-version=7.4", headers={"Authorization": f"Bearer {token}"}, json={"value": value})
    assert requests.get(f"{secret}?api-version=7.4").status_code == 401
    kept = keep("hidden")
    assert kept.status_code == 200 and kept.json()["id"].startswith(secret), kept.text
    apim.named_value.begin_create_or_update(*args("vaulted"), p(displayName="vaulted", secret=True, keyVault={"secretIdentifier": secret})).result()
    got = apim.named_value.get(*args("vaulted"))
    assert got.value is None and got.key_vault.last_status.code == "Success", got
    assert apim.named_value.list_value(*args("vaulted")).value == "hidden"
    apim.api_policy.create_or_update(*args("values", "policy"), answer('"{{vaulted}}"'))
    assert call("values/x").text == "hidden"
    keep("changed")
    apim.named_value.begin_refresh_secret(*args("vaulted")).result()
    assert call("values/x").text == "changed"
    try:
        apim.named_value.delete(*args("vaulted"), "*")
        raise AssertionError("a value in use was deleted")
    except HttpResponseError as error:
        assert error.status_code == 400, error
    apim.api_policy.delete(*args("values", "policy"), "*")
    apim.named_value.delete(*args("vaulted"), "*")


def pfx():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "suite.example")])
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    certificate = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=9)).sign(key, hashes.SHA256())
    encryption = serialization.BestAvailableEncryption(b"secret")
    data = pkcs12.serialize_key_and_certificates(b"suite", key, certificate, None, encryption)
    return b64encode(data).decode(), certificate.fingerprint(hashes.SHA1()).hex().upper(), now + datetime.timedelta(days=9)


@check
def certificates_say_what_they_are_and_policies_read_them():
    data, thumbprint, until = pfx()
    made = apim.certificate.create_or_update(*args("c"), p(data=data, password="secret"))
    assert (made.subject, made.thumbprint) == ("CN=suite.example", thumbprint), made
    assert made.expiration_date == until, (made.expiration_date, until)
    assert apim.certificate.get_entity_tag(*args("c"))
    assert [it.name for it in apim.certificate.list_by_service(*args())] == ["c"]
    api("certified", policy=answer('context.Deployment.Certificates["c"].Thumbprint'))
    assert call("certified/x").text == thumbprint
    data, other, _ = pfx()
    apim.certificate.create_or_update(*args("c"), p(data=data, password="secret"))
    assert call("certified/x").text == other
    try:
        apim.certificate.create_or_update(*args("c"), p(data=data, password="wrong"))
        raise AssertionError("a certificate that cannot be opened was taken")
    except HttpResponseError as error:
        assert error.status_code == 400, error
    apim.api_policy.delete(*args("certified", "policy"), "*")
    apim.certificate.delete(*args("c"), "*")


@check
def fragments_schemas_caches_and_loggers_are_used_by_policies():
    keep = lambda value: apim.policy_fragment.begin_create_or_update(*args("f"), p(format="rawxml", value=f'<fragment><set-header name="x-f"><value>{value}</value></set-header></fragment>')).result()
    keep("one")
    api("parts", policy=inbound('<include-fragment fragment-id="f" />'))
    seen = lambda: call("parts/x").json()["headers"].get("x-f")
    assert seen() == "one"
    keep("two")
    assert seen() == "two"
    document = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    apim.global_schema.begin_create_or_update(*args("s"), p(schemaType="json", document=document)).result()
    validate = '<validate-content unspecified-content-type-action="prevent" max-size="1024" size-exceeded-action="prevent"><content type="application/json" validate-as="json" action="prevent" schema-id="s" /></validate-content>'
    apim.api_policy.create_or_update(*args("parts", "policy"), inbound(validate))
    assert call("parts/x", method="POST", json={"name": "a"}).status_code == 200
    assert call("parts/x", method="POST", json={"nam": "a"}).status_code == 400
    apim.cache.create_or_update(*args("default"), p(connectionString="c", useFromLocation="default"))
    store = '<cache-lookup-value key="k" variable-name="v" caching-type="external" default-value="none" /><cache-store-value key="k" value="kept" duration="60" caching-type="external" /><return-response><set-body>@((string)context.Variables["v"])</set-body></return-response>'
    apim.api_policy.create_or_update(*args("parts", "policy"), inbound(store))
    assert (call("parts/x").text, call("parts/x").text) == ("none", "kept")
    log = inbound('<log-to-eventhub logger-id="hub">@("x")</log-to-eventhub>')
    try:
        apim.api_policy.create_or_update(*args("parts", "policy"), log)
        raise AssertionError("a logger that is not there was taken")
    except HttpResponseError as error:
        assert error.status_code == 400, error
    apim.logger.create_or_update(*args("hub"), p(loggerType="azureEventHub", credentials={"name": "h", "connectionString": "Endpoint=sb://x/"}))
    apim.api_policy.create_or_update(*args("parts", "policy"), log)
    assert call("parts/x").status_code == 200
    apim.api_diagnostic.create_or_update(*args("parts", "azuremonitor"), p(loggerId="/loggers/hub", alwaysLog="allErrors"))
    assert call("parts/x").status_code == 200


@check
def versions_and_revisions_are_found_by_their_paths():
    for scheme, name in [("Segment", "seg"), ("Header", "head"), ("Query", "query")]:
        extra = {"versionHeaderName": "x-v"} if scheme == "Header" else {"versionQueryName": "v"} if scheme == "Query" else {}
        apim.api_version_set.create_or_update(*args(name), p(displayName=name, versioningScheme=scheme, **extra))
        for version in ["v1", "v2"]:
            api(f"{name}-{version}", path=name, policy=answer(f'"{version}"'), apiVersion=version, apiVersionSetId=f"/apiVersionSets/{name}")
    for version in ["v1", "v2"]:
        assert call(f"seg/{version}/x").text == version
        assert call("head/x", headers={"x-v": version}).text == version
        assert call(f"query/x?v={version}").text == version
    api("revised", policy=answer('"1"'))
    apim.api.begin_create_or_update(*args("revised;rev=2"), p(path="revised", sourceApiId="/apis/revised")).result()
    apim.api_policy.create_or_update(*args("revised;rev=2", "policy"), answer('"2"'))
    assert (call("revised/x").text, call("revised;rev=2/x").text) == ("1", "2")
    apim.api_release.create_or_update(*args("revised", "r"), p(apiId="/apis/revised;rev=2", notes="go"))
    assert (call("revised/x").text, call("revised;rev=1/x").text) == ("2", "1")


@check
def products_users_and_groups_are_seen_by_policies():
    apim.product.create_or_update(*args("gold"), p(displayName="Gold", state="published"))
    apim.product_api.create_or_update(*args("gold", "echo"))
    apim.product_policy.create_or_update(*args("gold", "policy"), inbound('<set-header name="x-product"><value>@(context.Product.Name)</value></set-header>'))
    poll(apim.user.create_or_update(*args("ada"), p(email="ada@b.c", firstName="Ada", lastName="L")))
    apim.group.create_or_update(*args("team"), p(displayName="Team"))
    apim.group_user.create(*args("team", "ada"))
    apim.subscription.create_or_update(*args("s"), p(displayName="S", scope="/products/gold", ownerId="/users/ada", state="active"))
    key = apim.subscription.list_secrets(*args("s")).primary_key
    assert call("echo/x", key).json()["headers"]["x-product"] == "Gold"
    api("who", policy=answer('context.User.Email + " " + string.Join(",", context.User.Groups.Select(g => g.Name))'), subscriptionRequired=True)
    apim.product_api.create_or_update(*args("gold", "who"))
    assert call("who/x", key).text == "ada@b.c Team", call("who/x", key).text
    apim.group_user.delete(*args("team", "ada"))
    assert call("who/x", key).text == "ada@b.c "
    apim.user.update(*args("ada"), "*", p(state="blocked"))
    assert call("who/x", key).status_code in (401, 403)
    apim.product.delete(*args("gold"), "*", delete_subscriptions=True)


@check
def an_api_is_exported_and_imported_again():
    for form, mark in [("swagger-link", "swagger"), ("openapi-link", "openapi"), ("openapi+json-link", "openapi")]:
        exported = apim.api_export.get(*args("echo"), format=form, export="true")
        link = exported.value.link if exported.value else exported.additional_properties["properties"]["value"]["link"]
        document = requests.get(link)
        assert document.status_code == 200 and mark in document.json(), document.text
        assert set(document.json()["paths"]["/*"]) == {"get", "post"}, document.text
        assert requests.get(link.replace("sig=", "sig=x")).status_code == 403
    body = p(path="again", displayName="Again", subscriptionRequired=False, serviceUrl=HERE, format="openapi+json", value=document.text)
    apim.api.begin_create_or_update(*args("again"), body).result()
    assert len(list(apim.api_operation.list_by_api(*args("again")))) == 2
    assert call("again/x").status_code == 200


@check
def what_is_in_a_workspace_is_served():
    apim.workspace.create_or_update(*args("w"), p(displayName="Team W"))
    inside = args("w")
    apim.workspace_backend.create_or_update(*inside, "wb", p(url=HERE, protocol="http", credentials={"header": {"x-backend": ["wb"]}}))
    apim.workspace_named_value.begin_create_or_update(*inside, "wn", p(displayName="wn", value="of w")).result()
    apim.workspace_api.begin_create_or_update(*inside, "wa", p(path="wa", displayName="WA", protocols=["https"], subscriptionRequired=True)).result()
    apim.workspace_api_operation.create_or_update(*inside, "wa", "get", p(displayName="G", method="GET", urlTemplate="/*"))
    policy = '<set-backend-service backend-id="wb" /><set-header name="x-value"><value>{{wn}}</value></set-header>'
    apim.workspace_api_policy.create_or_update(*inside, "wa", "policy", inbound(policy))
    apim.workspace_policy.create_or_update(*inside, "policy", inbound('<set-header name="x-workspace"><value>@(context.Workspace.Name)</value></set-header>'))
    apim.workspace_subscription.create_or_update(*inside, "ws", p(displayName="WS", scope=f"{apim.workspace.get(*inside).id}/apis/wa", state="active"))
    key = apim.workspace_subscription.list_secrets(*inside, "ws").primary_key
    assert call("wa/x").status_code == 401
    headers = call("wa/x", key).json()["headers"]
    assert (headers["x-backend"], headers["x-value"], headers["x-workspace"]) == ("wb", "of w", "Team W"), headers
    # A key of a workspace opens nothing elsewhere, and its policy is for its own APIs.
    api("closed", subscriptionRequired=True)
    assert call("closed/x", key).status_code == 401
    assert "x-workspace" not in call("echo/x").json()["headers"]
    apim.workspace_api_operation_policy.create_or_update(*inside, "wa", "get", "policy", answer('"operation"'))
    assert call("wa/x", key).text == "operation"
    apim.workspace_subscription.delete(*inside, "ws", "*")
    apim.workspace_api.delete(*inside, "wa", "*")
    assert call("wa/x", key).status_code == 404
    apim.workspace.delete(*inside, "*")
    assert gone(lambda: apim.workspace.get(*inside))


@check
def keys_of_accounts_are_made_anew():
    account = {"location": "swedencentral", "kind": "AIServices", "sku": {"name": "S0"}, "properties": {"customSubDomainName": ACCOUNT}}
    made = cognitive.accounts.begin_create(GROUP, ACCOUNT, account).result()
    model = {"sku": {"name": "GlobalStandard", "capacity": 100}, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"}}}
    cognitive.deployments.begin_create_or_update(GROUP, ACCOUNT, "chat", model).result()
    target = f"https://{ACCOUNT}.openai.azure.com/openai/deployments/chat/chat/completions?api-version=2024-10-21"
    ask = lambda key: requests.post(target, headers={"api-key": key}, json={"messages": [{"role": "user", "content": "hello"}]}).status_code
    before = cognitive.accounts.list_keys(GROUP, ACCOUNT)
    assert (ask(before.key1), ask(before.key2), ask("wrong")) == (200, 200, 401)
    after = cognitive.accounts.regenerate_key(GROUP, ACCOUNT, "Key1")
    assert after.key1 != before.key1 and after.key2 == before.key2
    assert (ask(before.key1), ask(after.key1), ask(after.key2)) == (401, 200, 200)
    assert cognitive.accounts.list_keys(GROUP, ACCOUNT).key1 == after.key1
    # Whoever writes the account again leaves its keys alone.
    cognitive.accounts.begin_create(GROUP, ACCOUNT, account).result()
    assert ask(after.key1) == 200
    cognitive.deployments.begin_delete(GROUP, ACCOUNT, "chat").result()
    assert ask(after.key1) == 404
    assert made.name == ACCOUNT


@check
def a_deleted_account_is_restored_or_purged():
    account = {"location": "swedencentral", "kind": "AIServices", "sku": {"name": "S0"}, "properties": {"customSubDomainName": ACCOUNT}}
    key = cognitive.accounts.list_keys(GROUP, ACCOUNT).key1
    cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
    try:
        cognitive.accounts.begin_create(GROUP, ACCOUNT, account).result()
        raise AssertionError("a name that is taken was taken again")
    except HttpResponseError as error:
        assert error.status_code == 409, error
    assert cognitive.deleted_accounts.get("swedencentral", GROUP, ACCOUNT).name == ACCOUNT
    restored = {**account, "properties": {**account["properties"], "restore": True}}
    cognitive.accounts.begin_create(GROUP, ACCOUNT, restored).result()
    assert cognitive.accounts.list_keys(GROUP, ACCOUNT).key1 == key
    cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
    cognitive.deleted_accounts.begin_purge("swedencentral", GROUP, ACCOUNT).result()
    assert list(cognitive.deleted_accounts.list()) == []


@check
def a_template_is_read_from_an_address_of_this_machine():
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "resources": [{"type": "Microsoft.ApiManagement/service/namedValues", "apiVersion": "2024-05-01", "name": "suite-apim/linked", "properties": {"displayName": "linked", "value": "v"}}],
    }

    class Templates(Upstream):
        def do_GET(self):
            body = json.dumps(template).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    templates = ThreadingHTTPServer(("127.0.0.1", 0), Templates)
    threading.Thread(target=templates.serve_forever, daemon=True).start()
    body = lambda uri: {"properties": {"mode": "Incremental", "templateLink": {"uri": uri}}}
    resources.deployments.begin_create_or_update(GROUP, "l", body(f"http://127.0.0.1:{templates.server_port}/main.json")).result()
    apim.api_policy.create_or_update(*args("values", "policy"), answer('"{{linked}}"'))
    assert call("values/x").text == "v"
    try:
        resources.deployments.begin_create_or_update(GROUP, "l", body("https://example.org/main.json")).result()
        raise AssertionError("something was fetched")
    except HttpResponseError as error:
        assert error.status_code == 400 and error.error.code == "InvalidTemplateLink", error


@check
def what_is_asked_of_hosts_that_know_nothing_here():
    token = credential.get_token("https://api.loganalytics.io/.default").token
    asked = requests.post("https://api.loganalytics.io/v1/workspaces/w/query", headers={"Authorization": f"Bearer {token}"}, json={"query": "ApiManagementGatewayLogs"})
    assert asked.status_code == 400 and "KQL" in asked.json()["error"]["message"], asked.text
    prices = requests.get("https://prices.azure.com/api/retail/prices?$filter=serviceName eq 'x'")
    assert prices.status_code == 200 and prices.json()["Items"] == [], prices.text


@check
def everything_goes():
    apim.api_management_service.begin_delete(*args()).result()
    assert requests.get(f"{HERE}/x").status_code == 200
    resources.resource_groups.begin_delete(GROUP).result()


finish()
