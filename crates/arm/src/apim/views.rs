//! Lists that follow from others.

use super::place::{missing, place};
use super::{defaults, kinds};
use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::page::counted;
use crate::plane::Plane;
use resources::Store;
use serde_json::{Value, json};

/// What a list is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Revisions of an API.
    Revisions,
    /// Products that hold an API.
    ProductsOfApi,
    /// Subscriptions to a product.
    SubscriptionsOfProduct,
    /// Subscriptions of a user.
    SubscriptionsOfUser,
    /// Groups of a user.
    GroupsOfUser,
    /// How a user signs in.
    Identities,
    /// Resources of these kinds with their tags.
    Tagged(&'static [&'static str]),
    /// Operations of an API with their tags.
    TaggedOperations,
    /// Every policy document.
    Policies,
    /// Issues of all APIs.
    Issues,
    /// Where the service is.
    Regions,
    /// What it can reach.
    NetworkStatus,
    /// The same in one region.
    NetworkStatusOfRegion,
    /// What private endpoints may lead to.
    PrivateLinks,
    /// Settings of the tenant.
    Settings,
    /// What the repository of the configuration holds.
    SyncState,
    /// A list that is always empty here.
    Nothing,
}

/// The table: a path below the service, `*` for a name. One that ends with a name is one of the list.
pub(crate) const VIEWS: &[(&[&str], View)] = &[
    (&["apis", "*", "revisions"], View::Revisions),
    (&["workspaces", "*", "apis", "*", "revisions"], View::Revisions),
    (&["apis", "*", "products"], View::ProductsOfApi),
    (&["apis", "*", "operationsbytags"], View::TaggedOperations),
    (&["products", "*", "subscriptions"], View::SubscriptionsOfProduct),
    (&["users", "*", "subscriptions"], View::SubscriptionsOfUser),
    (&["users", "*", "subscriptions", "*"], View::SubscriptionsOfUser),
    (&["users", "*", "groups"], View::GroupsOfUser),
    (&["users", "*", "identities"], View::Identities),
    (&["apisbytags"], View::Tagged(&["apis"])),
    (&["productsbytags"], View::Tagged(&["products"])),
    (
        &["tagresources"],
        View::Tagged(&["apis", "apis/operations", "products"]),
    ),
    (&["allpolicies"], View::Policies),
    (&["issues"], View::Issues),
    (&["issues", "*"], View::Issues),
    (&["regions"], View::Regions),
    (&["networkstatus"], View::NetworkStatus),
    (&["locations", "*", "networkstatus"], View::NetworkStatusOfRegion),
    (&["tenant", "*", "syncstate"], View::SyncState),
    (&["settings"], View::Settings),
    (&["settings", "*"], View::Settings),
    (&["policydescriptions"], View::Nothing),
    (&["skus"], View::Nothing),
    (&["privatelinkresources"], View::PrivateLinks),
    (&["privatelinkresources", "*"], View::PrivateLinks),
    (&["outboundnetworkdependenciesendpoints"], View::Nothing),
    (&["workspacelinks"], View::Nothing),
    (&["workspacelinks", "*"], View::Nothing),
    (&["reports", "byapi"], View::Nothing),
    (&["reports", "bygeo"], View::Nothing),
    (&["reports", "byoperation"], View::Nothing),
    (&["reports", "byproduct"], View::Nothing),
    (&["reports", "byrequest"], View::Nothing),
    (&["reports", "bysubscription"], View::Nothing),
    (&["reports", "bytime"], View::Nothing),
    (&["reports", "byuser"], View::Nothing),
];

/// The view of a path in lower case.
pub(crate) fn find(path: &[&str]) -> Option<View> {
    let fits = |pattern: &[&str]| {
        pattern.len() == path.len()
            && pattern
                .iter()
                .zip(path)
                .all(|(wanted, it)| *wanted == "*" || wanted == it)
    };
    VIEWS
        .iter()
        .find(|(pattern, _)| fits(pattern))
        .map(|(_, view)| *view)
}

