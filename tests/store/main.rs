//! The store with a real file, by what it is told, asked and answers.
//!
//! Nothing sleeps: whoever waits, waits for the store to wake them, with a limit to their patience.

mod accounts;
mod announcements;
mod forgetting;
mod keeping;
mod kept;
mod lines;
mod list;
mod migrating;
mod model;
mod opening;
mod outage;
mod rights;
mod searching;
mod shelf;
