//! Names that only look like another name.
//!
//! `раul` with a Cyrillic `ра` is not `paul`, and nobody could tell by looking. So whoever claims a
//! name is refused it if it looks like one in use and one of the two is not plain ASCII. Two ASCII
//! names never clash: `paul` and `pau1` are told apart by IRC everywhere.
//!
//! What looks alike is Unicode's to say: two texts are confusable if their *skeletons* are equal
//! (Unicode Technical Standard 39, section 4). A name is shown in the case in which its owner typed
//! it, and letters differ in where they look alike (`Т` and `T` do, `т` and `t` do not), so a name
//! is compared as people write names: `paul`, `Paul` and `PAUL`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The ways in which people write a name; each is made of the folded form.
const WRITINGS: [fn(&str) -> String; 3] = [str::to_owned, capitalized, capitals];

/// The skeleton of a folded name by Unicode Technical Standard 39, section 4: what is left when
/// each character is replaced by the simplest that looks like it. Only good for comparing with
/// other skeletons; never to be shown.
///
/// One departure: `%` stays `%`. Unicode makes `°/₀` of it, and it would be the one ASCII character
/// whose skeleton is not ASCII.
pub fn skeleton(folded: &str) -> String {
    let parts = folded
        .split('%')
        .map(|part| unicode_security::skeleton(part).collect::<String>());
    parts.collect::<Vec<_>>().join("%")
}

/// The names in use that are not plain ASCII, by what they look like.
///
/// Takes and gives folded forms, of nicknames or of channels (one index for each, since the two
/// cannot be mistaken for one another).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookalikes {
    /// Each name stands under the skeletons of all its writings.
    by_skeleton: BTreeMap<String, BTreeSet<String>>,
    /// How many of the skeletons are ASCII. While there is none, no ASCII name looks like any of
    /// these: its skeletons are ASCII (tested below), and need not even be made.
    ascii: usize,
}

impl Lookalikes {
    /// Takes note of a name that is in use from now on. ASCII names are not kept.
    pub fn insert(&mut self, folded: &str) {
        if folded.is_ascii() {
            return;
        }
        for skeleton in skeletons(folded) {
            let is_ascii = skeleton.is_ascii();
            let names = self.by_skeleton.entry(skeleton).or_default();
            self.ascii += usize::from(is_ascii && names.is_empty());
            names.insert(folded.to_owned());
        }
    }

    /// Forgets a name that is no longer in use.
    pub fn remove(&mut self, folded: &str) {
        if folded.is_ascii() {
            return;
        }
        for skeleton in skeletons(folded) {
            let Some(names) = self.by_skeleton.get_mut(&skeleton) else {
                continue;
            };
            names.remove(folded);
            if names.is_empty() {
                self.by_skeleton.remove(&skeleton);
                self.ascii -= usize::from(skeleton.is_ascii());
            }
        }
    }

    /// The name in use that the claimed one looks like, if there is one; never the claimed name
    /// itself, so that its owner may change its case.
    ///
    /// `ascii_in_use` gives the folded ASCII names in use. It is asked only if the claimed name is
    /// not ASCII and yet looks as if it were, which is rare; then the answer costs by the number of
    /// names.
    pub fn clash<'a>(
        &self,
        claimed_folded: &str,
        ascii_in_use: impl Iterator<Item = &'a str>,
    ) -> Option<String> {
        if claimed_folded.is_ascii() && self.ascii == 0 {
            return None;
        }
        let claimed = skeletons(claimed_folded);
        self.kept(&claimed, claimed_folded).or_else(|| {
            // The skeletons of an ASCII name are ASCII, so nothing else can be equal to one.
            let looks_ascii =
                !claimed_folded.is_ascii() && claimed.iter().any(|skeleton| skeleton.is_ascii());
            looks_ascii
                .then(|| first_alike(&claimed, ascii_in_use))
                .flatten()
        })
    }

    fn kept(&self, claimed: &BTreeSet<String>, claimed_folded: &str) -> Option<String> {
        let alike = claimed
            .iter()
            .filter_map(|skeleton| self.by_skeleton.get(skeleton))
            .flatten();
        alike.filter(|&name| name != claimed_folded).min().cloned()
    }
}

/// Names that are somebody's for good, plain ASCII or not, by what they look like: there may be many
/// more of them than people are here, and whoever claims a name should not wait for a look at each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// A skeleton of a name, and the name: for each of its writings.
    alike: BTreeSet<(Box<str>, Box<str>)>,
    /// How many skeletons of names that are not ASCII are: while there is none, no ASCII name looks
    /// like any of these.
    ascii: usize,
}