pub(crate) fn answer(plane: &Plane, call: &Call, service: &str, rest: &[String], view: View) -> Judged {
    let store = plane.store();
    // What the list belongs to must be there.
    // The list itself is the last segment, or the last two where one of it is asked for.
    let above = &rest[..(rest.len() - 1) & !1];
    let is_owned = |it: &String| !["locations", "tenant"].contains(&it.to_ascii_lowercase().as_str());
    if above.first().is_some_and(is_owned) && !is_report(rest) {
        let owner = place(&store, service, above)?;
        owner.read(&store, service).ok_or_else(|| missing(owner.kind))?;
    }
    let lists = Lists {
        store: &store,
        call,
        service,
    };
    let name = rest.get(1).map_or("", String::as_str);
    let items = match view {
        View::Nothing => Vec::new(),
        View::Revisions => lists.revisions(&rest[..rest.len() - 1])?,
        View::ProductsOfApi => lists.products_of(name),
        View::SubscriptionsOfProduct => {
            let end = format!("/products/{}", name.to_ascii_lowercase());
            lists.subscriptions(|it| text(it, "scope").ends_with(&end))
        }
        View::SubscriptionsOfUser => {
            let end = format!("/users/{}", name.to_ascii_lowercase());
            lists.subscriptions(|it| text(it, "ownerId").ends_with(&end))
        }
        View::GroupsOfUser => lists.groups_of(name),
        View::Identities => {
            let user = place(&store, service, &rest[..2])?;
            let whole = user.read(&store, service).ok_or_else(|| missing(user.kind))?;
            let shown = defaults::view(&store, &user, service, &whole, call);
            shown["properties"]["identities"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        }
        View::Tagged(kinds) => lists.tagged(kinds, None),
        View::TaggedOperations => lists.tagged(&["apis/operations"], Some(name)),
        View::Policies => lists.policies(),
        View::Issues => lists.of_kind("apis/issues"),
        View::Regions => {
            vec![json!({ "name": region(&store, service), "isMasterRegion": true, "isDeleted": false })]
        }
        View::NetworkStatus => {
            let status = json!({ "location": region(&store, service), "networkStatus": reached() });
            return Ok(Answer::ok(json!([status])));
        }
        View::NetworkStatusOfRegion
            if model::region_id(name) == model::region_id(&region(&store, service)) =>
        {
            return Ok(Answer::ok(reached()));
        }
        View::NetworkStatusOfRegion => {
            let message = format!("The service is not in '{name}'.");
            return Err(Problem::value("locationName", message));
        }
        View::PrivateLinks => vec![of_service(
            service,
            "privateLinkResources",
            "Gateway",
            json!({
                "groupId": "Gateway", "requiredMembers": ["Gateway"], "requiredZoneNames": ["privatelink.azure-api.net"],
            }),
        )],
        View::Settings => vec![of_service(
            service,
            "settings",
            "public",
            json!({ "settings": {} }),
        )],
        View::SyncState => {
            return Ok(Answer::ok(json!({
                "branch": "master", "commitId": null, "isExport": false, "isSynced": false, "isGitEnabled": false,
                "syncDate": null, "configurationChangeDate": super::given::CREATED, "lastOperationId": null,
            })));
        }
    };
    if rest.len().is_multiple_of(2) && !is_report(rest) {
        let wanted = rest.last().map_or("", String::as_str);
        let found = items.into_iter().find(|it| {
            it["name"]
                .as_str()
                .is_some_and(|it| it.eq_ignore_ascii_case(wanted))
        });
        return found.map(Answer::ok).ok_or_else(|| {
            let message = format!("'{wanted}' of '{}' not found.", rest[rest.len() - 2]);
            Problem::missing("ResourceNotFound", message)
        });
    }
    counted(call, items)
}

fn is_report(rest: &[String]) -> bool {
    rest[0].eq_ignore_ascii_case("reports")
}

/// Where a service is, as people write it.
fn region(store: &Store, service: &str) -> String {
    let location = store.whole(service).and_then(|it| it["location"].as_str());
    model::region_name(location.unwrap_or_default())
}

/// Nothing here depends on what Azure has to reach.
fn reached() -> Value {
    json!({ "dnsServers": [], "connectivityStatus": [] })
}

fn of_service(service: &str, list: &str, name: &str, properties: Value) -> Value {
    json!({
        "id": format!("{service}/{list}/{name}"), "type": format!("Microsoft.ApiManagement/service/{list}"),
        "name": name, "properties": properties,
    })
}

fn text(properties: &Value, name: &str) -> String {
    properties[name].as_str().unwrap_or_default().to_ascii_lowercase()
}

/// Ids and properties of subscriptions that fit.
pub(crate) fn subscriptions(
    store: &Store,
    service: &str,
    fits: impl Fn(&Value) -> bool,
) -> Vec<(String, Value)> {
    let root = format!("{}/subscriptions/", service.to_ascii_lowercase());
    store
        .of_type("Microsoft.ApiManagement/service/subscriptions")
        .filter(|(sent, whole)| sent.id.to_ascii_lowercase().starts_with(&root) && fits(&whole["properties"]))
        .map(|(sent, whole)| (sent.id.clone(), whole.clone()))
        .collect()
}

struct Lists<'a> {
    store: &'a Store,
    call: &'a Call,
    service: &'a str,
}

