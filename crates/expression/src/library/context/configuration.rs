//! What the service says about the request: API, operation, product, subscription, user, deployment, backend.

use super::url;
use crate::Value;
use crate::dotnet::datetime::DateTime;
use crate::host::{
    ApiFacts, BackendFacts, DeploymentFacts, GroupFacts, OperationFacts, ProductFacts, SubscriptionFacts,
    UserFacts, WorkspaceFacts,
};
use crate::library::crypto::x509;
use crate::library::table::{Def, TypeDef, enumeration, interface, property};
use crate::library::{array, date_time, dictionary};
use crate::object::Object;
use crate::types::Type;
use clock::Moment;
use std::sync::Arc;

// One wrapper for all of them: the facts and their type.
macro_rules! facts {
    ($($name:ident($inner:ty): $def:ident;)*) => {
        $(
            #[derive(Debug)]
            struct $name($inner);

            impl Object for $name {
                fn ty(&self) -> Type {
                    Type::class(&$def)
                }
            }
        )*
    };
}

facts! {
    Api(Arc<ApiFacts>): API;
    KeyNames(Arc<ApiFacts>): KEY_NAMES;
    Operation(Arc<OperationFacts>): OPERATION;
    Product(Arc<ProductFacts>): PRODUCT;
    Group(GroupFacts): GROUP;
    Subscription(Arc<SubscriptionFacts>): SUBSCRIPTION;
    User(Arc<UserFacts>): USER;
    Identity((String, String)): IDENTITY;
    Deployment(Arc<DeploymentFacts>): DEPLOYMENT;
    Gateway(Arc<DeploymentFacts>): GATEWAY;
    Backend(BackendFacts): BACKEND;
    Workspace(Arc<WorkspaceFacts>): WORKSPACE;
    Sustainability(()): SUSTAINABILITY;
}

pub(super) fn api(facts: Option<Arc<ApiFacts>>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(Api(it)))
}

pub(super) fn operation(facts: Option<Arc<OperationFacts>>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(Operation(it)))
}

pub(super) fn product(facts: Option<Arc<ProductFacts>>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(Product(it)))
}

pub(super) fn subscription(facts: Option<Arc<SubscriptionFacts>>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(Subscription(it)))
}

pub(super) fn user(facts: Option<Arc<UserFacts>>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(User(it)))
}

pub(super) fn deployment(facts: Arc<DeploymentFacts>) -> Value {
    Value::object(Deployment(facts))
}

pub(super) fn workspace(facts: Option<Arc<WorkspaceFacts>>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(Workspace(it)))
}

pub(super) fn backend(facts: Option<BackendFacts>) -> Value {
    facts.map_or(Value::Null, |it| Value::object(Backend(it)))
}

fn date(moment: Moment) -> Value {
    date_time::value(DateTime::from_moment(moment))
}

fn groups(groups: &[GroupFacts]) -> Value {
    let items = groups.iter().map(|it| Value::object(Group(it.clone()))).collect();
    array::new(Type::class(&GROUP), items)
}

/// `IApi`.
pub(crate) static API: TypeDef = interface("IApi").members(&[
    property("string Id", |_, a, _| Ok(a[0].of::<Api>()?.0.id.as_str().into())),
    property("string Name", |_, a, _| {
        Ok(a[0].of::<Api>()?.0.name.as_str().into())
    }),
    property("string Path", |_, a, _| {
        Ok(a[0].of::<Api>()?.0.path.as_str().into())
    }),
    property("IEnumerable<string> Protocols", |_, a, _| {
        Ok(Value::strings(a[0].of::<Api>()?.0.protocols.clone()))
    }),
    property("IUrl ServiceUrl", |_, a, _| {
        Ok(a[0]
            .of::<Api>()?
            .0
            .service_url
            .clone()
            .map_or(Value::Null, url::value))
    }),
    property(
        "ISubscriptionKeyParameterNames SubscriptionKeyParameterNames",
        |_, a, _| Ok(Value::object(KeyNames(a[0].of::<Api>()?.0.clone()))),
    ),
    property("string Revision", |_, a, _| {
        Ok(a[0].of::<Api>()?.0.revision.as_str().into())
    }),
    property("string Version", |_, a, _| {
        Ok(a[0].of::<Api>()?.0.version.as_str().into())
    }),
    property("bool IsCurrentRevision", |_, a, _| {
        Ok(a[0].of::<Api>()?.0.is_current_revision.into())
    }),
]);

