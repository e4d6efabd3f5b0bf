//! How the words of a message are added to it: a text is copied, without the detour by way of
//! [`std::fmt`], which costs several times as much and is taken by a dozen words of each line.

use std::fmt::{Arguments, Write};
use std::sync::Arc;

use crate::chat::name::{ChannelName, Nick};
use crate::chat::user::Identity;

/// Something that can be a word or a text of a message.
pub trait Spell {
    /// Adds it.
    fn spell(&self, out: &mut String);
}

impl<T: Spell + ?Sized> Spell for &T {
    fn spell(&self, out: &mut String) {
        (**self).spell(out);
    }
}

impl<T: Spell + ?Sized> Spell for Arc<T> {
    fn spell(&self, out: &mut String) {
        (**self).spell(out);
    }
}

impl Spell for str {
    fn spell(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Spell for String {
    fn spell(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Spell for char {
    fn spell(&self, out: &mut String) {
        out.push(*self);
    }
}

impl Spell for Nick {
    fn spell(&self, out: &mut String) {
        out.push_str(self.as_str());
    }
}

impl Spell for ChannelName {
    fn spell(&self, out: &mut String) {
        out.push_str(self.as_str());
    }
}

impl Spell for Identity {
    fn spell(&self, out: &mut String) {
        out.push_str(self.nick.as_str());
        out.push('!');
        out.push_str(self.origin());
    }
}

/// What has to be formatted.
macro_rules! spelled_by_fmt {
    ($($kind:ty),+) => {$(
        impl Spell for $kind {
            fn spell(&self, out: &mut String) {
                let _ = write!(out, "{self}");
            }
        }
    )+};
}

spelled_by_fmt!(Arguments<'_>, u32, u64, usize, i32);