impl Owned {
    /// Takes note of a name that is owned from now on.
    pub fn insert(&mut self, folded: &str) {
        for skeleton in skeletons(folded) {
            let deceives = skeleton.is_ascii() && !folded.is_ascii();
            let is_new = self.alike.insert((skeleton.into(), folded.into()));
            self.ascii += usize::from(is_new && deceives);
        }
    }

    /// Forgets a name that is nobody's any more.
    pub fn remove(&mut self, folded: &str) {
        for skeleton in skeletons(folded) {
            let deceives = skeleton.is_ascii() && !folded.is_ascii();
            let was_there = self.alike.remove(&(skeleton.into(), folded.into()));
            self.ascii -= usize::from(was_there && deceives);
        }
    }

    /// The owned names that the claimed one looks like, where one of the two is not ASCII.
    pub fn alike<'a>(&'a self, claimed_folded: &'a str) -> impl Iterator<Item = &'a str> {
        let is_ascii = claimed_folded.is_ascii();
        let claimed = match is_ascii && self.ascii == 0 {
            true => BTreeSet::new(),
            false => skeletons(claimed_folded),
        };
        let names = claimed.into_iter().flat_map(|skeleton| {
            let first = (skeleton.as_str().into(), Box::from(""));
            let those = self.alike.range(first..);
            those
                .take_while(move |(known, _)| **known == *skeleton)
                .map(|(_, name)| &**name)
        });
        names.filter(move |name| *name != claimed_folded && !(is_ascii && name.is_ascii()))
    }
}

fn first_alike<'a>(
    claimed: &BTreeSet<String>,
    mut names: impl Iterator<Item = &'a str>,
) -> Option<String> {
    names
        .find(|name| !claimed.is_disjoint(&skeletons(name)))
        .map(str::to_owned)
}

fn skeletons(folded: &str) -> BTreeSet<String> {
    WRITINGS
        .iter()
        .map(|write| skeleton(&write(folded)))
        .collect()
}

/// `#paul` as `#Paul`.
fn capitalized(folded: &str) -> String {
    let start = folded.find(char::is_alphanumeric).unwrap_or(folded.len());
    let (before, name) = folded.split_at(start);
    let mut letters = name.chars();
    let first = letters.next().map(capital);
    before.chars().chain(first).chain(letters).collect()
}

fn capitals(folded: &str) -> String {
    folded.chars().map(capital).collect()
}

