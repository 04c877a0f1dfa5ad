"""The management SDKs of Azure for Python, unmodified, against the management plane: services, APIs and what belongs to them.

Run by the tests of apimite, which set the variables that `apimite env` prints. Prints one line per check.
"""

import datetime
import json

import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from plane import ACCOUNT, GROUP, POLICY, SERVICE, SUBSCRIPTION, apim, args, check, cognitive, entity, finish, of, poll, resources, url


@check
def a_group_and_a_service():
    group = resources.resource_groups.create_or_update(GROUP, {"location": "eastus", "tags": {"a": "b"}})
    assert group.properties.provisioning_state == "Succeeded"
    assert resources.resource_groups.check_existence(GROUP)
    assert not resources.resource_groups.check_existence("none")
    body = {
        "location": "eastus", "sku": {"name": "Developer", "capacity": 1}, "identity": {"type": "SystemAssigned"},
        "properties": {"publisherEmail": "a@b.c", "publisherName": "suite"},
    }
    service = apim.api_management_service.begin_create_or_update(GROUP, SERVICE, body).result()
    assert service.provisioning_state == "Succeeded" and service.gateway_url, service
    assert service.identity.principal_id and service.etag
    assert [it.name for it in apim.api_management_service.list_by_resource_group(GROUP)] == [SERVICE]
    changed = apim.api_management_service.begin_update(GROUP, SERVICE, {"tags": {"x": "y"}}).result()
    assert changed.tags == {"x": "y"}
    available = apim.api_management_service.check_name_availability({"name": SERVICE})
    assert not available.name_available
    listed = [it.type for it in resources.resources.list_by_resource_group(GROUP)]
    assert listed == ["Microsoft.ApiManagement/service"], listed


@check
def simple_kinds():
    p = lambda **properties: {"properties": properties}
    entity(of(apim.tag, create=apim.tag.create_or_update, tag=apim.tag.get_entity_state), ["t"], p(displayName="T"), ("displayName", "U"), "display_name")
    entity(of(apim.group), ["g"], p(displayName="G"), ("displayName", "H"), "display_name")
    entity(of(apim.user), ["u"], p(email="a@b.c", firstName="A", lastName="B"), ("firstName", "C"), "first_name", finish=poll)
    entity(of(apim.product), ["p"], p(displayName="P"), ("state", "published"))
    entity(of(apim.api_version_set), ["v"], p(displayName="V", versioningScheme="Segment"), ("description", "d"))
    entity(of(apim.backend), ["b"], p(url="https://example.org", protocol="http"), ("title", "t"))
    entity(of(apim.logger), ["l"], p(loggerType="applicationInsights", credentials={"instrumentationKey": "secret"}), ("description", "d"))
    entity(of(apim.named_value), ["n"], p(displayName="n", value="v"), ("value", "w"), finish=poll)
    entity(of(apim.cache), ["default"], p(connectionString="c", useFromLocation="default"), ("description", "d"))
    entity(of(apim.gateway), ["gw"], p(locationData={"name": "here"}), ("description", "d"))
    entity(of(apim.global_schema), ["s"], p(schemaType="json", document={"type": "object"}, description="a"), ("description", "d"), update="put", finish=poll)
    entity(of(apim.policy_fragment), ["f"], p(value="<fragment />", format="rawxml", description="a"), ("description", "d"), update="put", finish=poll)
    entity(of(apim.open_id_connect_provider), ["o"], p(displayName="O", metadataEndpoint="https://x/y", clientId="c", clientSecret="s"), ("description", "d"))
    entity(of(apim.authorization_server), ["a"], p(displayName="A", clientId="c", clientRegistrationEndpoint="https://x", authorizationEndpoint="https://x", grantTypes=["authorizationCode"]), ("description", "d"))
    entity(of(apim.identity_provider), ["aad"], p(clientId="c", clientSecret="s", allowedTenants=["t"]), ("clientId", "d"), "client_id")
    entity(of(apim.documentation), ["d"], p(title="T", content="c"), ("content", "e"))
    entity(of(apim.workspace), ["w"], p(displayName="W"), ("description", "d"))


@check
def the_built_in_ones():
    names = lambda group: [it.name for it in group.list_by_service(*args())]
    assert [it.name for it in apim.subscription.list(*args())][0] == "master"
    assert {"administrators", "developers", "guests"} <= set(names(apim.group))
    assert "1" in names(apim.user)
    assert apim.subscription.list_secrets(*args("master")).primary_key
    assert len(list(apim.notification.list_by_service(*args()))) == 7
    assert apim.sign_in_settings.get(*args()).enabled is False


