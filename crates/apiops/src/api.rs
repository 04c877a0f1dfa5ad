use crate::fields::{Fields, parse_json, parse_yaml};
use crate::openapi::{self, normalise};
use crate::read::{Reader, last_segment};
use crate::tree::{Tree, plain};
use crate::values::version_set;
use model::{Api, ApiKind, KeyNames, Operation, ResourceKind};
use source::{Diagnostic, Finding, Source, Span, nearest};

/// `apis/*`, every revision its own folder: `NAME` is the current one, `NAME;rev=N` another.
pub(crate) fn read(reader: &mut Reader<'_>, tree: &Tree) {
    for (folder_name, folder) in tree.collection("apis") {
        let (name, revision) = match folder_name.split_once(";rev=") {
            Some((name, revision)) => (name, Some(revision)),
            None => (folder_name, None),
        };
        if let Some(api) = read_one(reader, folder_name, folder, name, revision) {
            add(reader, api, revision.is_none());
        }
    }
    if tree.collection("apis").next().is_none() {
        let source = Source::new(if tree.path.is_empty() { "apis" } else { &tree.path }, "");
        let message = "the folder has no `apis`: every request will get 404";
        reader
            .findings
            .push(Diagnostic::warning("no-apis", message, Span::default()).found_in(&source));
    }
}

// After a change of the current revision an extract can hold it twice: under the bare name and under its number.
fn add(reader: &mut Reader<'_>, api: Api, is_bare: bool) {
    let twin = reader
        .service
        .apis
        .iter()
        .position(|it| it.name == api.name && it.revision == api.revision);
    match twin {
        Some(at) if is_bare => reader.service.apis[at] = api,
        Some(_) => (),
        None => reader.service.apis.push(api),
    }
}

fn read_one(
    reader: &mut Reader<'_>,
    folder_name: &str,
    folder: &Tree,
    name: &str,
    revision: Option<&str>,
) -> Option<Api> {
    let path = ["apis", folder_name];
    let file = reader.information(folder, "apiInformation.json", &path)?;
    let findings = &mut reader.findings;
    let properties = file.properties(findings)?;
    let own_revision = properties.word("apiRevision", findings);
    let mut api = Api {
        name: name.to_owned(),
        display_name: properties
            .word("displayName", findings)
            .unwrap_or_else(|| name.to_owned()),
        path: properties.text("path", findings).unwrap_or_default(),
        service_url: properties.word("serviceUrl", findings),
        protocols: properties.texts("protocols", findings),
        subscription_required: properties.flag("subscriptionRequired", findings).unwrap_or(true),
        key_names: key_names(&properties, findings),
        version: properties.text("apiVersion", findings).unwrap_or_default(),
        version_set: properties
            .word("apiVersionSetId", findings)
            .map(|id| last_segment(&id).to_owned()),
        revision: revision
            .map(str::to_owned)
            .or(own_revision)
            .unwrap_or_else(|| "1".into()),
        is_current: revision.is_none(),
        is_online: properties.flag("isOnline", findings).unwrap_or(true),
        kind: kind(&properties, findings),
        operations: Vec::new(),
        policy: None,
        workspace: None,
    };
    let as_query = properties
        .word("translateRequiredQueryParameters", findings)
        .is_some_and(|it| it.eq_ignore_ascii_case("query"));
    inline_version_set(reader, &properties, &mut api);
    api.operations.extend(handshake(&api.kind));
    specification(reader, folder, &mut api, !as_query);
    reader.note(ResourceKind::Api, &api.key(), file.origin.source);
    api.policy = reader.policy(folder, &path);
    operation_policies(reader, folder, &path, &mut api);
    crate::logs::diagnostics(reader, folder, Some(&api.name));
    pass_over_children(folder);
    Some(api)
}

fn kind(properties: &Fields<'_>, findings: &mut Vec<Finding>) -> ApiKind {
    let kind = properties
        .word("type", findings)
        .or_else(|| properties.word("apiType", findings));
    match kind {
        Some(kind) if !kind.eq_ignore_ascii_case("http") => ApiKind::Other(kind.to_ascii_lowercase()),
        _ => ApiKind::Http,
    }
}

// A WebSocket API has one operation, which nobody declares (documented).
fn handshake(kind: &ApiKind) -> Option<Operation> {
    let is_socket = matches!(kind, ApiKind::Other(kind) if kind == "websocket");
    is_socket.then(|| Operation {
        name: "onHandshake".to_owned(),
        display_name: "onHandshake".to_owned(),
        method: "GET".to_owned(),
        url_template: "/".to_owned(),
        ..Operation::default()
    })
}

