//! "Did you mean": the known word nearest to one that is not known.

/// The candidate within a third of the word's letters in edits (at least one), or none.
/// Of several equally near, the first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let most_edits = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let edits = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (edits, candidate)
        })
        .filter(|(edits, _)| *edits <= most_edits)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// `a, b and c`.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let known = ["plain", "irc", "name", "send-queue"];
        for (word, expected) in [
            ("nmae", Some("name")),
            ("NAME", Some("name")),
            ("irk", Some("irc")),
            ("send_queue", Some("send-queue")),
            ("sendqueue", Some("send-queue")),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }

    #[test]
    fn lists_words_as_a_sentence_does() {
        for (words, expected) in [
            (&[][..], "none"),
            (&["a"], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c"], "a, b and c"),
        ] {
            assert_eq!(listed(words.iter().copied()), expected);
        }
    }
}