@check
def an_api_with_all_that_belongs_to_it():
    document = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {"/now": {"get": {"operationId": "Now", "responses": {"200": {"description": ""}}}}}}
    body = {"properties": {"path": "echo", "displayName": "Echo", "protocols": ["https"], "format": "openapi+json", "value": json.dumps(document), "subscriptionRequired": True}}
    api = apim.api.begin_create_or_update(*args("echo"), body).result()
    assert api.path == "echo" and api.is_current
    assert apim.api.get_entity_tag(*args("echo"))
    assert [it.name for it in apim.api_operation.list_by_api(*args("echo"))] == ["now"]
    p = lambda **properties: {"properties": properties}
    inside = lambda group, **more: of(group, "list_by_api", **more)
    entity(inside(apim.api_operation), ["echo", "later"], p(displayName="L", method="GET", urlTemplate="/later"), ("description", "d"))
    entity(inside(apim.api_schema), ["echo", "sc"], p(contentType="application/json", document={"value": "{}"}), None, finish=poll)
    entity(inside(apim.api_release, list=apim.api_release.list_by_service), ["echo", "r"], p(apiId="/apis/echo", notes="n"), ("notes", "m"))
    entity(inside(apim.api_issue, list=apim.api_issue.list_by_service), ["echo", "i"], p(title="t", description="d", userId="/users/1"), ("title", "u"))
    apim.logger.create_or_update(*args("ai"), p(loggerType="applicationInsights", credentials={"instrumentationKey": "k"}))
    assert "{{" in apim.logger.get(*args("ai")).credentials["instrumentationKey"]
    entity(inside(apim.api_diagnostic, list=apim.api_diagnostic.list_by_service), ["echo", "applicationinsights"], p(loggerId="/loggers/ai"), ("alwaysLog", "allErrors"), "always_log")
    entity(of(apim.diagnostic), ["applicationinsights"], p(loggerId="/loggers/ai"), ("alwaysLog", "allErrors"), "always_log")
    apim.tag.create_or_update(*args("t"), p(displayName="T"))
    apim.tag.assign_to_api(*args("echo", "t"))
    assert [it.name for it in apim.tag.list_by_api(*args("echo"))] == ["t"]
    assert apim.tag.get_entity_state_by_api(*args("echo", "t"))
    apim.tag.detach_from_api(*args("echo", "t"))
    assert len(list(apim.api_revision.list_by_service(*args("echo")))) == 1
    revision = apim.api.begin_create_or_update(*args("echo;rev=2"), p(path="echo", sourceApiId="/apis/echo", apiRevisionDescription="2")).result()
    assert revision.api_revision == "2"
    assert len(list(apim.api_revision.list_by_service(*args("echo")))) == 2
    apim.api_release.create_or_update(*args("echo", "second"), p(apiId="/apis/echo;rev=2"))
    assert apim.api.get(*args("echo")).api_revision == "2"


@check
def policies_at_every_scope_take_effect_on_the_next_request():
    raw = lambda status: {"properties": {"format": "rawxml", "value": POLICY.format(status=status)}}
    key = apim.subscription.list_secrets(*args("master")).primary_key
    call = lambda: requests.get(f"{url()}/echo/now", headers={"Ocp-Apim-Subscription-Key": key}).status_code
    apim.policy.create_or_update(*args("policy"), raw(210))
    assert call() == 210
    apim.api_policy.create_or_update(*args("echo", "policy"), {"properties": {"format": "rawxml", "value": POLICY.format(status=211).replace("<inbound><base />", "<inbound>")}})
    assert call() == 211
    apim.api_operation_policy.create_or_update(*args("echo", "now", "policy"), {"properties": {"format": "rawxml", "value": POLICY.format(status=212).replace("<inbound><base />", "<inbound>")}})
    assert call() == 212
    assert "return-response" in apim.api_operation_policy.get(*args("echo", "now", "policy"), format="rawxml").value
    assert apim.api_policy.get_entity_tag(*args("echo", "policy"))
    try:
        apim.api_policy.create_or_update(*args("echo", "policy"), {"properties": {"format": "rawxml", "value": "<policies><inbound><nonsense /></inbound></policies>"}})
        raise AssertionError("a wrong policy was taken")
    except HttpResponseError as error:
        assert error.status_code == 400 and "line 1" in str(error), error
    assert call() == 212
    apim.api_operation_policy.delete(*args("echo", "now", "policy"), "*")
    assert call() == 211
    apim.api_policy.delete(*args("echo", "policy"), "*")
    assert call() == 210
    apim.policy.delete(*args("policy"), "*")


