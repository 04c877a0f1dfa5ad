"""The kinds of resources that `suite.py` leaves: portals, wikis, issues, resolvers, authorizations, gateways, workspaces and lists.

Each is created, read, listed, updated where its contract has an update, and deleted, by its own operation class.
"""

import datetime

from azure.core.exceptions import HttpResponseError

from plane import GROUP, SERVICE, apim, args, begin, check, entity, finish, gone, inbound, of, p, poll, raw, resources



def listed(pages):
    return [it.name for it in pages]


@check
def a_service_to_begin_with():
    begin()
    apim.api.begin_create_or_update(*args("a"), p(path="a", displayName="A", subscriptionRequired=False)).result()
    apim.api_operation.create_or_update(*args("a", "o"), p(displayName="O", method="GET", urlTemplate="/o"))
    apim.product.create_or_update(*args("p"), p(displayName="P", state="published"))
    apim.user.create_or_update(*args("u"), p(email="u@b.c", firstName="U", lastName="V"))


@check
def wikis_of_apis_and_products():
    for wiki, wikis, owner in [(apim.api_wiki, apim.api_wikis, "a"), (apim.product_wiki, apim.product_wikis, "p")]:
        made = wiki.create_or_update(*args(owner), p(documents=[{"documentationId": "d"}]))
        assert made.documents[0].documentation_id == "d", made
        assert wiki.get_entity_tag(*args(owner))
        assert listed(wikis.list(*args(owner))) == ["default"]
        wiki.update(*args(owner), "*", p(documents=[{"documentationId": "e"}]))
        assert wiki.get(*args(owner)).documents[0].documentation_id == "e"
        wiki.delete(*args(owner), "*")
        assert gone(lambda: wiki.get(*args(owner)))


@check
def issues_with_comments_and_attachments():
    issue = p(title="t", description="d", userId="/users/u")
    apim.api_issue.create_or_update(*args("a", "i"), issue)
    of_issue = lambda group: of(group, update=None)
    entity(of_issue(apim.api_issue_comment), ["a", "i", "c"], p(text="t", userId="/users/u"), ("text", "s"), update="put")
    attachment = p(title="t", contentFormat="link", content="https://example.org/x")
    entity(of_issue(apim.api_issue_attachment), ["a", "i", "m"], attachment, ("title", "s"), update="put")
    assert listed(apim.issue.list_by_service(*args())) == ["i"]
    assert apim.issue.get(*args("i")).title == "t"
    assert gone(lambda: apim.issue.get(*args("none")))
    apim.api_issue.delete(*args("a", "i"), "*")


@check
def resolvers_with_their_policies():
    entity(of(apim.graph_ql_api_resolver, "list_by_api"), ["a", "r"], p(displayName="R", path="Query/r"), ("description", "d"), None)
    apim.graph_ql_api_resolver.create_or_update(*args("a", "r"), p(displayName="R", path="Query/r"))
    policies = apim.graph_ql_api_resolver_policy
    document = raw("<http-data-source><http-request><set-method>GET</set-method><set-url>https://x</set-url></http-request></http-data-source>")
    policies.create_or_update(*args("a", "r", "policy"), document)
    assert "http-data-source" in policies.get(*args("a", "r", "policy"), format="rawxml").value
    assert policies.get_entity_tag(*args("a", "r", "policy"))
    assert listed(policies.list_by_resolver(*args("a", "r"))) == ["policy"]
    policies.delete(*args("a", "r", "policy"), "*")
    assert gone(lambda: policies.get(*args("a", "r", "policy")))
    apim.graph_ql_api_resolver.delete(*args("a", "r"), "*")


