//! `hallway export`: what was kept, as text for people or as JSON for programs.

mod json;
mod moment;
mod progress;
mod text;

use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::chat::name::{ChannelName, Nick};
use crate::chat::time::Zone;
use crate::config::{ExportArgs, Format};
use crate::store::{Export, Exported, Selection, Whose};
use progress::Progress;

/// Writes what was asked for to `out`, and how far it is to `progress`.
///
/// # Errors
/// A sentence without its full stop: what was asked for makes no sense or is not there, or cannot
/// be read or written. Somebody who does not want to read on is no error.
pub fn run(
    args: &ExportArgs,
    zone: &TimeZone,
    out: impl Write,
    progress: Option<impl Write>,
) -> Result<(), String> {
    let selection = selection(args, zone)?;
    let mut export =
        Export::open(&args.place.dir()?, &selection).map_err(|error| error.to_string())?;
    let progress = match progress {
        Some(to) => Some(Progress::new(
            to,
            export.count().map_err(|error| error.to_string())?,
        )),
        None => None,
    };
    let spell: Spell = match args.format {
        Format::Text => text::spell,
        Format::Jsonl => json::spell,
    };
    let zone = Zone::new(zone.clone());
    copy(
        &mut export,
        |line, to| spell(line, &zone, to),
        out,
        progress,
    )
}

/// How one line is written.
type Spell = fn(&Exported, &Zone, &mut String);

fn copy(
    export: &mut Export,
    spell: impl Fn(&Exported, &mut String),
    mut out: impl Write,
    mut progress: Option<Progress<impl Write>>,
) -> Result<(), String> {
    let mut spelled = String::new();
    loop {
        let piece = export.next_piece().map_err(|error| error.to_string())?;
        if piece.is_empty() {
            return written(out.flush());
        }
        spelled.clear();
        piece.iter().for_each(|line| spell(line, &mut spelled));
        match out.write_all(spelled.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            outcome => written(outcome)?,
        }
        if let Some(progress) = &mut progress {
            progress.advance(piece.len() as u64);
        }
    }
}

fn written(outcome: io::Result<()>) -> Result<(), String> {
    outcome.map_err(|error| format!("cannot write to standard output: {error}"))
}

fn selection(args: &ExportArgs, zone: &TimeZone) -> Result<Selection, String> {
    let whose = match (&args.channel, &args.person) {
        (Some(name), _) => Whose::Channel(
            ChannelName::parse(name)
                .map_err(|_| format!("--channel must be a channel such as #lobby, not {name:?}"))?,
        ),
        (None, Some(name)) => Whose::Person(
            Nick::parse(name).map_err(|_| format!("--person must be a name, not {name:?}"))?,
        ),
        (None, None) => Whose::All,
    };
    let moment = |flag, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| moment::read(flag, text, zone)).transpose()
    };
    Ok(Selection {
        whose,
        since_ms: moment("--since", &args.since)?,
        until_ms: moment("--until", &args.until)?,
    })
}
