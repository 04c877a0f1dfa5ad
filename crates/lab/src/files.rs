//! The folders of `fixtures/labs`, embedded.

/// A path inside a lab's folder, and the text that stands there.
pub(crate) type Files = &'static [(&'static str, &'static str)];

macro_rules! folder {
    ($lab:literal: $($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../fixtures/labs/", $lab, "/", $path))),)*]
    };
}

pub(crate) const BACKEND_POOL: Files = folder! {
    "backend-pool":
    "apimite.toml",
    "apis/inference-api/apiInformation.json",
    "apis/inference-api/policy.xml",
    "apis/inference-api/specification.yaml",
    "backends/foundry1/backendInformation.json",
    "backends/foundry2/backendInformation.json",
    "backends/foundry3/backendInformation.json",
    "backends/foundry4/backendInformation.json",
    "backends/inference-pool/backendInformation.json",
    "foundry/foundry1.json",
    "foundry/foundry2.json",
    "foundry/foundry3.json",
    "foundry/foundry4.json",
    "subscriptions/lab/subscriptionInformation.json",
};

pub(crate) const FAILOVER_MATRIX: Files = folder! {
    "failover-matrix":
    "apimite.toml",
    "apis/inference-api/apiInformation.json",
    "apis/inference-api/policy.xml",
    "apis/inference-api/specification.yaml",
    "backends/answering-pool/backendInformation.json",
    "backends/plain-pool/backendInformation.json",
    "backends/plain/backendInformation.json",
    "backends/primary/backendInformation.json",
    "backends/refused-pool/backendInformation.json",
    "backends/refused/backendInformation.json",
    "backends/secondary/backendInformation.json",
    "backends/unresolved-pool/backendInformation.json",
    "backends/unresolved/backendInformation.json",
    "foundry/primary.json",
    "foundry/secondary.json",
    "subscriptions/lab/subscriptionInformation.json",
};

pub(crate) const RECOVERY: Files = folder! {
    "recovery":
    "apimite.toml",
    "apis/inference-api/apiInformation.json",
    "apis/inference-api/policy.xml",
    "apis/inference-api/specification.yaml",
    "backends/foundry1/backendInformation.json",
    "backends/foundry2/backendInformation.json",
    "backends/foundry3/backendInformation.json",
    "backends/inference-pool/backendInformation.json",
    "foundry/foundry1.json",
    "foundry/foundry2.json",
    "foundry/foundry3.json",
    "subscriptions/lab/subscriptionInformation.json",
};

pub(crate) const EXHAUSTION: Files = folder! {
    "exhaustion":
    "apimite.toml",
    "apis/inference-api/apiInformation.json",
    "apis/inference-api/policy.xml",
    "apis/inference-api/specification.yaml",
    "backends/foundry1/backendInformation.json",
    "backends/foundry2/backendInformation.json",
    "backends/foundry3/backendInformation.json",
    "backends/foundry4/backendInformation.json",
    "backends/inference-pool/backendInformation.json",
    "foundry/foundry1.json",
    "foundry/foundry2.json",
    "foundry/foundry3.json",
    "foundry/foundry4.json",
    "subscriptions/lab/subscriptionInformation.json",
};

pub(crate) const PTU: Files = folder! {
    "ptu":
    "apimite.toml",
    "apis/inference-api/apiInformation.json",
    "apis/inference-api/policy.xml",
    "apis/inference-api/specification.yaml",
    "backends/inference-pool/backendInformation.json",
    "backends/overflow1/backendInformation.json",
    "backends/overflow2/backendInformation.json",
    "backends/reserved/backendInformation.json",
    "foundry/overflow1.json",
    "foundry/overflow2.json",
    "foundry/reserved.json",
    "subscriptions/lab/subscriptionInformation.json",
};

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the fixture exists").flatten() {
            let path = entry.path();
            // The same service written as Bicep lies beside it; a lab reads the folder.
            if path.extension().is_some_and(|it| it == "bicep") {
                continue;
            }
            match path.is_dir() {
                true => collect(root, &path, found),
                false => found.push(path.strip_prefix(root).expect("below").display().to_string()),
            }
        }
    }

    #[test]
    fn every_file_of_a_lab_is_embedded() {
        for lab in crate::all() {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../fixtures/labs")
                .join(lab.name);
            let mut there = Vec::new();
            collect(&root, &root, &mut there);
            there.sort();
            let mut here: Vec<String> = lab.files.iter().map(|(path, _)| (*path).to_owned()).collect();
            here.sort();
            assert_eq!(here, there, "{}", lab.name);
        }
    }
}