@check
def authorization_providers_with_what_is_in_them():
    grant = {"authorizationCode": {"clientId": "c", "clientSecret": "hidden", "scopes": "s"}}
    provider = p(displayName="P", identityProvider="aad", oauth2={"redirectUrl": "https://x", "grantTypes": grant})
    made = apim.authorization_provider.create_or_update(*args("ap"), provider)
    assert "hidden" not in str(made.as_dict()), made
    assert listed(apim.authorization_provider.list_by_service(*args())) == ["ap"]
    authorization = p(authorizationType="OAuth2", oauth2grantType="AuthorizationCode")
    apim.authorization.create_or_update(*args("ap", "x"), authorization)
    assert apim.authorization.get(*args("ap", "x")).o_auth2_grant_type == "AuthorizationCode"
    assert listed(apim.authorization.list_by_authorization_provider(*args("ap"))) == ["x"]
    link = apim.authorization_login_links.post(*args("ap", "x"), {"postLoginRedirectUrl": "https://x"}).login_link
    assert link.startswith("https://"), link
    apim.authorization.confirm_consent_code(*args("ap", "x"), {"consentCode": "c"})
    access = apim.authorization_access_policy
    access.create_or_update(*args("ap", "x", "w"), p(objectId="o", tenantId="t"))
    assert access.get(*args("ap", "x", "w")).object_id == "o"
    assert listed(access.list_by_authorization(*args("ap", "x"))) == ["w"]
    access.delete(*args("ap", "x", "w"), "*")
    apim.authorization.delete(*args("ap", "x"), "*")
    apim.authorization_provider.delete(*args("ap"), "*")
    assert gone(lambda: apim.authorization_provider.get(*args("ap")))


@check
def self_hosted_gateways():
    apim.gateway.create_or_update(*args("g"), p(locationData={"name": "here"}))
    host = p(hostname="h.example", certificateId="/certificates/c", negotiateClientCertificate=False)
    hosts = of(apim.gateway_hostname_configuration, update=None)
    entity(hosts, ["g", "h"], host, ("hostname", "i.example"), update="put")
    entity(of(apim.gateway_certificate_authority, update=None), ["g", "c"], p(isTrusted=True), ("isTrusted", False), "is_trusted", update="put")
    apim.gateway.regenerate_key(*args("g"), {"keyType": "primary"})
    apim.gateway.delete(*args("g"), "*")


@check
def gateways_of_workspaces():
    body = {"location": "eastus", "sku": {"name": "WorkspaceGatewayPremium", "capacity": 1}, "properties": {"backend": {}}}
    apim.api_gateway.begin_create_or_update(GROUP, "wg", body).result()
    assert listed(apim.api_gateway.list_by_resource_group(GROUP)) == ["wg"]
    assert [it.sku.name for it in apim.api_management_gateway_skus.list_available_skus(GROUP, "wg")]
    connection = p(sourceId=f"/subscriptions/s/resourceGroups/{GROUP}/providers/Microsoft.ApiManagement/service/{SERVICE}/workspaces/w")
    connections = apim.api_gateway_config_connection
    connections.begin_create_or_update(GROUP, "wg", "c", connection).result()
    assert listed(connections.list_by_gateway(GROUP, "wg")) == ["c"]
    assert connections.get(GROUP, "wg", "c").source_id.endswith("/workspaces/w")
    connections.begin_delete(GROUP, "wg", "c", "*").result()
    apim.api_gateway.begin_update(GROUP, "wg", {"tags": {"a": "b"}}).result()
    assert apim.api_gateway.get(GROUP, "wg").tags == {"a": "b"}
    apim.api_gateway.begin_delete(GROUP, "wg").result()


@check
def settings_of_the_portal():
    for group, body, change in [
        (apim.sign_in_settings, p(enabled=True), p(enabled=False)),
        (apim.sign_up_settings, p(enabled=True, termsOfService={"enabled": False, "consentRequired": False}), p(enabled=False)),
        (apim.delegation_settings, p(url="https://d", validationKey="aGlkZGVu", subscriptions={"enabled": True}), p(url="https://e")),
    ]:
        made = group.create_or_update(*args(), body)
        assert made.name and group.get_entity_tag(*args())
        group.update(*args(), "*", change)
        assert group.get(*args()).name == made.name
    assert apim.sign_in_settings.get(*args()).enabled is False
    assert apim.delegation_settings.list_secrets(*args()).validation_key == "aGlkZGVu"
    assert len(apim.portal_settings.list_by_service(*args()).value) == 3
    apim.portal_revision.begin_create_or_update(*args("r"), p(description="d", isCurrent=True)).result()
    apim.portal_revision.begin_update(*args("r"), "*", p(description="e")).result()
    assert apim.portal_revision.get(*args("r")).description == "e"
    assert listed(apim.portal_revision.list_by_service(*args())) == ["r"]
    assert listed(apim.portal_config.list_by_service(*args())) == ["default"]
    apim.portal_config.update(*args("default"), "*", p(enableBasicAuth=False))
    assert apim.portal_config.get(*args("default")).enable_basic_auth is False


