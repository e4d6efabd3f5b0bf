//! What operators of the server are told of the store. `tests/network/outage.rs` hears it: a
//! conversation has no disk that takes nothing.

/// To operators of the server: nothing, or not all, is kept from now on.
pub fn fails(trouble: &str) -> String {
    format!(
        "The history is in trouble: {trouble}. Chat goes on; what cannot be kept meanwhile is counted."
    )
}

/// To operators of the server: all is kept again.
pub fn works(lost: u64) -> String {
    match lost {
        0 => "The history is kept again; nothing was lost.".to_owned(),
        1 => "The history is kept again; 1 line or other thing was lost.".to_owned(),
        lost => format!("The history is kept again; {lost} lines and other things were lost."),
    }
}

/// To operators of the server: how the store is.
pub fn report(stored: u64, lost: u64, waiting: usize, trouble: Option<&str>) -> String {
    let trouble = trouble.map_or_else(String::new, |trouble| format!(" Trouble: {trouble}."));
    format!(
        "The history since the start: {stored} lines kept, {lost} lost, {waiting} waiting to be \
         written.{trouble}"
    )
}
