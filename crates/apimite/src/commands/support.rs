use super::say;
use crate::exit::Exit;
use crate::support::{Format, Support};

pub(super) fn run(args: &Support) -> Result<Exit, String> {
    match args.format {
        Format::Markdown => say(args.page.markdown()?.trim_end()),
        Format::Json => say(args.page.json()?),
    }
    Ok(Exit::Good)
}
