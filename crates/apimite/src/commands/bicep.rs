use super::say;
use crate::cli::{Bicep, BicepAction, BicepBuild, BicepBuildParams};
use crate::exit::Exit;
use bicep::{Disk, Loaded};
use serde_json::{Value, json};
use source::Finding;
use std::path::{Path, PathBuf};

/// The version of Bicep whose language is understood; clients ask for it before they use newer commands.
const VERSION: &str = "0.39.0";

pub(super) fn run(args: &Bicep) -> Result<Exit, String> {
    match &args.action {
        _ if args.version => {
            say(format!(
                "Bicep CLI version {VERSION} (apimite {})",
                env!("CARGO_PKG_VERSION")
            ));
            Ok(Exit::Good)
        }
        Some(BicepAction::Build(args)) => build(args),
        Some(BicepAction::BuildParams(args)) => build_params(args),
        Some(BicepAction::Lint { file }) => {
            let loaded = load(file)?;
            show(&loaded.findings);
            Ok(if loaded.is_good() {
                Exit::Good
            } else {
                Exit::Failed
            })
        }
        None => Err("name a command: `build`, `build-params` or `lint`".to_owned()),
    }
}

fn load(file: &str) -> Result<Loaded, String> {
    match Path::new(file).is_file() {
        true => Ok(bicep::load(file, &Disk)),
        false => Err(format!("there is no file `{file}`")),
    }
}

fn build(args: &BicepBuild) -> Result<Exit, String> {
    let loaded = load(&args.file)?;
    show(&loaded.findings);
    let Some(template) = loaded.build() else {
        return Ok(Exit::Failed);
    };
    let beside = Path::new(&args.file).with_extension("json");
    let file = match (&args.outfile, &args.outdir) {
        _ if args.stdout => None,
        (Some(file), _) => Some(file.clone()),
        (None, Some(folder)) => Some(folder.join(beside.file_name().unwrap_or_default())),
        (None, None) => Some(beside),
    };
    write(&template, file)
}

/// What the command line of Azure asks for: the template and the parameters, each as a text.
fn build_params(args: &BicepBuildParams) -> Result<Exit, String> {
    if !Path::new(&args.file).is_file() {
        return Err(format!("there is no file `{}`", args.file));
    }
    let parameters = match bicep::parameter_file(&args.file, &Disk, &|name| std::env::var(name).ok()) {
        Ok(parameters) => parameters,
        Err(findings) => {
            show(&findings);
            return Ok(Exit::Failed);
        }
    };
    let values = parameters.to_json();
    if !args.stdout {
        let beside = Path::new(&args.file).with_extension("json");
        return write(&values, Some(args.outfile.clone().unwrap_or(beside)));
    }
    let template = match args.bicep_file.clone().or(parameters.using) {
        Some(file) => {
            let loaded = load(&file)?;
            show(&loaded.findings);
            match loaded.build() {
                Some(template) => Some(template),
                None => return Ok(Exit::Failed),
            }
        }
        None => None,
    };
    let text = |value: &Value| serde_json::to_string_pretty(value).map_err(|error| error.to_string());
    let template = template.as_ref().map(text).transpose()?;
    write(
        &json!({ "templateJson": template, "templateSpecId": null, "parametersJson": text(&values)? }),
        None,
    )
}

fn write(value: &Value, file: Option<PathBuf>) -> Result<Exit, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    match file {
        None => say(text),
        Some(file) => std::fs::write(&file, text + "\n")
            .map_err(|error| format!("cannot write `{}`: {error}", file.display()))?,
    }
    Ok(Exit::Good)
}

/// One line for each mistake, in the form that clients of the tool read.
#[expect(clippy::print_stderr, reason = "the command line prints")]
fn show(findings: &[Finding]) {
    for finding in findings {
        eprintln!("{}", line(finding));
    }
}

fn line(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let place = finding.source.position(diagnostic.span.start);
    let severity = match diagnostic.severity {
        source::Severity::Error => "Error",
        source::Severity::Warning => "Warning",
        source::Severity::Info => "Info",
    };
    let help = diagnostic
        .help
        .as_ref()
        .map(|help| format!("; {help}"))
        .unwrap_or_default();
    format!(
        "{}({},{}) : {severity} {}: {}{help}",
        finding.source.name(),
        place.line,
        place.column,
        diagnostic.code,
        diagnostic.message
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use source::{Diagnostic, Source, Span};

    #[test]
    fn a_line_has_the_form_that_clients_read() {
        let source = Source::new("main.bicep", "a\nbc");
        let finding = Diagnostic::error("BCP057", "there is no `c` here", Span::new(3, 4)).help("look again");
        assert_eq!(
            line(&finding.found_in(&source)),
            "main.bicep(2,2) : Error BCP057: there is no `c` here; look again"
        );
    }
}