@check
def products_and_keys_open_what_they_are_for():
    p = lambda **properties: {"properties": properties}
    apim.policy.create_or_update(*args("policy"), {"properties": {"format": "rawxml", "value": POLICY.format(status=200).replace("<base />", "").replace("<backend></backend>", "<backend><forward-request /></backend>")}})
    apim.product.create_or_update(*args("gold"), p(displayName="Gold", state="published"))
    apim.product_api.create_or_update(*args("gold", "echo"))
    assert apim.product_api.check_entity_exists(*args("gold", "echo"))
    assert [it.name for it in apim.product_api.list_by_product(*args("gold"))] == ["echo"]
    assert [it.name for it in apim.api_product.list_by_apis(*args("echo"))] == ["gold"]
    apim.product_group.create_or_update(*args("gold", "developers"))
    assert [it.name for it in apim.product_group.list_by_product(*args("gold"))] == ["developers"]
    apim.product_policy.create_or_update(*args("gold", "policy"), {"properties": {"format": "rawxml", "value": "<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"}})
    subscription = apim.subscription.create_or_update(*args("s"), p(displayName="S", scope="/products/gold", state="active"))
    assert subscription.primary_key is None and subscription.scope.endswith("/products/gold")
    assert [it.name for it in apim.product_subscriptions.list(*args("gold"))] == ["s"]
    keys = apim.subscription.list_secrets(*args("s"))
    call = lambda key: requests.get(f"{url()}/echo/now", headers={"Ocp-Apim-Subscription-Key": key}).status_code
    assert (call(keys.primary_key), call(keys.secondary_key), call("wrong")) == (200, 200, 401)
    apim.subscription.regenerate_primary_key(*args("s"))
    again = apim.subscription.list_secrets(*args("s"))
    assert again.primary_key != keys.primary_key and again.secondary_key == keys.secondary_key
    assert (call(keys.primary_key), call(again.primary_key)) == (401, 200)
    apim.subscription.update(*args("s"), "*", {"properties": {"state": "suspended"}})
    assert call(again.primary_key) == 401
    apim.subscription.delete(*args("s"), "*")
    apim.product_api.delete(*args("gold", "echo"))
    try:
        apim.product_api.check_entity_exists(*args("gold", "echo"))
        raise AssertionError("the API is still in the product")
    except ResourceNotFoundError:
        pass
    apim.product.delete(*args("gold"), "*", delete_subscriptions=True)


@check
def users_groups_and_their_tokens():
    p = lambda **properties: {"properties": properties}
    poll(apim.user.create_or_update(*args("ada"), p(email="ada@b.c", firstName="A", lastName="L")))
    apim.group.create_or_update(*args("team"), p(displayName="Team"))
    apim.group_user.create(*args("team", "ada"))
    assert apim.group_user.check_entity_exists(*args("team", "ada"))
    assert [it.name for it in apim.group_user.list(*args("team"))] == ["ada"]
    assert [it.name for it in apim.user_group.list(*args("ada"))] == ["team"]
    expiry = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).isoformat()
    assert apim.user.get_shared_access_token(*args("ada"), {"properties": {"keyType": "primary", "expiry": expiry}}).value.startswith("ada&")
    assert apim.user.generate_sso_url(*args("ada")).value
    apim.group_user.delete(*args("team", "ada"))
    poll(apim.user.delete(*args("ada"), "*") if hasattr(apim.user, "delete") else apim.user.begin_delete(*args("ada"), "*"))
    apim.group.delete(*args("team"), "*")


@check
def named_values_gateways_and_secrets():
    p = lambda **properties: {"properties": properties}
    apim.named_value.begin_create_or_update(*args("secret"), p(displayName="secret", value="hidden", secret=True)).result()
    assert apim.named_value.get(*args("secret")).value is None
    assert apim.named_value.list_value(*args("secret")).value == "hidden"
    apim.named_value.delete(*args("secret"), "*")
    apim.gateway.create_or_update(*args("own"), p(locationData={"name": "here"}))
    assert apim.gateway.list_keys(*args("own")).primary
    expiry = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).isoformat()
    assert apim.gateway.generate_token(*args("own"), {"keyType": "primary", "expiry": expiry}).value.startswith("own&")
    apim.gateway_api.create_or_update(*args("own", "echo"))
    assert [it.name for it in apim.gateway_api.list_by_service(*args("own"))] == ["echo"]
    apim.gateway.delete(*args("own"), "*")


