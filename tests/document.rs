//! What `protocol.md` and `README.md` say in tables is what the program says.
//!
//! The tables of `protocol.md` that the program owns stand between `<!-- NAME -->` and
//! `<!-- /NAME -->`. A table that differs is printed as it should be, to be pasted.

use std::fmt::Write;

use hallway::chat::words::KINDS;
use hallway::config;
use hallway::protocol::modes;
use hallway::protocol::plain::commands::COMMANDS;
use hallway::protocol::plain::refusals;

fn read(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn section(text: &str, name: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (_, rest) = text
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no {begin}"));
    rest.split_once(&end)
        .unwrap_or_else(|| panic!("no {end}"))
        .0
        .to_owned()
}

fn commands() -> String {
    let mut table = String::from("| command | what it does |\n| --- | --- |\n");
    for spec in COMMANDS {
        let usage = spec.usage().replace('|', "\\|");
        let _ = writeln!(
            table,
            "| `{usage}` | {}{} |",
            spec.help,
            refusals::who(spec.who)
        );
    }
    table
}

fn kinds() -> String {
    let mut table = String::from("| kind | words |\n| --- | --- |\n");
    for (kind, words) in KINDS {
        let _ = writeln!(table, "| {} | {} |", kind.as_str(), words.join(", "));
    }
    table
}

fn channel_modes() -> String {
    let mut table = String::from("| mode | when it is on |\n| --- | --- |\n");
    for (letter, _, meaning) in modes::FLAGS {
        let _ = writeln!(table, "| `{letter}` | {meaning} |");
    }
    table.push_str("| `k KEY` | only those who know the key may enter |\n");
    table.push_str("| `l NUMBER` | so many people fit in |\n");
    table
}

#[test]
fn the_tables_of_protocol_md_are_the_programs() {
    let document = read("protocol.md");
    for (name, table) in [
        ("commands", commands()),
        ("kinds", kinds()),
        ("modes", channel_modes()),
    ] {
        assert!(
            section(&document, name) == table,
            "the table of {name} should be:\n{table}"
        );
    }
}

#[test]
fn readme_names_every_key_of_the_configuration() {
    let readme = read("README.md");
    for (path, _) in config::keys() {
        let key = path.rsplit('.').next().expect("a path has a last part");
        let shown =
            readme.contains(&format!("`{key} = ")) || readme.contains(&format!("\n{key} = "));
        assert!(
            shown || readme.contains(&format!("[{key}]")),
            "README.md does not show {path}"
        );
    }
}
