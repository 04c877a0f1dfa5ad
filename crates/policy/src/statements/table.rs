//! Every policy that is known: one line each.

use super::*;
use crate::element::Element;
use crate::shape::{Attribute, Content, Shape, required};
use crate::{Scope, Tier};

/// A line of the table.
pub(crate) struct Spec {
    /// What it looks like.
    pub(crate) shape: &'static Shape,
    /// Where its reference page, or the error handling page, allows it.
    pub(crate) sections: Sections,
    /// Where Azure runs it although no page says so.
    pub(crate) tolerated: Sections,
    pub(crate) scopes: &'static [Scope],
    /// How often it may stand in a document.
    pub(crate) often: Often,
    /// Tiers that do not have it.
    pub(crate) lacking: &'static [Tier],
    /// Whether it may stand in a fragment.
    pub(crate) in_fragments: bool,
    /// Absent for a policy that is only known.
    pub(crate) parse: Option<fn(&mut Element<'_, '_, '_>) -> Action>,
}

/// How often a policy may stand in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Often {
    /// As often as anybody likes.
    Any,
    /// Once in a section: `This policy can only be used once in a policy section.`
    OncePerSection,
    /// Once in a document: `This policy can be used only once per policy definition.`
    OncePerDocument,
}

/// A set of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sections(u8);

impl Sections {
    pub(crate) const NONE: Sections = Sections(0);
    pub(crate) const IN: Sections = Sections(1);
    pub(crate) const BACKEND: Sections = Sections(2);
    pub(crate) const OUT: Sections = Sections(4);
    pub(crate) const ON_ERROR: Sections = Sections(8);
    pub(crate) const ALL: Sections = Sections(15);

    pub(crate) const fn and(self, more: Sections) -> Sections {
        Sections(self.0 | more.0)
    }

    pub(crate) fn has(self, one: Sections) -> bool {
        self.0 & one.0 != 0
    }
}

const ALL_SCOPES: &[Scope] = &[
    Scope::Global,
    Scope::Workspace,
    Scope::Product,
    Scope::Api,
    Scope::Operation,
];
const GLOBAL: &[Scope] = &[Scope::Global];
const PRODUCT: &[Scope] = &[Scope::Product];
const NOT_GLOBAL: &[Scope] = &[Scope::Workspace, Scope::Product, Scope::Api, Scope::Operation];
const NOT_OPERATION: &[Scope] = &[Scope::Global, Scope::Workspace, Scope::Product, Scope::Api];
const CONSUMPTION: &[Tier] = &[Tier::Consumption];
const NOT_CLASSIC: &[Tier] = &[Tier::V2, Tier::Consumption];
const IN: Sections = Sections::IN;
const IN_OUT: Sections = IN.and(Sections::OUT);
const IN_ERROR: Sections = IN.and(Sections::ON_ERROR);
const IN_BACKEND: Sections = IN.and(Sections::BACKEND);
const IN_OUT_ERROR: Sections = IN_OUT.and(Sections::ON_ERROR);
const OUT_ERROR: Sections = Sections::OUT.and(Sections::ON_ERROR);
const NOT_ERROR: Sections = IN_OUT.and(Sections::BACKEND);

