// The management SDK of Azure for Node, unmodified, against the management plane.
//
// Run by the tests of apimite, which set the variables that `apimite env` prints. Prints one line per check.
import assert from "node:assert/strict";
import { ApiManagementClient } from "@azure/arm-apimanagement";
import { ResourceManagementClient } from "@azure/arm-resources";
import { ClientSecretCredential } from "@azure/identity";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";
const TENANT = "6ca1ab1e-0000-4000-8000-a91317e00001";
const [GROUP, SERVICE] = ["node", "node-apim"];
const at = [GROUP, SERVICE];
const credential = new ClientSecretCredential(TENANT, "me", "any");
const resources = new ResourceManagementClient(credential, SUBSCRIPTION);
const apim = new ApiManagementClient(credential, SUBSCRIPTION);
const POLICY = (status) =>
  `<policies><inbound><base /><return-response><set-status code="${status}" /></return-response></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>`;

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

const refused = (status) => (error) => error.statusCode === status;

const checks = {
  async "a group and a service"() {
    await resources.resourceGroups.createOrUpdate(GROUP, { location: "eastus" });
    const service = await apim.apiManagementService.beginCreateOrUpdateAndWait(GROUP, SERVICE, {
      location: "eastus", publisherEmail: "a@b.c", publisherName: "suite", sku: { name: "Developer", capacity: 1 },
    });
    assert.equal(service.provisioningState, "Succeeded");
    assert.equal((await all(apim.apiManagementService.list())).length, 1);
  },
  async "an API, its operations and its policy"() {
    const api = { path: "echo", displayName: "Echo", protocols: ["https"], subscriptionRequired: false };
    assert.equal((await apim.api.beginCreateOrUpdateAndWait(...at, "echo", api)).path, "echo");
    await apim.apiOperation.createOrUpdate(...at, "echo", "now", { displayName: "Now", method: "GET", urlTemplate: "/now" });
    assert.deepEqual((await all(apim.apiOperation.listByApi(...at, "echo"))).map((it) => it.name), ["now"]);
    await apim.apiPolicy.createOrUpdate(...at, "echo", "policy", { format: "rawxml", value: POLICY(210) });
    const { gatewayUrl } = await apim.apiManagementService.get(...at);
    assert.equal((await fetch(`${gatewayUrl}/echo/now`)).status, 210);
    await apim.apiPolicy.createOrUpdate(...at, "echo", "policy", { format: "rawxml", value: POLICY(211) });
    assert.equal((await fetch(`${gatewayUrl}/echo/now`)).status, 211);
    await assert.rejects(apim.apiPolicy.createOrUpdate(...at, "echo", "policy", { format: "rawxml", value: "<policies><inbound><no /></inbound></policies>" }), refused(400));
    assert.equal((await fetch(`${gatewayUrl}/echo/now`)).status, 211);
  },
  async "products, subscriptions and their keys"() {
    await apim.product.createOrUpdate(...at, "gold", { displayName: "Gold", state: "published" });
    await apim.productApi.createOrUpdate(...at, "gold", "echo");
    assert.deepEqual((await all(apim.productApi.listByProduct(...at, "gold"))).map((it) => it.name), ["echo"]);
    await apim.subscription.createOrUpdate(...at, "s", { displayName: "S", scope: "/products/gold", state: "active" });
    const before = await apim.subscription.listSecrets(...at, "s");
    await apim.subscription.regeneratePrimaryKey(...at, "s");
    const after = await apim.subscription.listSecrets(...at, "s");
    assert.notEqual(before.primaryKey, after.primaryKey);
    assert.equal(before.secondaryKey, after.secondaryKey);
    await apim.product.delete(...at, "gold", "*", { deleteSubscriptions: true });
  },
  async "named values, backends, tags, loggers, fragments"() {
    await apim.namedValue.beginCreateOrUpdateAndWait(...at, "n", { displayName: "n", value: "hidden", secret: true });
    assert.equal((await apim.namedValue.listValue(...at, "n")).value, "hidden");
    await apim.namedValue.delete(...at, "n", "*");
    await apim.backend.createOrUpdate(...at, "b", { url: "https://example.org", protocol: "http" });
    await apim.backend.update(...at, "b", "*", { title: "t" });
    assert.equal((await apim.backend.get(...at, "b")).title, "t");
    await apim.backend.delete(...at, "b", "*");
    await apim.tag.createOrUpdate(...at, "t", { displayName: "T" });
    await apim.tag.assignToApi(...at, "echo", "t");
    await apim.tag.detachFromApi(...at, "echo", "t");
    await apim.tag.delete(...at, "t", "*");
    await apim.logger.createOrUpdate(...at, "l", { loggerType: "azureMonitor" });
    await apim.logger.delete(...at, "l", "*");
    await apim.policyFragment.beginCreateOrUpdateAndWait(...at, "f", { format: "rawxml", value: "<fragment />" });
    assert.equal((await all(apim.policyFragment.listByService(...at))).length, 1);
    await apim.policyFragment.delete(...at, "f", "*");
  },
  async "stale ETags are refused"() {
    await apim.tag.createOrUpdate(...at, "x", { displayName: "X" });
    const { eTag } = await apim.tag.getEntityState(...at, "x");
    await apim.tag.update(...at, "x", eTag, { displayName: "Y" });
    await assert.rejects(apim.tag.update(...at, "x", eTag, { displayName: "Z" }), refused(412));
  },
  async "everything goes"() {
    await apim.api.beginDeleteAndWait(...at, "echo", "*");
    await apim.apiManagementService.beginDeleteAndWait(...at);
    await apim.deletedServices.beginPurgeAndWait(SERVICE, "eastus");
    await resources.resourceGroups.beginDeleteAndWait(GROUP);
    assert.equal((await all(resources.resourceGroups.list())).length, 0);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log("ok", name);
  } catch (error) {
    failed += 1;
    console.log("FAILED", name, error.stack?.slice(0, 1500) ?? error);
  }
}
process.exit(failed ? 1 : 0);
