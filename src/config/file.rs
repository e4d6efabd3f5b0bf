//! Reading the TOML file: every fault of it, each with its line.

use super::draft::Draft;
use super::fault::{Fault, Verdict, sentence, unreadable};
use super::keys::{self, Key, Kind, Repeated, TakeNamed, TakeText};
use std::ops::RangeInclusive;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// Reads a configuration file as far as it makes sense, and says what does not.
pub(super) fn read(path: &Path, reserved: &[&str]) -> (Draft, Vec<Fault>) {
    match std::fs::read(path) {
        Ok(bytes) => parse(path, &bytes, reserved),
        Err(error) => {
            let text = format!("cannot be read: {}.", unreadable(&error));
            let faults = vec![Fault::of_file(path, None, text)];
            (Draft::new(reserved, directory(path)), faults)
        }
    }
}

/// Where the paths begin that the file names.
fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn parse(path: &Path, bytes: &[u8], reserved: &[&str]) -> (Draft, Vec<Fault>) {
    let mut walk = Walk {
        draft: Draft::new(reserved, directory(path)),
        problems: Vec::new(),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => walk.document(text),
        Err(error) => walk.problem(error.valid_up_to(), "is not UTF-8 text: save it as UTF-8."),
    }
    walk.problems.sort_by_key(|problem| problem.at);
    let faults = walk.problems.into_iter().map(|problem| {
        let line = line_of(bytes, problem.at);
        Fault::of_file(path, Some(line), problem.text)
    });
    (walk.draft, faults.collect())
}