const fn policy(
    shape: &'static Shape,
    sections: Sections,
    parse: fn(&mut Element<'_, '_, '_>) -> Action,
) -> Spec {
    Spec {
        shape,
        sections,
        tolerated: Sections::NONE,
        scopes: ALL_SCOPES,
        often: Often::Any,
        lacking: &[],
        in_fragments: true,
        parse: Some(parse),
    }
}

const fn known(shape: &'static Shape, sections: Sections) -> Spec {
    Spec {
        shape,
        sections,
        tolerated: Sections::NONE,
        scopes: ALL_SCOPES,
        often: Often::Any,
        lacking: &[],
        in_fragments: true,
        parse: None,
    }
}

const fn tolerated(spec: Spec, sections: Sections) -> Spec {
    Spec {
        tolerated: sections,
        ..spec
    }
}

const fn at(scopes: &'static [Scope], spec: Spec) -> Spec {
    Spec { scopes, ..spec }
}

const fn once(spec: Spec) -> Spec {
    Spec {
        often: Often::OncePerSection,
        ..spec
    }
}

const fn once_per_document(spec: Spec) -> Spec {
    Spec {
        often: Often::OncePerDocument,
        ..spec
    }
}

const fn lacking(tiers: &'static [Tier], spec: Spec) -> Spec {
    Spec {
        lacking: tiers,
        ..spec
    }
}

const fn not_in_fragments(spec: Spec) -> Spec {
    Spec {
        in_fragments: false,
        ..spec
    }
}

const fn opaque(name: &'static str) -> Shape {
    Shape {
        name,
        attributes: &[],
        content: Content::Opaque,
    }
}

static BASE: Shape = Shape {
    name: "base",
    attributes: &[],
    content: Content::Empty,
};
static INCLUDE_FRAGMENT: Shape = Shape {
    name: "include-fragment",
    attributes: &[required("fragment-id").literal()],
    content: Content::Empty,
};

macro_rules! opaque {
    ($name:literal) => {{
        static SHAPE: Shape = opaque($name);
        &SHAPE
    }};
}

static TABLE: &[Spec] = &[
    // Spliced while loading.
    known(&BASE, Sections::ALL),
    known(&INCLUDE_FRAGMENT, Sections::ALL),
    // Control and routing.
    policy(&choose::SHAPE, Sections::ALL, choose::parse),
    policy(&retry::SHAPE, Sections::ALL, retry::parse),
    policy(&wait::SHAPE, NOT_ERROR, wait::parse),
    policy(&limit_concurrency::SHAPE, Sections::ALL, limit_concurrency::parse),
    policy(&forward_request::SHAPE, Sections::BACKEND, forward_request::parse),
    policy(
        &set_backend_service::SHAPE,
        IN_BACKEND,
        set_backend_service::parse,
    ),
    policy(&proxy::SHAPE, IN, proxy::parse),
    policy(&return_response::SHAPE, Sections::ALL, return_response::parse),
    policy(&mock_response::SHAPE, IN_OUT_ERROR, mock_response::parse),
    policy(&send_request::SHAPE, Sections::ALL, send_request::parse),
    policy(
        &send_one_way_request::SHAPE,
        Sections::ALL,
        send_one_way_request::parse,
    ),
    tolerated(policy(&trace::SHAPE, NOT_ERROR, trace::parse), Sections::ON_ERROR),
    // Transformation.
    policy(&set_header::SHAPE, Sections::ALL, set_header::parse),
    policy(
        &set_query_parameter::SHAPE,
        IN_BACKEND,
        set_query_parameter::parse,
    ),
    tolerated(
        policy(&set_body::SHAPE, NOT_ERROR, set_body::parse),
        Sections::ON_ERROR,
    ),
    policy(&set_method::SHAPE, IN_ERROR, set_method::parse),
    policy(&set_status::SHAPE, Sections::ALL, set_status::parse),
    policy(&set_variable::SHAPE, Sections::ALL, set_variable::parse),
    policy(&rewrite_uri::SHAPE, IN, rewrite_uri::parse),
    policy(&find_and_replace::SHAPE, Sections::ALL, find_and_replace::parse),
    policy(&json_to_xml::SHAPE, IN_OUT_ERROR, json_to_xml::parse),
    policy(&xml_to_json::SHAPE, IN_OUT_ERROR, xml_to_json::parse),
    once(policy(
        &redirect_content_urls::SHAPE,
        IN_OUT,
        redirect_content_urls::parse,
    )),
    once(policy(&xsl_transform::SHAPE, IN_OUT, xsl_transform::parse)),
    once(policy(&jsonp::SHAPE, Sections::OUT, jsonp::parse)),
    at(GLOBAL, policy(&cross_domain::SHAPE, IN, cross_domain::parse)),
    // Validation.
    policy(&validate_content::SHAPE, IN_OUT_ERROR, validate_content::parse),
    once(policy(
        &validate_parameters::SHAPE,
        IN,
        validate_parameters::parse,
    )),
    once(policy(
        &validate_headers::SHAPE,
        OUT_ERROR,
        validate_headers::parse,
    )),
    once(policy(
        &validate_status_code::SHAPE,
        OUT_ERROR,
        validate_status_code::parse,
    )),
    once(at(
        NOT_OPERATION,
        policy(&validate_odata_request::SHAPE, IN, validate_odata_request::parse),
    )),
    // Integration.
    policy(&log_to_eventhub::SHAPE, Sections::ALL, log_to_eventhub::parse),
    lacking(
        NOT_CLASSIC,
        policy(
            &send_service_bus_message::SHAPE,
            IN_OUT_ERROR,
            send_service_bus_message::parse,
        ),
    ),
    // Authentication, access, cross-domain.
    once(policy(
        &authentication_basic::SHAPE,
        IN,
        authentication_basic::parse,
    )),
    // Published policies use it in outbound, around a `send-request` (obs); its page lists inbound alone.
    tolerated(
        policy(
            &authentication_managed_identity::SHAPE,
            IN,
            authentication_managed_identity::parse,
        ),
        Sections::OUT,
    ),
    policy(&check_header::SHAPE, IN, check_header::parse),
    policy(&ip_filter::SHAPE, IN, ip_filter::parse),
    once(policy(&cors::SHAPE, IN, cors::parse)),
    policy(
        &get_authorization_context::SHAPE,
        IN,
        get_authorization_context::parse,
    ),
    policy(
        &authentication_certificate::SHAPE,
        IN,
        authentication_certificate::parse,
    ),
    policy(
        &validate_client_certificate::SHAPE,
        IN,
        validate_client_certificate::parse,
    ),
    policy(&validate_jwt::SHAPE, IN, validate_jwt::parse),
    policy(
        &validate_azure_ad_token::SHAPE,
        IN,
        validate_azure_ad_token::parse,
    ),
    // Limits and quotas.
    once_per_document(at(NOT_GLOBAL, policy(&rate_limit::SHAPE, IN, rate_limit::parse))),
    lacking(
        CONSUMPTION,
        policy(&rate_limit_by_key::SHAPE, IN, rate_limit_by_key::parse),
    ),
    once_per_document(at(PRODUCT, policy(&quota::SHAPE, IN, quota::parse))),
    lacking(CONSUMPTION, policy(&quota_by_key::SHAPE, IN, quota_by_key::parse)),
    // Caches.
    not_in_fragments(once(policy(&cache_lookup::SHAPE, IN, cache_lookup::parse))),
    not_in_fragments(once(policy(
        &cache_store::SHAPE,
        Sections::OUT,
        cache_store::parse,
    ))),
    // The pages of the two that follow say `once` as well; published policies use them often in a section (observed).
    policy(
        &cache_lookup_value::SHAPE,
        Sections::ALL,
        cache_lookup_value::parse,
    ),
    policy(&cache_store_value::SHAPE, Sections::ALL, cache_store_value::parse),
    policy(
        &cache_remove_value::SHAPE,
        Sections::ALL,
        cache_remove_value::parse,
    ),
    policy(&cache_value::SHAPE, Sections::ALL, cache_value::parse),
    // Models.
    lacking(
        CONSUMPTION,
        policy(&llm_token_limit::SHAPE, IN, llm_token_limit::parse),
    ),
    lacking(
        CONSUMPTION,
        policy(
            &azure_openai_token_limit::SHAPE,
            IN,
            azure_openai_token_limit::parse,
        ),
    ),
    policy(&llm_emit_token_metric::SHAPE, IN, llm_emit_token_metric::parse),
    policy(
        &azure_openai_emit_token_metric::SHAPE,
        IN,
        azure_openai_emit_token_metric::parse,
    ),
    once(policy(
        &llm_semantic_cache_lookup::SHAPE,
        IN,
        llm_semantic_cache_lookup::parse,
    )),
    once(policy(
        &llm_semantic_cache_store::SHAPE,
        Sections::OUT,
        llm_semantic_cache_store::parse,
    )),
    once(policy(
        &azure_openai_semantic_cache_lookup::SHAPE,
        IN,
        azure_openai_semantic_cache_lookup::parse,
    )),
    once(policy(
        &azure_openai_semantic_cache_store::SHAPE,
        Sections::OUT,
        azure_openai_semantic_cache_store::parse,
    )),
    at(
        NOT_OPERATION,
        policy(&llm_content_safety::SHAPE, IN_OUT, llm_content_safety::parse),
    ),
    // Metrics.
    policy(&emit_metric::SHAPE, Sections::ALL, emit_metric::parse),
    // Known, not yet supported.
    once(at(NOT_OPERATION, known(opaque!("validate-graphql-request"), IN))),
    known(opaque!("publish-to-dapr"), IN),
    known(opaque!("invoke-dapr-binding"), IN_OUT_ERROR),
    known(opaque!("invoke-request"), Sections::ALL),
    known(opaque!("set-graphql-resolver"), Sections::BACKEND),
    lacking(CONSUMPTION, known(opaque!("sql-data-source"), Sections::NONE)),
    lacking(
        CONSUMPTION,
        known(opaque!("cosmosdb-data-source"), Sections::NONE),
    ),
    known(opaque!("http-data-source"), Sections::NONE),
    known(opaque!("publish-event"), Sections::NONE),
];

/// The line of a policy.
pub(crate) fn find(name: &str) -> Option<&'static Spec> {
    TABLE.iter().find(|spec| spec.shape.name == name)
}