impl Lists<'_> {
    /// A resource by its id, as it is shown.
    fn shown(&self, id: &str) -> Option<Value> {
        let rest: Vec<String> = id
            .get(self.service.len() + 1..)?
            .split('/')
            .map(str::to_owned)
            .collect();
        let place = place(self.store, self.service, &rest).ok()?;
        let whole = place.read(self.store, self.service)?;
        Some(defaults::view(
            self.store,
            &place,
            self.service,
            &whole,
            self.call,
        ))
    }

    fn of_kind(&self, path: &str) -> Vec<Value> {
        let r#type = format!("Microsoft.ApiManagement/service/{path}");
        let root = format!("{}/", self.service.to_ascii_lowercase());
        let ids = self.store.of_type(&r#type).map(|(sent, _)| sent.id.clone());
        ids.filter(|id| id.to_ascii_lowercase().starts_with(&root))
            .filter_map(|id| self.shown(&id))
            .collect()
    }

    fn subscriptions(&self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let found = subscriptions(self.store, self.service, fits);
        found.iter().filter_map(|(id, _)| self.shown(id)).collect()
    }

    fn revisions(&self, api: &[String]) -> Result<Vec<Value>, Problem> {
        let current = place(self.store, self.service, api)?;
        let plain = current
            .id
            .split(";rev=")
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let r#type = current.r#type();
        let all = self.store.of_type(&r#type).filter(|(sent, _)| {
            let id = sent.id.to_ascii_lowercase();
            id == plain || id.starts_with(&format!("{plain};rev="))
        });
        let item = |whole: &Value| {
            let properties = &whole["properties"];
            let number = properties["apiRevision"].as_str().unwrap_or("1");
            let name = whole["name"]
                .as_str()
                .unwrap_or_default()
                .split(";rev=")
                .next()
                .unwrap_or_default()
                .to_owned();
            json!({
                "apiId": format!("/apis/{name};rev={number}"), "apiRevision": number, "createdDateTime": super::given::CREATED,
                "updatedDateTime": super::given::CREATED, "description": properties["apiRevisionDescription"],
                "privateUrl": format!("/{};rev={number}", properties["path"].as_str().unwrap_or_default()),
                "isOnline": properties["isOnline"].as_bool().unwrap_or(true),
                "isCurrent": !whole["name"].as_str().unwrap_or_default().contains(";rev="),
            })
        };
        let mut items: Vec<Value> = all.map(|(_, whole)| item(whole)).collect();
        items.sort_by_key(|it| {
            std::cmp::Reverse(it["apiRevision"].as_str().and_then(|it| it.parse::<u64>().ok()))
        });
        Ok(items)
    }

    fn products_of(&self, api: &str) -> Vec<Value> {
        let end = format!("/apis/{}", api.to_ascii_lowercase());
        let links = self
            .store
            .of_type("Microsoft.ApiManagement/service/products/apis");
        let linked = links
            .filter(|(sent, _)| sent.id.to_ascii_lowercase().ends_with(&end))
            .map(|(sent, _)| sent.id.clone());
        let others = self
            .store
            .of_type("Microsoft.ApiManagement/service/products/apiLinks");
        let named = others
            .filter(|(_, whole)| text(&whole["properties"], "apiId").ends_with(&end))
            .map(|(sent, _)| sent.id.clone());
        let mut products: Vec<String> = linked
            .chain(named)
            .filter_map(|id| id.rsplitn(3, '/').nth(2).map(str::to_owned))
            .collect();
        products.dedup();
        products.iter().filter_map(|id| self.shown(id)).collect()
    }

    fn groups_of(&self, user: &str) -> Vec<Value> {
        let end = format!("/users/{}", user.to_ascii_lowercase());
        let links = self.store.of_type("Microsoft.ApiManagement/service/groups/users");
        let linked = links
            .filter(|(sent, _)| sent.id.to_ascii_lowercase().ends_with(&end))
            .map(|(sent, _)| sent.id.clone());
        let groups = linked.filter_map(|id| id.rsplitn(3, '/').nth(2).map(str::to_owned));
        groups.filter_map(|id| self.shown(&id)).collect()
    }

    fn tagged(&self, kinds: &[&str], api: Option<&str>) -> Vec<Value> {
        let mut items = Vec::new();
        for kind in kinds {
            let r#type = format!("Microsoft.ApiManagement/service/{kind}/tags");
            for (sent, _) in self.store.of_type(&r#type) {
                let Some((owner, _)) = sent.id.rsplit_once("/tags/") else {
                    continue;
                };
                let is_asked = api.is_none_or(|api| {
                    owner
                        .to_ascii_lowercase()
                        .contains(&format!("/apis/{}/", api.to_ascii_lowercase()))
                });
                let tag = self.shown(&format!("{}/tags/{}", self.service, sent.name));
                if let (true, Some(owner), Some(tag)) = (is_asked, self.shown(owner), tag) {
                    let member = match *kind {
                        "apis" => "api",
                        "products" => "product",
                        _ => "operation",
                    };
                    let mut flat = owner["properties"].clone();
                    flat["id"] = owner["id"].clone();
                    flat["name"] = owner["properties"]["displayName"].clone();
                    let mut item =
                        json!({ "tag": { "id": tag["id"], "name": tag["properties"]["displayName"] } });
                    item[member] = flat;
                    items.push(item);
                }
            }
        }
        items
    }

    fn policies(&self) -> Vec<Value> {
        let of = kinds::KINDS.iter().filter(|kind| kind.path.ends_with("policies"));
        of.flat_map(|kind| self.of_kind(kind.path))
            .map(|policy| {
                let id = policy["id"].as_str().unwrap_or_default();
                let owner = id.rsplit_once("/policies/").map_or("", |(it, _)| it);
                json!({
                    "id": policy["id"], "type": "Microsoft.ApiManagement/service/allPolicies", "name": policy["name"],
                    "properties": { "referencePolicyId": owner, "complianceState": "Compliant" },
                })
            })
            .collect()
    }
}
