//! What hallway remembers: an SQLite database on threads of its own, never in the way of the loop.

pub mod vocabulary;
