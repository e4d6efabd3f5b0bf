//! Files as tidiness sees them: their code without comments and texts, and the paths in it.

use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder (or the file itself), in order, by their path from the root.
pub fn files(below: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(below)];
    while let Some(path) = open.pop() {
        let whole = root().join(&path);
        if whole.is_dir() {
            let entries = fs::read_dir(&whole).expect("a folder can be read");
            open.extend(entries.map(|entry| path.join(entry.expect("an entry").file_name())));
        } else if whole.is_file() {
            found.push(path.to_str().expect("paths are UTF-8").replace('\\', "/"));
        }
    }
    found.sort();
    found
}

pub fn rust_files(below: &str) -> Vec<String> {
    let found = files(below).into_iter();
    found.filter(|path| path.ends_with(".rs")).collect()
}

pub fn read(path: &str) -> String {
    let text = fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    String::from_utf8(text).unwrap_or_else(|_| panic!("{path}: it is not UTF-8"))
}

/// The code of a Rust file, everything else blank: comments, texts and, of `src`, its tests.
pub fn code(path: &str) -> String {
    let is_test =
        path.starts_with("src/") && (path.ends_with("/tests.rs") || path.contains("/tests/"));
    let text = if is_test { String::new() } else { read(path) };
    let mut code = text.clone().into_bytes();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = other_than_code(rest);
        if length > 0 {
            code[at..at + length]
                .iter_mut()
                .filter(|b| **b != b'\n')
                .for_each(|b| *b = b' ');
        }
        at += length.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    let mut code = String::from_utf8(code).expect("whole characters were blanked");
    while let Some(start) = code
        .find("#[cfg(test)]")
        .filter(|_| path.starts_with("src/"))
    {
        let end = start + end_of_item(&code[start..]);
        let blank = code[start..end].replace(|c| c != '\n', " ");
        code.replace_range(start..end, &blank);
    }
    code
}

/// How many bytes of a comment, a text or a character literal stand at the front.
fn other_than_code(rest: &str) -> usize {
    let up_to = |end: &str, from: usize| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return up_to("\n", 2) - 1;
    }
    if let Some(raw) = rest.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            return up_to(&format!("\"{}", "#".repeat(hashes)), hashes + 2);
        }
    }
    let mut characters = rest.char_indices().skip(1);
    match rest.as_bytes()[0] {
        b'"' => {
            while let Some((at, character)) = characters.next() {
                match character {
                    '\\' => drop(characters.next()),
                    '"' => return at + 1,
                    _ => {}
                }
            }
            rest.len()
        }
        b'\'' if rest.starts_with("'\\") => up_to("'", 3),
        b'\'' => characters
            .nth(1)
            .filter(|(_, end)| *end == '\'')
            .map_or(0, |(at, _)| at + 1),
        _ => 0,
    }
}

/// Where an item with its attributes ends: at its last brace, or its semicolon.
fn end_of_item(item: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in item.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].bytes().filter(|byte| *byte == b'\n').count() + 1
}

fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Where `word` stands and is not a part of a longer one.
pub fn places(code: &str, word: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    let whole = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + word.len());
        let longer_before = is_word(word.as_bytes().first()) && is_word(before);
        let longer_after = is_word(word.as_bytes().last()) && is_word(after);
        !longer_before && !longer_after
    };
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(whole)
        .collect()
}

/// All paths of a tree such as `chat::{self, time::Now}`. Gives where the tree ends.
pub fn paths(tree: &str, before: &str, found: &mut Vec<String>) -> usize {
    let mut path = before.to_owned();
    let mut at = 0;
    loop {
        at += tree[at..].len() - tree[at..].trim_start().len();
        if tree[at..].starts_with('{') {
            return at + branches(&tree[at..], &path, found);
        }
        let rest = &tree[at..];
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if length > 0 && &rest[..length] != "self" {
            let joint = if path.is_empty() { "" } else { "::" };
            path = path + joint + &rest[..length];
        }
        at += length;
        if !tree[at..].starts_with("::") {
            found.push(path);
            return at;
        }
        at += 2;
    }
}

fn branches(tree: &str, before: &str, found: &mut Vec<String>) -> usize {
    let mut at = 1;
    loop {
        at += tree[at..].len() - tree[at..].trim_start().len();
        if at >= tree.len() || tree[at..].starts_with('}') {
            return (at + 1).min(tree.len());
        }
        at += paths(&tree[at..], before, found);
        // A name of its own (`as X`) is none of the paths.
        at += tree[at..].find([',', '}']).unwrap_or(tree.len() - at);
        at += usize::from(tree[at..].starts_with(','));
    }
}

pub fn is_below(path: &str, roots: &[&str]) -> bool {
    let fits = |root: &&str| {
        path.strip_prefix(*root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    roots.iter().any(fits)
}

/// The names of the packages that the program is made of.
pub fn packages() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let (_, rest) = manifest
        .split_once("[dependencies]\n")
        .expect("there are some");
    let names = rest.lines().take_while(|line| !line.starts_with('['));
    names
        .filter_map(|line| Some(line.split_once(" =")?.0.replace('-', "_")))
        .collect()
}

/// `super::super::x` from a file, as a path from the root of the package.
pub fn climb(path: &str, tree: &str) -> String {
    let module = path
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .trim_end_matches("/mod");
    let mut module: Vec<&str> = module.split('/').collect();
    let mut rest = tree;
    while let Some(above) = rest.strip_prefix("super::") {
        module.pop();
        rest = above;
    }
    let whole = if module.is_empty() {
        String::new()
    } else {
        module.join("::") + "::"
    };
    let mut found = Vec::new();
    paths(rest, "", &mut found);
    whole + found.first().map_or("", String::as_str)
}
