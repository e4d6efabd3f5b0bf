//! What is wrong with a configuration, said so that it can be put right: where, what, and the remedy.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The outcome of reading one value: on failure, a predicate about its key, such as `must be ...`.
pub(super) type Verdict<T = ()> = Result<T, String>;

/// One thing that is wrong, and its remedy.
///
/// Printed as `FILE:LINE: text` when it is in a file, as the text alone when it is in the flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file it is in; none for a flag.
    pub file: Option<PathBuf>,
    /// The line of that file, counted from 1; none when the file as a whole is meant.
    pub line: Option<usize>,
    /// What is wrong and what to do about it, in one line.
    pub text: String,
}

impl Fault {
    pub(super) fn of_flag(text: String) -> Fault {
        Fault {
            file: None,
            line: None,
            text,
        }
    }

    pub(super) fn of_file(file: &Path, line: Option<usize>, text: String) -> Fault {
        Fault {
            file: Some(file.to_owned()),
            line,
            text,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.text)
    }
}

/// Everything that is wrong with a configuration: at least one fault, those of the flags first,
/// then those of the file from top to bottom.
///
/// Printed as one line each, without a line end after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Nothing if there are no faults.
    pub(super) fn unless_none(faults: Vec<Fault>) -> Result<(), Faults> {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Faults(faults))
        }
    }

    /// The faults one by one.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let end_of_previous = if index == 0 { "" } else { "\n" };
            write!(f, "{end_of_previous}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// `must be WANTED, not "text"`: what most wrong values deserve to hear.
pub(super) fn must_be<T>(wanted: &str, text: &str) -> Verdict<T> {
    Err(format!("must be {wanted}, not {text:?}"))
}

/// The subject, the predicate, and a full stop unless the predicate ends in a question.
pub(super) fn sentence(subject: &str, predicate: &str) -> String {
    let stop = if predicate.ends_with('?') { "" } else { "." };
    format!("{subject} {predicate}{stop}")
}

/// Why a file cannot be read, as a clause.
pub(super) fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}