/// The capital of a letter, where that is one letter: `straße` in capitals is not `STRASSE`, since
/// nobody's name is ever shown so.
fn capital(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::name::Nick;
    use proptest::prelude::*;

    /// What the claimed name looks like, with these names in use; all as people typed them.
    fn clash(claimed: &str, in_use: &[&str]) -> Option<String> {
        let fold = |name: &str| Nick::parse(name).unwrap().folded().to_owned();
        let in_use: Vec<String> = in_use.iter().map(|name| fold(name)).collect();
        let mut index = Lookalikes::default();
        in_use.iter().for_each(|name| index.insert(name));
        let ascii = in_use
            .iter()
            .map(String::as_str)
            .filter(|name| name.is_ascii());
        index.clash(&fold(claimed), ascii)
    }

    #[test]
    fn who_looks_like_whom() {
        #[rustfmt::skip]
        let cases = [
            // claimed, in use, looks like
            ("раul",    "paul",    true),  // Cyrillic ра
            ("paul",    "раul",    true),
            ("Раul",    "PAUL",    true),
            ("ТОМ",     "tom",     true),  // alike in capitals only
            ("tom",     "ТОМ",     true),
            ("Тгее",    "tree",    true),  // alike with one capital only
            ("ѕсоре",   "scope",   true),
            ("οlga",    "оlga",    true),  // Greek ο, Cyrillic о: neither is ASCII
            ("ıan",     "ian",     true),  // dotless i
            ("paul",    "PAUL",    false), // the same name
            ("раul",    "РАul",    false),
            ("pau1",    "paul",    false), // both are ASCII
            ("rn",      "m",       false),
            ("josé",    "jose",    false),
            ("straße",  "strasse", false),
            ("Анна",    "anna",    false),
            ("李",      "ann",     false),
        ];
        for (claimed, in_use, alike) in cases {
            let folded = Nick::parse(in_use).unwrap().folded().to_owned();
            assert_eq!(
                clash(claimed, &[in_use]),
                alike.then_some(folded),
                "{claimed} {in_use}"
            );
        }
    }

    #[test]
    fn a_name_clashes_with_the_first_other_one() {
        assert_eq!(
            clash("раul", &["раul", "bob", "paul", "pau1"]),
            Some("paul".to_owned())
        );
        assert_eq!(
            clash("paul", &["paul", "раul", "pаul"]),
            Some("pаul".to_owned())
        );
    }

    #[test]
    fn removed_names_are_forgotten() {
        let mut index = Lookalikes::default();
        for name in ["раul", "раul", "pаul", "paul"] {
            index.insert(name);
        }
        index.remove("pаul");
        index.remove("nobody");
        index.remove("ольга");
        assert_eq!(
            index.clash("paul", std::iter::empty()),
            Some("раul".to_owned())
        );
        index.remove("раul");
        assert_eq!(index, Lookalikes::default());
    }

    #[test]
    fn skeletons_that_are_ascii_are_counted() {
        let mut index = Lookalikes::default();
        index.insert("josé");
        index.insert("李");
        assert_eq!(index.ascii, 0);
        index.insert("раul");
        index.insert("pаul");
        assert_ne!(index.ascii, 0);
        let ascii = index.by_skeleton.keys().filter(|key| key.is_ascii());
        assert_eq!(index.ascii, ascii.count());
        index.remove("раul");
        assert!(index.clash("paul", std::iter::empty()).is_some());
        index.remove("pаul");
        assert_eq!(index.ascii, 0);
    }

    #[test]
    fn ascii_names_have_ascii_skeletons_and_are_not_kept() {
        for c in ('\0'..='\x7f').map(String::from) {
            assert!(
                skeletons(&c).iter().all(|skeleton| skeleton.is_ascii()),
                "{c:?}"
            );
        }
        let mut index = Lookalikes::default();
        index.insert("paul");
        assert_eq!(index, Lookalikes::default());
    }

    #[test]
    fn ascii_names_are_asked_for_only_if_the_claimed_one_looks_ascii() {
        let not_asked = || std::iter::from_fn(|| panic!("asked"));
        assert_eq!(Lookalikes::default().clash("paul", not_asked()), None);
        assert_eq!(Lookalikes::default().clash("josé", not_asked()), None);
        assert_eq!(Lookalikes::default().clash("李", not_asked()), None);
    }

    #[test]
    fn channels_are_capitalized_behind_their_sigil() {
        let mut index = Lookalikes::default();
        index.insert("#тгее");
        assert_eq!(
            index.clash("#tree", std::iter::empty()),
            Some("#тгее".to_owned())
        );
        assert_eq!(capitalized("#ábc d"), "#Ábc d");
    }

    #[test]
    fn owned_names_clash_as_those_in_use_do() {
        let fold = |name: &str| Nick::parse(name).unwrap().folded().to_owned();
        let mut owned = Owned::default();
        for name in ["paul", "bob", "раul", "Änn", "pau1"] {
            owned.insert(&fold(name));
        }
        let alike = |owned: &Owned, name: &str| -> Vec<String> {
            let found: BTreeSet<&str> = owned.alike(name).collect();
            found.into_iter().map(str::to_owned).collect()
        };
        assert_eq!(alike(&owned, &fold("pаul")), ["pau1", "paul", "раul"]);
        assert_eq!(alike(&owned, "paul"), ["раul"]);
        assert_eq!(alike(&owned, "bоb"), ["bob"]);
        assert!(alike(&owned, "b0b").is_empty() && alike(&owned, "carol").is_empty());
        owned.remove(&fold("раul"));
        assert_eq!(owned.ascii, 0);
        assert!(alike(&owned, "paul").is_empty());
        for name in ["paul", "bob", "Änn", "pau1", "nobody"] {
            owned.remove(&fold(name));
        }
        assert_eq!(owned, Owned::default());
    }

    proptest! {
        #[test]
        fn alike_is_mutual_and_what_goes_in_comes_out(a in "\\p{L}{1,3}|[a-zа-я]{1,3}", b in "\\p{L}{1,3}|[a-zа-я]{1,3}") {
            let (Ok(a), Ok(b)) = (Nick::parse(&a), Nick::parse(&b)) else { return Ok(()) };
            prop_assert_eq!(clash(a.as_str(), &[b.as_str()]).is_some(), clash(b.as_str(), &[a.as_str()]).is_some());
            let mut index = Lookalikes::default();
            index.insert(a.folded());
            index.insert(b.folded());
            index.remove(a.folded());
            index.remove(b.folded());
            prop_assert_eq!(index, Lookalikes::default());
        }
    }
}
