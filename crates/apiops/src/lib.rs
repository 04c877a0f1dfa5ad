//! An APIOps folder, as the public extractor writes it, becomes a [`model::Service`].
//!
//! One folder per resource, one information file in it (`apis/chat/apiInformation.json`), policies as XML beside it, operations
//! from an OpenAPI document. Beside what the extractor knows, `foundry/*.json` holds the mock model servers as ARM resources and
//! `apimite.toml` what Azure has no word for. Every mistake is reported with its file and place, all of them at once; what can
//! be read is read.
//!
//! This crate compiles no policy, checks no reference between resources and knows nothing of Bicep or sockets.

mod access; // products, subscriptions, groups, users
mod api; // apis/*: information, specification, policies
mod backend; // backends/*
mod caches; // caches/*
mod certificates; // files that apimite.toml names
mod fields; // one information file: typed access, every mistake noted with its place
mod foundry; // foundry/*.json
mod logs; // diagnostics and schemas
mod openapi; // OpenAPI 2.0, 3.0, 3.1 to operations
mod overrides; // configuration*.yaml of the publisher
mod read; // the whole folder, collection after collection
mod settings;
mod tree; // the folder: files by name, each marked when it was read
mod values; // named values, policy fragments, version sets // apimite.toml

use model::Service;
use source::Finding;
use std::path::Path;

/// Reads the folder on disk. Findings of severity error mean that the service is not what its author wrote.
pub fn read(folder: &Path) -> (Service, Vec<Finding>) {
    let mut findings = Vec::new();
    let tree = tree::from_disk(folder, &mut findings);
    let (mut service, mut findings) = read::service(&tree, findings);
    findings.extend(certificates(folder, &mut service));
    (service, findings)
}

/// Brings the certificates that the settings of a service name into it; files are looked for in `folder`.
pub fn certificates(folder: &Path, service: &mut Service) -> Vec<Finding> {
    let mut findings = Vec::new();
    certificates::read(folder, service, &mut findings);
    findings
}

/// Reads a folder that is held in memory: paths relative to its root, with `/` between names, and their texts.
pub fn read_embedded(files: &[(&str, &str)]) -> (Service, Vec<Finding>) {
    let tree = tree::from_memory(files);
    read::service(&tree, Vec::new())
}

/// Whether a change of this file inside a folder can change the service: what hot reload need look at.
pub fn concerns(path: &Path) -> bool {
    tree::is_readable_name(path)
}