/// The line, counted from 1, of a position in the file. The end of the file belongs to the last
/// line that holds something.
fn line_of(bytes: &[u8], at: usize) -> usize {
    let before = &bytes[..at.min(bytes.trim_ascii_end().len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// A fault while only its byte position in the file is known.
struct Problem {
    at: usize,
    text: String,
}

/// One walk through the document.
struct Walk {
    draft: Draft,
    problems: Vec<Problem>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Walk {
    fn problem(&mut self, at: usize, text: impl Into<String>) {
        let text = text.into();
        self.problems.push(Problem { at, text });
    }

    /// What is not TOML is one fault, the first in the file: the parser's others follow from it.
    fn document(&mut self, text: &str) {
        let (root, errors) = DeTable::parse_recoverable(text);
        let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        match errors.iter().min_by_key(|error| start(error)) {
            Some(error) => self.problem(start(error), not_toml(error.message())),
            None => self.table(None, root.get_ref()),
        }
    }

    /// Goes in the order of the file, so that of two values that contradict each other the later
    /// one is at fault.
    fn table(&mut self, table: Option<&str>, entries: &DeTable<'_>) {
        let mut entries: Vec<_> = entries.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            self.entry(table, name.get_ref(), name.span().start, value);
        }
    }

    fn entry(&mut self, table: Option<&str>, name: &str, at: usize, value: &Value<'_>) {
        if let Some(key) = keys::find(table, name) {
            self.value(key, value);
        } else if table.is_none() && keys::is_table(name) {
            self.known_table(name, at, value);
        } else if table.is_none() && is_table(value.get_ref()) {
            self.problem(at, keys::unknown_table(name));
        } else {
            self.problem(at, keys::unknown_key(table, name));
        }
    }

    fn known_table(&mut self, name: &str, at: usize, value: &Value<'_>) {
        match (keys::repeated(name), value.get_ref()) {
            (None, DeValue::Table(entries)) => self.table(Some(name), entries),
            (Some(table), DeValue::Array(each)) => {
                each.iter().for_each(|one| self.one_of(table, one));
            }
            (_, other) => self.problem(at, not_so_written(name, other)),
        }
    }

    fn one_of(&mut self, table: &Repeated, value: &Value<'_>) {
        let at = value.span().start;
        let DeValue::Table(entries) = value.get_ref() else {
            return self.problem(at, not_so_written(table.name, value.get_ref()));
        };
        (table.begin)(&mut self.draft);
        self.table(Some(table.name), entries);
        let missing = |name: &&str| !entries.keys().any(|key| key.get_ref() == *name);
        for (_, what) in table.required.iter().filter(|(name, _)| missing(name)) {
            let predicate = format!("must have {what}");
            self.problem(at, sentence(&keys::header(table.name), &predicate));
        }
    }

    fn value(&mut self, key: &Key, value: &Value<'_>) {
        let path = key.path;
        match (&key.kind, value.get_ref()) {
            (Kind::Text(take), DeValue::String(text)) => {
                let verdict = take(&mut self.draft, text);
                self.judge(path, value, verdict);
            }
            (Kind::List(least, take), DeValue::Array(elements)) => {
                self.judge(path, value, long_enough(elements.len(), *least, key));
                elements
                    .iter()
                    .for_each(|element| self.element(key, element, *take));
            }
            (Kind::Count(limits, take), DeValue::Integer(number)) => {
                let number = count(number, limits);
                let verdict = number.map(|number| take(&mut self.draft, number));
                self.judge(path, value, verdict);
            }
            (Kind::Switch(take), DeValue::Boolean(on)) => take(&mut self.draft, *on),
            (Kind::Named(open, take), DeValue::Table(entries)) => {
                open(&mut self.draft);
                let entries = entries.iter();
                entries.for_each(|(name, text)| self.named(key, name.get_ref(), text, *take));
            }
            (_, other) => self.judge(path, value, Err(wrong_kind(key, other))),
        }
    }

    fn element(&mut self, key: &Key, element: &Value<'_>, take: TakeText) {
        let verdict = text_of(element, "must hold", key.example);
        let verdict = verdict.and_then(|text| take(&mut self.draft, text));
        self.judge(key.path, element, verdict);
    }

    fn named(&mut self, key: &Key, name: &str, value: &Value<'_>, take: TakeNamed) {
        let verdict = text_of(value, "must be", key.example);
        let verdict = verdict.and_then(|text| take(&mut self.draft, name, text));
        self.judge(&format!("{}.{}", key.path, spelled(name)), value, verdict);
    }

    fn judge(&mut self, path: &str, value: &Value<'_>, verdict: Verdict) {
        if let Err(predicate) = verdict {
            self.problem(value.span().start, sentence(path, &predicate));
        }
    }
}

/// Whether it is a table, or several of one name.
fn is_table(value: &DeValue<'_>) -> bool {
    let first = value.as_array().and_then(|each| each.first());
    first.map_or(value, Spanned::get_ref).is_table()
}

fn not_so_written(table: &str, found: &DeValue<'_>) -> String {
    let (header, found) = (keys::header(table), describe(found));
    let wanted = match keys::repeated(table) {
        Some(_) => "tables, each written",
        None => "a table, written",
    };
    format!("{table} must be {wanted} {header}, not {found}.")
}

/// What to do about errors of syntax, by the beginning of the parser's message.
const REMEDIES: [(&str, &str); 4] = [
    (
        "string values",
        "Write text in quotation marks, such as name = \"chat.office\".",
    ),
    ("duplicate key", "Keep one of the two."),
    ("unclosed", "Close it."),
    (
        "",
        "A line is like name = \"chat.office\", or like [channels].",
    ),
];

fn not_toml(message: &str) -> String {
    let message = message.replace('\n', " ");
    let mut remedies = REMEDIES.iter();
    let (_, remedy) = remedies
        .find(|(beginning, _)| message.starts_with(beginning))
        .expect("every message starts with nothing");
    format!("is not TOML: {message}. {remedy}")
}

fn long_enough(found: usize, least: usize, key: &Key) -> Verdict {
    if found >= least {
        return Ok(());
    }
    let example = key.example;
    Err(format!(
        "must not be empty: leave it out, or write [{example}]"
    ))
}

fn text_of<'v>(value: &'v Value<'_>, must: &str, example: &str) -> Verdict<&'v str> {
    let value = value.get_ref();
    let wrong = || format!("{must} text such as {example}, not {}", describe(value));
    value.as_str().ok_or_else(wrong)
}

fn count(number: &DeInteger<'_>, limits: &RangeInclusive<u32>) -> Verdict<u32> {
    match u32::from_str_radix(number.as_str(), number.radix()) {
        Ok(count) if limits.contains(&count) => Ok(count),
        _ => Err(format!(
            "must be a number from {} to {}, not {number}",
            limits.start(),
            limits.end()
        )),
    }
}

fn wrong_kind(key: &Key, found: &DeValue<'_>) -> String {
    let (path, example) = (key.path, key.example);
    let wanted = match key.kind {
        Kind::Text(_) => format!("text such as {example}"),
        Kind::List(..) => format!("a list of texts such as [{example}]"),
        Kind::Count(..) => format!("a whole number such as {example}"),
        Kind::Switch(_) => format!("true or false, such as {example}"),
        Kind::Named(..) => format!("a table, written [{path}]"),
    };
    format!("must be {wanted}, not {}", describe(found))
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A name as it has to be written in TOML.
fn spelled(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match name.is_empty() || !name.chars().all(is_bare) {
        true => format!("{name:?}"),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::KEYS;
    use super::*;

    /// The faults of a file called `f`, and the configuration's draft.
    fn faults(text: &str) -> Vec<String> {
        let (_, faults) = parse(Path::new("f"), text.as_bytes(), &["help"]);
        faults.iter().map(ToString::to_string).collect()
    }

    /// The lines that put one value at a key, and below it what has to be there too.
    fn at_key(path: &str, value: &str) -> String {
        let Some((table, name)) = path.split_once('.') else {
            return format!("{path} = {value}\n");
        };
        let mut lines = format!("{}\n{name} = {value}\n", keys::header(table));
        let required = keys::repeated(table).map_or(&[][..], |table| table.required);
        for (other, _) in required.iter().filter(|(other, _)| *other != name) {
            let key = keys::find(Some(table), other).expect("a key");
            lines += &format!("{other} = {}\n", key.example);
        }
        lines
    }

    #[test]
    fn every_key_takes_its_example_and_refuses_other_kinds() {
        let kinds = ["\"x\"", "1", "1.5", "true", "1979-05-27", "[]", "{ a = 1 }"];
        for key in KEYS {
            let (good, wanted, fitting) = match key.kind {
                // It names a file that is there: the tests run at the root of the package.
                Kind::Text(_) if key.path == "motd" => {
                    ("\"clippy.toml\"".to_owned(), "text", "\"x\"")
                }
                Kind::Text(_) => (key.example.to_owned(), "text", "\"x\""),
                Kind::List(..) => (format!("[{}]", key.example), "a list of texts", "[]"),
                Kind::Count(..) => (key.example.to_owned(), "a whole number", "1"),
                Kind::Switch(_) => (key.example.to_owned(), "true or false", "true"),
                Kind::Named(..) if key.path == "keep" => (
                    format!("{{ \"#a\" = {} }}", key.example),
                    "a table",
                    "{ a = 1 }",
                ),
                Kind::Named(..) => (format!("{{ a = {} }}", key.example), "a table", "{ a = 1 }"),
            };
            assert_eq!(faults(&at_key(key.path, &good)), Vec::<String>::new());
            for kind in kinds.into_iter().filter(|kind| *kind != fitting) {
                let heard = faults(&at_key(key.path, kind));
                assert_eq!(heard.len(), 1, "{heard:?}");
                let expected = format!("{} must be {wanted}", key.path);
                assert!(heard[0].contains(&expected), "{kind}: {heard:?}");
                let example = key.example;
                let is_table = matches!(key.kind, Kind::Named(..));
                assert!(is_table || heard[0].contains(example), "{heard:?}");
            }
        }
    }

    #[test]
    fn every_wrong_value_is_refused_at_its_line() {
        for (path, value, expected) in [
            ("plain", "[\"office:1\"]", "plain must be IP:PORT"),
            (
                "plain",
                "[2323]",
                "plain must hold text such as \"[::]:2323\", not a number.",
            ),
            (
                "plain",
                "[]",
                "plain must not be empty: leave it out, or write [\"[::]:2323\"].",
            ),
            (
                "irc",
                "[\"1\", \"1\"]",
                "irc must name each address once: [::]:1 is given to irc already.",
            ),
            ("name", "\"a b\"", "name must be a word"),
            ("data", "\"\"", "data must be a directory"),
            ("allow", "[]", "allow must not be empty"),
            (
                "allow",
                "[\"here\"]",
                "allow must be \"lan\", \"all\", or a network",
            ),
            (
                "pace",
                "40",
                "pace must be text such as \"40/10\", not a number.",
            ),
            ("pace", "\"fast\"", "pace must be lines at once"),
            ("zone", "\"Mars\"", "zone must be a time zone"),
            ("motd", "\"\"", "motd must name a text file"),
            ("motd", "\"nonexistent\"", "motd must name a text file"),
            ("network", "\"the office\"", "network must be a word"),
            ("network", "\"\"", "network must be a word"),
            (
                "admin",
                "\"Ann\"",
                "admin must be a list of texts such as [\"Ann Example, floor 2\"], not text.",
            ),
            ("admin", "[\"Ann\", \" \"]", "admin must be printable text"),
            (
                "admin",
                "[\"1\", \"2\", \"3\", \"4\"]",
                "admin must hold at most 3 lines.",
            ),
            (
                "channels.modes",
                "\"+k\"",
                "channels.modes must not hold k or l",
            ),
            (
                "channels.permanent",
                "[\"desk\"]",
                "channels.permanent must be channels such as",
            ),
            (
                "announcements.who",
                "\"me\"",
                "announcements.who must be \"everyone\", \"registered\" or",
            ),
            (
                "announcements.every",
                "\"5\"",
                "announcements.every must be a duration",
            ),
            (
                "announcements.burst",
                "0",
                "announcements.burst must be a number from 1 to 1000, not 0.",
            ),
            ("announcements.burst", "1001", "from 1 to 1000, not 1001."),
            ("announcements.burst", "-2", "from 1 to 1000, not -2."),
            ("announcements.burst", "0x7D0", "from 1 to 1000, not 0x7D0."),
            (
                "guest-history",
                "\"10s\"",
                "guest-history must be a time such as",
            ),
            (
                "irc-replay",
                "\"some\"",
                "irc-replay must be \"all\", \"batches\" or \"none\"",
            ),
            (
                "accounts.registration",
                "\"closed\"",
                "accounts.registration must be \"open\" or \"operator\"",
            ),
            (
                "accounts.email",
                "\"kept\"",
                "accounts.email must be \"ignored\", \"optional\" or \"required\"",
            ),
            (
                "accounts.iterations",
                "4095",
                "accounts.iterations must be a number from 4096 to 1000000, not 4095.",
            ),
            (
                "accounts.operators",
                "[\"two words\"]",
                "accounts.operators must be names of accounts such as",
            ),
            (
                "statuses.help",
                "\"x\"",
                "statuses.help must have another name: /help is",
            ),
            (
                "statuses.Lunch",
                "\"x\"",
                "statuses.Lunch must have a name of lower-case",
            ),
            (
                "statuses.\"a b\"",
                "\"x\"",
                "statuses.\"a b\" must have a name of lower-case",
            ),
            (
                "statuses.lunch",
                "7",
                "statuses.lunch must be text such as \"At lunch\", not a number.",
            ),
            (
                "statuses.lunch",
                "\"\"",
                "statuses.lunch must be printable text",
            ),
            (
                "limits.send-queue",
                "\"1 kB\"",
                "limits.send-queue must be a size",
            ),
            (
                "limits.name-within",
                "\"0s\"",
                "limits.name-within must be a duration",
            ),
            (
                "operator.name",
                "\"ann b\"",
                "operator.name must be one word",
            ),
            (
                "operator.verifier",
                "\"pencil\"",
                "operator.verifier must be a line that `hallway passwd` prints: a verifier is",
            ),
            (
                "operator.host",
                "\":office\"",
                "operator.host must be a word of letters",
            ),
        ] {
            let heard = faults(&format!("# a comment\n\n{}", at_key(path, value)));
            let line = if path.contains('.') { 4 } else { 3 };
            assert_eq!(heard.len(), 1, "{path} = {value}: {heard:?}");
            assert!(heard[0].starts_with(&format!("f:{line}: ")), "{heard:?}");
            assert!(heard[0].contains(expected), "{heard:?}");
            assert!(
                heard[0].ends_with(['.', '?']) && !heard[0].ends_with("?."),
                "{heard:?}"
            );
        }
    }

    #[test]
    fn all_faults_are_told_from_top_to_bottom() {
        let text = "\
# the office
nmae = \"chat.office\"
plain = [
  \"localhost:2323\",
  \"chat.office:2323\",
  6667,
]
irc = [\"[::1]:2323\"]

[chanels]
modes = \"+nt\"

[limits]
send-queue = 1048576
pace = \"off\"

[channels]
permanent = [\"#ok\", \"desk\"]
nonsense = true
";
        let heard = faults(text);
        for (heard, expected) in heard.iter().zip([
            "f:2: \"nmae\" is not a key at the top level. Did you mean \"name\"?",
            "f:5: plain must be IP:PORT",
            "f:6: plain must hold text",
            "f:8: irc must name each address once: [::1]:2323 is given to plain already.",
            "f:10: \"chanels\" is not a table of the configuration. Did you mean [channels]?",
            "f:14: limits.send-queue must be text such as \"1 MiB\", not a number.",
            "f:15: \"pace\" is not a key of [limits]: it belongs before the first [table].",
            "f:18: channels.permanent must be channels",
            "f:19: \"nonsense\" is not a key of [channels]: the keys there are modes and permanent.",
        ]) {
            assert!(heard.starts_with(expected), "{heard}");
        }
        assert_eq!(heard.len(), 9, "{heard:#?}");
    }

    #[test]
    fn tables_are_tables_and_quoted_dots_are_not_paths() {
        for (text, expected) in [
            (
                "channels = 1",
                "f:1: channels must be a table, written [channels], not a number.",
            ),
            (
                "[[channels]]\nmodes = \"\"",
                "f:1: channels must be a table, written [channels], not a list.",
            ),
            (
                "[statuses.lunch]\nx = \"y\"",
                "f:1: statuses.lunch must be text such as",
            ),
            (
                "[name]",
                "f:1: name must be text such as \"chat.office\", not a table.",
            ),
            (
                "\"channels.modes\" = \"\"",
                "f:1: \"channels.modes\" is not a key at the top level",
            ),
            (
                "[channels.modes]\nx = 1",
                "f:1: channels.modes must be text such as \"+nt\", not a table.",
            ),
            ("[limits.deep]", "f:1: \"deep\" is not a key of [limits]"),
        ] {
            let heard = faults(text);
            assert!(
                heard.len() == 1 && heard[0].starts_with(expected),
                "{heard:?}"
            );
        }
        assert_eq!(
            faults("channels.modes = \"+n\"\nlimits = { send-queue = \"1 MiB\" }"),
            [""; 0]
        );
        assert_eq!(
            faults("\u{feff}name = \"a\"\r\npace = \"off\"\r\n"),
            [""; 0]
        );
        assert_eq!(faults(""), [""; 0]);
    }

    #[test]
    fn operators_are_told_apart_and_each_is_complete() {
        let mut verifier = at_key("operator.name", "\"ann\"");
        verifier.replace_range(..verifier.find("verifier").expect("it is there"), "");
        let good = format!("[[operator]]\nname = \"ann\"\n{verifier}");
        let other = good.replace("ann", "Ann");
        assert_eq!(faults(&format!("{good}{other}")), [""; 0]);
        assert_eq!(faults("operator = []"), [""; 0]);
        for (text, expected) in [
            (
                format!("{good}\n{good}"),
                "f:6: operator.name must be another: \"ann\" is an operator already.",
            ),
            (
                format!("{good}[[operator]]\n{verifier}"),
                "f:4: [[operator]] must have a name, such as name = \"ann\".",
            ),
            (
                format!("{good}\n\n[[operator]]\nname = \"bob\"\n"),
                "f:6: [[operator]] must have a verifier: `hallway passwd` makes one.",
            ),
            (
                format!("{good}hots = \"staff\"\n"),
                "f:4: \"hots\" is not a key of [[operator]]. Did you mean \"host\"?",
            ),
            (
                format!("{good}pace = \"off\"\n"),
                "f:4: \"pace\" is not a key of [[operator]]: it belongs before the first [table].",
            ),
            (
                good.replace("[[operator]]", "[operator]"),
                "f:1: operator must be tables, each written [[operator]], not a table.",
            ),
            (
                good.replace("[[operator]]", "[[operators]]"),
                "f:1: \"operators\" is not a table of the configuration. Did you mean [[operator]]?",
            ),
            (
                "\noperator = [\"ann\"]".to_owned(),
                "f:2: operator must be tables, each written [[operator]], not text.",
            ),
            (
                "operator = \"ann\"".to_owned(),
                "f:1: operator must be tables, each written [[operator]], not text.",
            ),
        ] {
            assert_eq!(faults(&text), [expected]);
        }
    }

    #[test]
    fn what_is_not_toml_is_one_fault_with_its_line() {
        for (text, line, expected) in [
            (
                "name = \"a\"\npace = off\nzone = ?",
                2,
                "Write text in quotation marks",
            ),
            ("name = \"a\"\nname = \"b\"", 2, "Keep one of the two."),
            ("\n\n[channels", 3, "Close it."),
            ("plain = [\n  \"2323\",\n\n", 2, "Close it."),
            ("plain", 1, "A line is like"),
            ("name = \"a\npace = \"off\"\n", 1, "A line is like"),
            (
                "[limits]\nsend-queue = \"\"\n[limits]\n",
                3,
                "Keep one of the two.",
            ),
        ] {
            let heard = faults(text);
            assert_eq!(heard.len(), 1, "{heard:?}");
            let place = format!("f:{line}: is not TOML: ");
            assert!(heard[0].starts_with(&place), "{heard:?}");
            assert!(
                heard[0].contains(expected) && !heard[0].contains('\n'),
                "{heard:?}"
            );
        }
        let (_, heard) = parse(Path::new("f"), b"name = \"a\"\n# caf\xe9\n", &[]);
        assert_eq!(heard.len(), 1);
        assert_eq!(
            heard[0].to_string(),
            "f:2: is not UTF-8 text: save it as UTF-8."
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_fault() {
        let (_, heard) = read(Path::new("/nonexistent/hallway.toml"), &[]);
        assert_eq!(
            heard[0].to_string(),
            "/nonexistent/hallway.toml: cannot be read: there is no such file."
        );
    }
}