/// `ISubscriptionKeyParameterNames`.
pub(crate) static KEY_NAMES: TypeDef = interface("ISubscriptionKeyParameterNames").members(&[
    property("string Header", |_, a, _| {
        Ok(a[0].of::<KeyNames>()?.0.key_header.as_str().into())
    }),
    property("string Query", |_, a, _| {
        Ok(a[0].of::<KeyNames>()?.0.key_query.as_str().into())
    }),
]);

/// `IOperation`.
pub(crate) static OPERATION: TypeDef = interface("IOperation").members(&[
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Operation>()?.0.id.as_str().into())
    }),
    property("string Method", |_, a, _| {
        Ok(a[0].of::<Operation>()?.0.method.as_str().into())
    }),
    property("string Name", |_, a, _| {
        Ok(a[0].of::<Operation>()?.0.name.as_str().into())
    }),
    property("string UrlTemplate", |_, a, _| {
        Ok(a[0].of::<Operation>()?.0.url_template.as_str().into())
    }),
]);

/// `IProduct`.
pub(crate) static PRODUCT: TypeDef = interface("IProduct").members(&[
    property("IEnumerable<IApi> Apis", |_, a, _| {
        let apis = a[0]
            .of::<Product>()?
            .0
            .apis
            .iter()
            .map(|it| api(Some(it.clone())))
            .collect();
        Ok(array::new(Type::class(&API), apis))
    }),
    property("bool ApprovalRequired", |_, a, _| {
        Ok(a[0].of::<Product>()?.0.approval_required.into())
    }),
    property("IEnumerable<IGroup> Groups", |_, a, _| {
        Ok(groups(&a[0].of::<Product>()?.0.groups))
    }),
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Product>()?.0.id.as_str().into())
    }),
    property("string Name", |_, a, _| {
        Ok(a[0].of::<Product>()?.0.name.as_str().into())
    }),
    property("ProductState State", |_, a, _| {
        Ok(Value::Enum(
            Def(&PRODUCT_STATE),
            i64::from(a[0].of::<Product>()?.0.published),
        ))
    }),
    // The current reference and the older one spell it differently.
    property("int? SubscriptionLimit", |_, a, _| {
        Ok(a[0].of::<Product>()?.0.subscriptions_limit.into())
    }),
    property("int? SubscriptionsLimit", |_, a, _| {
        Ok(a[0].of::<Product>()?.0.subscriptions_limit.into())
    }),
    property("bool SubscriptionRequired", |_, a, _| {
        Ok(a[0].of::<Product>()?.0.subscription_required.into())
    }),
]);

/// `ProductState`.
pub(crate) static PRODUCT_STATE: TypeDef =
    enumeration("ProductState", &[("NotPublished", 0), ("Published", 1)]);

/// `IGroup`.
pub(crate) static GROUP: TypeDef = interface("IGroup").members(&[
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Group>()?.0.id.as_str().into())
    }),
    property("string Name", |_, a, _| {
        Ok(a[0].of::<Group>()?.0.name.as_str().into())
    }),
]);

/// `ISubscription`.
pub(crate) static SUBSCRIPTION: TypeDef = interface("ISubscription").members(&[
    property("DateTime CreatedDate", |_, a, _| {
        Ok(date(a[0].of::<Subscription>()?.0.created))
    }),
    // The older reference has this name.
    property("DateTime CreatedTime", |_, a, _| {
        Ok(date(a[0].of::<Subscription>()?.0.created))
    }),
    property("DateTime? EndDate", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.ends.map(date).into())
    }),
    property("DateTime? StartDate", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.starts.map(date).into())
    }),
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.id.as_str().into())
    }),
    property("string Key", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.key.as_str().into())
    }),
    property("string Name", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.name.as_str().into())
    }),
    property("string PrimaryKey", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.primary_key.as_str().into())
    }),
    property("string SecondaryKey", |_, a, _| {
        Ok(a[0].of::<Subscription>()?.0.secondary_key.as_str().into())
    }),
]);

/// `IUser`.
pub(crate) static USER: TypeDef = interface("IUser").members(&[
    property("string Email", |_, a, _| {
        Ok(a[0].of::<User>()?.0.email.as_str().into())
    }),
    property("string FirstName", |_, a, _| {
        Ok(a[0].of::<User>()?.0.first_name.as_str().into())
    }),
    property("string LastName", |_, a, _| {
        Ok(a[0].of::<User>()?.0.last_name.as_str().into())
    }),
    property("string Id", |_, a, _| Ok(a[0].of::<User>()?.0.id.as_str().into())),
    property("string Note", |_, a, _| {
        Ok(a[0].of::<User>()?.0.note.as_str().into())
    }),
    property("IEnumerable<IGroup> Groups", |_, a, _| {
        Ok(groups(&a[0].of::<User>()?.0.groups))
    }),
    property("IEnumerable<IUserIdentity> Identities", |_, a, _| {
        let identities = a[0]
            .of::<User>()?
            .0
            .identities
            .iter()
            .map(|it| Value::object(Identity(it.clone())))
            .collect();
        Ok(array::new(Type::class(&IDENTITY), identities))
    }),
    property("DateTime RegistrationDate", |_, a, _| {
        Ok(date(a[0].of::<User>()?.0.registered))
    }),
]);