/// Every name in the table.
pub(crate) fn known_names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|spec| spec.shape.name)
}

/// A policy, as the reference shows it.
#[derive(Debug, Clone)]
pub struct PolicyInfo {
    /// Name of the element.
    pub name: &'static str,
    /// Whether it runs; otherwise it is reported as not yet supported.
    pub supported: bool,
    /// Sections that allow it.
    pub sections: Vec<&'static str>,
    /// Sections that run it although its page does not list them.
    pub tolerated_sections: Vec<&'static str>,
    /// Scopes that allow it.
    pub scopes: Vec<&'static str>,
    /// Where it may stand only once: `section` or `document`.
    pub once: Option<&'static str>,
    /// Tiers that do not have it.
    pub lacking_tiers: Vec<&'static str>,
    /// Whether it may stand in a fragment.
    pub in_fragments: bool,
    /// Its attributes besides `id`.
    pub attributes: &'static [Attribute],
    /// What stands in it.
    pub content: &'static Content,
}

/// Every policy of the reference, in the table's order.
pub fn policies() -> impl Iterator<Item = PolicyInfo> {
    TABLE.iter().map(|spec| PolicyInfo {
        name: spec.shape.name,
        supported: spec.parse.is_some() || matches!(spec.shape.name, "base" | "include-fragment"),
        sections: spec.sections.names().collect(),
        tolerated_sections: spec.tolerated.names().collect(),
        scopes: spec.scopes.iter().map(|it| it.name()).collect(),
        once: match spec.often {
            Often::Any => None,
            Often::OncePerSection => Some("section"),
            Often::OncePerDocument => Some("document"),
        },
        lacking_tiers: spec.lacking.iter().map(|it| it.name()).collect(),
        in_fragments: spec.in_fragments,
        attributes: spec.shape.attributes,
        content: &spec.shape.content,
    })
}
