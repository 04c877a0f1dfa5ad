"""A deployment with the management SDK of Azure for Python, unmodified: what somebody would do after `eval "$(apimite env)"`."""

from azure.identity import ClientSecretCredential
from azure.mgmt.resource import ResourceManagementClient

TENANT = "6ca1ab1e-0000-4000-8000-a91317e00001"
resources = ResourceManagementClient(ClientSecretCredential(TENANT, "me", "any"), "00000000-0000-0000-0000-000000000000")
resources.resource_groups.create_or_update("home", {"location": "eastus"})
template = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
    "resources": [{
        "type": "Microsoft.ApiManagement/service", "apiVersion": "2024-05-01", "name": "home-apim", "location": "eastus",
        "sku": {"name": "Developer", "capacity": 1}, "properties": {"publisherEmail": "a@b.c", "publisherName": "home"},
    }],
}
done = resources.deployments.begin_create_or_update("home", "d", {"properties": {"mode": "Incremental", "template": template}}).result()
assert done.properties.provisioning_state == "Succeeded", done
resources.resource_groups.begin_delete("home").result()