@check
def content_and_mail():
    kind = {"id": "/contentTypes/page", "name": "Page", "schema": {"properties": {"en_us": {"type": "object"}}}, "version": "1.0.0"}
    apim.content_type.create_or_update(*args("page"), {"properties": kind})
    assert "page" in listed(apim.content_type.list_by_service(*args()))
    apim.content_item.create_or_update(*args("page", "home"), p(en_us={"title": "Home"}))
    assert apim.content_item.get_entity_tag(*args("page", "home"))
    assert listed(apim.content_item.list_by_service(*args("page"))) == ["home"]
    apim.content_item.delete(*args("page", "home"), "*")
    apim.content_type.delete(*args("page"), "*")
    mail = "NewDeveloperNotificationMessage"
    apim.email_template.create_or_update(*args(mail), p(subject="s", body="b"))
    apim.email_template.update(*args(mail), "*", p(subject="t"))
    assert apim.email_template.get(*args(mail)).subject == "t"
    apim.email_template.delete(*args(mail), "*")
    assert apim.email_template.get(*args(mail)).subject != "t"
    told = "RequestPublisherNotificationMessage"
    apim.notification.create_or_update(*args(told))
    recipients = apim.notification_recipient_email
    recipients.create_or_update(*args(told, "a@b.c"))
    assert recipients.check_entity_exists(*args(told, "a@b.c"))
    assert len(recipients.list_by_notification(*args(told)).value) == 1
    recipients.delete(*args(told, "a@b.c"))
    people = apim.notification_recipient_user
    people.create_or_update(*args(told, "u"))
    assert people.check_entity_exists(*args(told, "u"))
    people.delete(*args(told, "u"))


@check
def tags_and_what_they_are_on():
    apim.tag.create_or_update(*args("t"), p(displayName="T"))
    for link, key, target in [
        (apim.tag_api_link, "apiId", "/apis/a"), (apim.tag_product_link, "productId", "/products/p"),
        (apim.tag_operation_link, "operationId", "/apis/a/operations/o"),
    ]:
        link.create_or_update(*args("t", "l"), p(**{key: target}))
        assert link.get(*args("t", "l")).name == "l"
        assert listed(link.list_by_product(*args("t"))) == ["l"]
        link.delete(*args("t", "l"))
    apim.tag.assign_to_operation(*args("a", "o", "t"))
    assert [it.operation.id.rsplit("/", 1)[1] for it in apim.operation.list_by_tags(*args("a"))] == ["o"]
    apim.tag.assign_to_product(*args("p", "t"))
    apim.tag.assign_to_api(*args("a", "t"))
    assert len(list(apim.tag_resource.list_by_service(*args()))) == 3
    assert len(list(apim.api.list_by_tags(*args()))) == len(list(apim.product.list_by_tags(*args()))) == 1
    entity(of(apim.api_tag_description, update=None), ["a", "t"], p(description="d"), ("description", "e"), update="put")
    apim.tag.detach_from_operation(*args("a", "o", "t"))
    apim.tag.detach_from_product(*args("p", "t"))
    apim.tag.detach_from_api(*args("a", "t"))
    apim.tag.delete(*args("t"), "*")


@check
def links_of_products():
    apim.product_api_link.create_or_update(*args("p", "l"), p(apiId="/apis/a"))
    assert listed(apim.product_api_link.list_by_product(*args("p"))) == ["l"]
    assert listed(apim.api_product.list_by_apis(*args("a"))) == ["p"]
    apim.product_api_link.delete(*args("p", "l"))
    apim.product_group_link.create_or_update(*args("p", "l"), p(groupId="/groups/developers"))
    assert listed(apim.product_group_link.list_by_product(*args("p"))) == ["l"]
    apim.product_group_link.delete(*args("p", "l"))


@check
def policies_in_general():
    apim.policy.create_or_update(*args("policy"), inbound(""))
    assert apim.policy.get_entity_tag(*args("policy"))
    assert listed(apim.policy.list_by_service(*args())) == ["policy"]
    assert [it.reference_policy_id for it in apim.all_policies.list_by_service(*args())]
    assert apim.policy_description.list_by_service(*args()).value is not None
    entity(of(apim.policy_restriction), ["r"], p(scope="/apis/a", requireBase="true"), ("scope", "/apis"))
    apim.policy_fragment.begin_create_or_update(*args("f"), p(format="rawxml", value="<fragment />")).result()
    assert apim.policy_fragment.list_references(*args("f")).count == 0
    apim.api_policy.create_or_update(*args("a", "policy"), inbound('<include-fragment fragment-id="f" />'))
    assert apim.policy_fragment.list_references(*args("f")).count == 1
    assert listed(apim.api_policy.list_by_api(*args("a")).value) == ["policy"]
    apim.api_policy.delete(*args("a", "policy"), "*")
    apim.policy_fragment.delete(*args("f"), "*")
    apim.policy.delete(*args("policy"), "*")