@check
def a_pool_of_backends_is_used():
    p = lambda **properties: {"properties": properties}
    account = {"location": "swedencentral", "kind": "AIServices", "sku": {"name": "S0"}, "properties": {"customSubDomainName": ACCOUNT}}
    made = cognitive.accounts.begin_create(GROUP, ACCOUNT, account).result()
    assert made.properties.endpoint.endswith("/")
    keys = cognitive.accounts.list_keys(GROUP, ACCOUNT)
    assert keys.key1 and keys.key2
    model = {"sku": {"name": "GlobalStandard", "capacity": 100}, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"}}}
    cognitive.deployments.begin_create_or_update(GROUP, ACCOUNT, "gpt-4o-mini", model).result()
    assert [it.name for it in cognitive.deployments.list(GROUP, ACCOUNT)] == ["gpt-4o-mini"]
    apim.backend.create_or_update(*args("one"), p(url=f"https://{ACCOUNT}.openai.azure.com/openai", protocol="http"))
    apim.backend.create_or_update(*args("pool"), {"properties": {"pool": {"services": [{"id": "/backends/one", "priority": 1}]}}})
    api = p(path="inference", displayName="Inference", protocols=["https"], subscriptionKeyParameterNames={"header": "api-key", "query": "api-key"})
    apim.api.begin_create_or_update(*args("inference"), api).result()
    apim.api_operation.create_or_update(*args("inference", "chat"), p(displayName="Chat", method="POST", urlTemplate="/deployments/{d}/chat/completions", templateParameters=[{"name": "d", "type": "string", "required": True}]))
    policy = "<policies><inbound><set-backend-service backend-id=\"pool\" /><set-header name=\"api-key\" exists-action=\"delete\" /><authentication-managed-identity resource=\"https://cognitiveservices.azure.com\" /></inbound><backend><forward-request /></backend><outbound /><on-error /></policies>"
    apim.api_policy.create_or_update(*args("inference", "policy"), {"properties": {"format": "rawxml", "value": policy}})
    key = apim.subscription.list_secrets(*args("master")).primary_key
    target = f"{url()}/inference/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21"
    answer = requests.post(target, headers={"api-key": key}, json={"messages": [{"role": "user", "content": "hello"}]})
    assert (answer.status_code, answer.headers.get("x-ms-region")) == (200, "Sweden Central"), answer.text


@check
def a_trace_is_given_for_a_token():
    base = f"https://management.azure.com/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.ApiManagement/service/{SERVICE}"
    token = apim.gateway.list_debug_credentials(*args("managed"), {"apiId": f"{base}/apis/inference", "purposes": ["tracing"], "credentialsExpireAfter": "PT1H"}).token
    key = apim.subscription.list_secrets(*args("master")).primary_key
    target = f"{url()}/inference/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21"
    headers = {"api-key": key, "Apim-Debug-Authorization": token}
    answer = requests.post(target, headers=headers, json={"messages": [{"role": "user", "content": "hello"}]})
    trace = apim.gateway.list_trace(*args("managed"), {"traceId": answer.headers["Apim-Trace-Id"]})
    assert {"inbound", "backend", "outbound"} <= set(trace["traceEntries"]), trace
    wrong = requests.get(f"{url()}/echo/now", headers={"Ocp-Apim-Subscription-Key": key, "Apim-Debug-Authorization": token})
    assert "Apim-Debug-Authorization-WrongAPI" in wrong.headers
    apim.gateway.invalidate_debug_credentials(*args("managed"))
    again = requests.post(target, headers=headers, json={"messages": [{"role": "user", "content": "hello"}]})
    assert "Apim-Trace-Id" not in again.headers


@check
def a_template_is_deployed():
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string"}},
        "resources": [{"type": "Microsoft.ApiManagement/service/tags", "apiVersion": "2024-05-01", "name": f"[concat('{SERVICE}/', parameters('name'))]", "properties": {"displayName": "T"}}],
        "outputs": {"name": {"type": "string", "value": "[parameters('name')]"}},
    }
    body = {"properties": {"mode": "Incremental", "template": template, "parameters": {"name": {"value": "deployed"}}}}
    assert resources.deployments.begin_validate(GROUP, "d", body).result().error is None
    changes = resources.deployments.begin_what_if(GROUP, "d", body).result().changes
    assert changes[0].change_type == "Create", changes[0]
    done = resources.deployments.begin_create_or_update(GROUP, "d", body).result()
    assert done.properties.outputs["name"]["value"] == "deployed"
    assert apim.tag.get(*args("deployed")).display_name == "T"
    assert len(list(resources.deployment_operations.list(GROUP, "d"))) == 1
    resources.deployments.begin_delete(GROUP, "d").result()


@check
def everything_goes():
    cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
    assert [it.name for it in cognitive.deleted_accounts.list()] == [ACCOUNT]
    cognitive.deleted_accounts.begin_purge("swedencentral", GROUP, ACCOUNT).result()
    apim.api_management_service.begin_delete(GROUP, SERVICE).result()
    assert [it.name for it in apim.deleted_services.list_by_subscription()] == [SERVICE]
    apim.deleted_services.begin_purge(SERVICE, "eastus").result()
    resources.resource_groups.begin_delete(GROUP).result()
    assert not resources.resource_groups.check_existence(GROUP)


finish()