/// `IUserIdentity`: provider and id.
pub(crate) static IDENTITY: TypeDef = interface("IUserIdentity").members(&[
    property("string Provider", |_, a, _| {
        Ok(a[0].of::<Identity>()?.0.0.as_str().into())
    }),
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Identity>()?.0.1.as_str().into())
    }),
]);

/// `IDeployment`.
pub(crate) static DEPLOYMENT: TypeDef = interface("IDeployment").members(&[
    property("IGateway Gateway", |_, a, _| {
        Ok(Value::object(Gateway(a[0].of::<Deployment>()?.0.clone())))
    }),
    property("string GatewayId", |_, a, _| {
        Ok(a[0].of::<Deployment>()?.0.gateway_id.as_str().into())
    }),
    property("string Region", |_, a, _| {
        Ok(a[0].of::<Deployment>()?.0.region.as_str().into())
    }),
    property("string ServiceId", |_, a, _| {
        Ok(a[0].of::<Deployment>()?.0.service_id.as_str().into())
    }),
    property(
        "IReadOnlyDictionary<string, X509Certificate2> Certificates",
        |_, a, _| {
            let ty = Type::class(&x509::CERTIFICATE2);
            let held = dictionary::new(Type::String, ty, Value::Null);
            for (id, certificate) in &a[0].of::<Deployment>()?.0.certificates {
                held.set(&id.as_str().into(), x509::value(certificate.clone()))?;
            }
            Ok(Value::object(held))
        },
    ),
    property("ISustainabilityInfo SustainabilityInfo", |_, _, _| {
        Ok(Value::object(Sustainability(())))
    }),
    property("string ServiceName", |_, a, _| {
        Ok(a[0].of::<Deployment>()?.0.service_name.as_str().into())
    }),
]);

/// `IGateway`.
pub(crate) static GATEWAY: TypeDef = interface("IGateway").members(&[
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Gateway>()?.0.gateway_id.as_str().into())
    }),
    property("string InstanceId", |_, a, _| {
        Ok(a[0].of::<Gateway>()?.0.instance_id.as_str().into())
    }),
    property("bool IsManaged", |_, a, _| {
        Ok((a[0].of::<Gateway>()?.0.gateway_id == "managed").into())
    }),
]);

/// `IBackend`.
pub(crate) static BACKEND: TypeDef = interface("IBackend").members(&[
    property("string Id", |_, a, _| {
        Ok(Value::Text(a[0].of::<Backend>()?.0.id.clone().into()))
    }),
    property("BackendType Type", |_, a, _| {
        Ok(Value::Enum(
            Def(&BACKEND_TYPE),
            i64::from(a[0].of::<Backend>()?.0.is_pool),
        ))
    }),
    property("string AzureRegion", |_, a, _| {
        Ok(a[0].of::<Backend>()?.0.azure_region.as_deref().into())
    }),
]);

/// `BackendType`.
pub(crate) static BACKEND_TYPE: TypeDef = enumeration("BackendType", &[("Single", 0), ("Pool", 1)]);

/// `IWorkspace`.
pub(crate) static WORKSPACE: TypeDef = interface("IWorkspace").members(&[
    property("string Id", |_, a, _| {
        Ok(a[0].of::<Workspace>()?.0.id.as_str().into())
    }),
    property("string Name", |_, a, _| {
        Ok(a[0].of::<Workspace>()?.0.name.as_str().into())
    }),
]);

/// `ISustainabilityInfo`.
pub(crate) static SUSTAINABILITY: TypeDef = interface("ISustainabilityInfo").members(&[property(
    "CarbonIntensityCategory CurrentCarbonIntensity",
    |_, _, _| Ok(Value::Enum(Def(&CARBON_INTENSITY), 0)),
)]);

/// `CarbonIntensityCategory` (spelling inferred). Nothing is measured here: `NotAvailable`.
pub(crate) static CARBON_INTENSITY: TypeDef = enumeration(
    "CarbonIntensityCategory",
    &[
        ("NotAvailable", 0),
        ("VeryLow", 1),
        ("Low", 2),
        ("Medium", 3),
        ("High", 4),
        ("VeryHigh", 5),
    ],
);