fn key_names(properties: &Fields<'_>, findings: &mut Vec<Finding>) -> KeyNames {
    let mut names = KeyNames::default();
    let Some(object) = properties.object("subscriptionKeyParameterNames", findings) else {
        return names;
    };
    if let Some(header) = object.word("header", findings) {
        names.header = header;
    }
    if let Some(query) = object.word("query", findings) {
        names.query = query;
    }
    // `enabled` on the wire; true is taken for it.
    let bearer = object.get("bearer");
    names.bearer = bearer.is_some_and(|it| {
        it.as_bool() == Some(true) || it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("enabled"))
    });
    names
}

// An API may hold its version set instead of naming it.
fn inline_version_set(reader: &mut Reader<'_>, properties: &Fields<'_>, api: &mut Api) {
    let Some(inline) = properties.object("apiVersionSet", &mut reader.findings) else {
        return;
    };
    let id = inline
        .word("id", &mut reader.findings)
        .or_else(|| inline.word("name", &mut reader.findings));
    let name = api
        .version_set
        .clone()
        .or(id.map(|id| last_segment(&id).to_owned()));
    let name = name.unwrap_or_else(|| format!("{}-versions", api.name));
    let known = reader.service.version_sets.iter().any(|it| it.name == name);
    if !known && inline.get("versioningScheme").is_some() {
        let set = version_set(&name, &inline, &mut reader.findings);
        reader.service.version_sets.extend(set);
    }
    api.version_set = Some(name);
}

fn specification(reader: &mut Reader<'_>, folder: &Tree, api: &mut Api, required_in_template: bool) {
    let file = |extension: &str| folder.file(&format!("specification.{extension}"));
    let parsed = match (file("yaml").or_else(|| file("yml")), file("json")) {
        (Some(source), _) => (source, parse_yaml(source)),
        (None, Some(source)) => (source, parse_json(source)),
        (None, None) => return unreadable_specification(reader, folder, api),
    };
    let (source, document) = match parsed {
        (source, Ok(document)) => (source, document),
        (_, Err(finding)) => return reader.findings.push(finding),
    };
    if api.kind != ApiKind::Http {
        return;
    }
    let options = openapi::Options {
        required_in_template,
        samples: reader.wants_samples,
    };
    let imported = openapi::import(&document, source, &options, &mut reader.findings);
    let key = api.key();
    for (operation, place) in imported.operations {
        reader.service.origins.note(
            ResourceKind::Operation,
            &format!("{key}/{}", operation.name),
            source,
            &place,
        );
        api.operations.push(operation);
    }
    // The information file is put over what the import found.
    api.service_url = api.service_url.take().or(imported.service_url);
}

fn unreadable_specification(reader: &mut Reader<'_>, folder: &Tree, api: &Api) {
    let other = ["graphql", "wadl", "wsdl", "xml"]
        .iter()
        .find_map(|it| folder.file(&format!("specification.{it}")));
    if api.kind != ApiKind::Http {
        return; // Reported as a kind of API that is not served yet.
    }
    let (source, message) = match other {
        Some(source) => {
            let message =
                "specifications other than OpenAPI are not yet supported: the API has no operations";
            (source.clone(), message.to_owned())
        }
        None => {
            let source = Source::new(format!("{}/specification.yaml", folder.path), "");
            (
                source,
                format!(
                    "`{}` has no specification: the API has no operations",
                    folder.path
                ),
            )
        }
    };
    let code = if other.is_some() {
        "not-supported"
    } else {
        "no-specification"
    };
    reader
        .findings
        .push(Diagnostic::warning(code, message, Span::default()).found_in(&source));
}

// `operations/NAME/policy.xml`. The name is the resource's, which an import may have normalised.
fn operation_policies(reader: &mut Reader<'_>, folder: &Tree, path: &[&str], api: &mut Api) {
    for (name, folder) in folder.collection("operations") {
        let path: Vec<&str> = path.iter().copied().chain(["operations", name]).collect();
        let Some(policy) = reader.policy(folder, &path) else {
            continue;
        };
        let exact = api.operations.iter().position(|it| it.name == name);
        let wanted = normalise(name);
        let place = exact.or_else(|| api.operations.iter().position(|it| it.name == wanted));
        match place.and_then(|at| api.operations.get_mut(at)) {
            Some(operation) => operation.policy = Some(policy),
            None => reader
                .findings
                .push(unknown_operation(name, &api.operations, &policy.source)),
        }
    }
}

fn unknown_operation(name: &str, operations: &[Operation], source: &Source) -> Finding {
    let message = format!("the specification has no operation `{name}`");
    let near = nearest(name, operations.iter().map(|it| it.name.as_str()));
    Diagnostic::error("unknown-operation", message, Span::default())
        .suggest(near)
        .found_in(source)
}

// What the extractor writes below an API and the gateway has no use for.
fn pass_over_children(folder: &Tree) {
    let unused = [
        "diagnostics",
        "releases",
        "schemas",
        "wikis",
        "tagdescriptions",
        "resolvers",
    ];
    folder
        .folders()
        .filter(|(name, _)| unused.contains(&plain(name).as_str()))
        .for_each(|(_, folder)| folder.pass_over());
}