@check
def people_and_their_subscriptions():
    apim.subscription.create_or_update(*args("s"), p(displayName="S", scope="/products/p", ownerId="/users/u"))
    assert listed(apim.user_subscription.list(*args("u"))) == ["s"]
    assert apim.user_subscription.get(*args("u", "s")).display_name == "S"
    assert list(apim.user_identities.list(*args("u")))[0].id == "u@b.c"
    apim.user_confirmation_password.send(*args("u"))
    apim.subscription.update(*args("s"), "*", p(displayName="T"))
    assert apim.subscription.get(*args("s")).display_name == "T"
    found = apim.subscription.list(*args(), filter="displayName eq 'T'")
    assert listed(found) == ["s"]
    apim.subscription.regenerate_secondary_key(*args("s"))
    apim.subscription.delete(*args("s"), "*")


@check
def the_tenant_and_the_service():
    assert {it.name for it in apim.tenant_access.list_by_service(*args())} == {"access", "gitAccess"}
    apim.tenant_access.create(*args("access"), "*", p(enabled=True))
    assert apim.tenant_access.get(*args("access")).enabled is True
    before = apim.tenant_access.list_secrets(*args("access")).primary_key
    apim.tenant_access.regenerate_primary_key(*args("access"))
    assert apim.tenant_access.list_secrets(*args("access")).primary_key != before
    apim.tenant_access_git.regenerate_primary_key(*args("gitAccess"))
    apim.tenant_access_git.regenerate_secondary_key(*args("gitAccess"))
    assert listed(apim.tenant_settings.list_by_service(*args())) == ["public"]
    assert apim.tenant_settings.get(*args("public")).name == "public"
    assert apim.tenant_configuration.get_sync_state(*args("configuration")).branch == "master"
    assert [it.name for it in apim.region.list_by_service(*args())] == ["East US"]
    assert apim.network_status.list_by_service(*args())[0].location == "East US"
    assert apim.network_status.list_by_location(*args("eastus")).dns_servers == []
    assert [it.name for it in apim.private_endpoint_connection.list_private_link_resources(*args()).value] == ["Gateway"]
    assert apim.private_endpoint_connection.get_private_link_resource(*args("Gateway")).group_id == "Gateway"
    assert "Microsoft.ApiManagement/service/apis/read" in {it.name for it in apim.api_management_operations.list()}
    day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    moment = f"timestamp ge datetime'{day}T00:00:00'"
    assert list(apim.reports.list_by_api(*args(), filter=moment)) == []
    for call in [
        lambda: apim.api_management_service.begin_backup(GROUP, SERVICE, {"storageAccount": "s", "containerName": "c", "backupName": "b"}).result(),
        lambda: apim.tenant_configuration.begin_save(*args("configuration"), p(branch="b")).result(),
    ]:
        try:
            call()
            raise AssertionError("what is not served was answered")
        except HttpResponseError as error:
            assert 400 <= error.status_code < 500 and error.error.code == "NotSupported", error


@check
def private_endpoints():
    connection = {"id": "x", "properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": "d"}}}
    apim.private_endpoint_connection.begin_create_or_update(*args("c"), connection).result()
    assert apim.private_endpoint_connection.get_by_name(*args("c")).name == "c"
    assert listed(apim.private_endpoint_connection.list_by_service(*args())) == ["c"]
    apim.private_endpoint_connection.begin_delete(*args("c")).result()


@check
def everything_goes():
    apim.api.begin_delete(*args("a"), "*").result() if hasattr(apim.api, "begin_delete") else apim.api.delete(*args("a"), "*")
    apim.product.delete(*args("p"), "*")
    resources.resource_groups.begin_delete(GROUP).result()
    assert listed(apim.deleted_services.list_by_subscription()) == [SERVICE]
    assert apim.deleted_services.get_by_name(SERVICE, "eastus").service_id.endswith(SERVICE)


finish()
