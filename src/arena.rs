//! Slab slots with generations: keys that never mean somebody else.
//!
//! A key is a slot and the generation of its tenant in one integer. A slot that is used again has
//! another generation, so a key of its former tenant finds nothing. The same integer is the
//! connection's id in the log and the event loop's token.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use slab::Slab;

/// A slot (low 32 bits) and the generation of its tenant (high 32 bits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(u64);

impl Key {
    fn new(slot: usize, generation: u32) -> Self {
        let slot = u32::try_from(slot).expect("fewer than 2^32 tenants fit in memory");
        Self(u64::from(generation) << 32 | u64::from(slot))
    }

    /// The key whose [`Key::bits`] these are.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The key as one integer.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Where in its arena the tenant lives.
    pub const fn slot(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.slot(), self.generation())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Declares a key type of its own for one kind of tenant.
macro_rules! key_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub struct $name($crate::arena::Key);

        impl From<$crate::arena::Key> for $name {
            fn from(key: $crate::arena::Key) -> Self {
                Self(key)
            }
        }

        impl From<$name> for $crate::arena::Key {
            fn from(key: $name) -> Self {
                key.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
pub(crate) use key_type;

/// Tenants `T` under keys `K`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Arena<K, T> {
    slots: Slab<(u32, T)>,
    /// Given to the next tenant: never the same twice for one slot within 2^32 insertions.
    next_generation: u32,
    keys: PhantomData<K>,
}

impl<K, T> Default for Arena<K, T> {
    fn default() -> Self {
        Self {
            slots: Slab::new(),
            next_generation: 0,
            keys: PhantomData,
        }
    }
}

impl<K: Copy + From<Key> + Into<Key>, T> Arena<K, T> {
    /// Takes `tenant` in and says under which key.
    pub fn insert(&mut self, tenant: T) -> K {
        let generation = self.next_generation;
        self.next_generation = generation.wrapping_add(1);
        Key::new(self.slots.insert((generation, tenant)), generation).into()
    }

    /// The key that the next [`Arena::insert`] will give.
    pub fn next_key(&self) -> K {
        Key::new(self.slots.vacant_key(), self.next_generation).into()
    }

    /// The tenant, if it is still there.
    pub fn get(&self, key: K) -> Option<&T> {
        let key = key.into();
        match self.slots.get(key.slot()) {
            Some((generation, tenant)) if *generation == key.generation() => Some(tenant),
            _ => None,
        }
    }

    /// The tenant, if it is still there, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut T> {
        let key = key.into();
        match self.slots.get_mut(key.slot()) {
            Some((generation, tenant)) if *generation == key.generation() => Some(tenant),
            _ => None,
        }
    }

    /// Lets the tenant go and hands it back.
    pub fn remove(&mut self, key: K) -> Option<T> {
        self.get(key)?;
        let (_, tenant) = self.slots.remove(key.into().slot());
        if self.slots.is_empty() {
            self.slots.shrink_to_fit();
        }
        Some(tenant)
    }

    /// How many tenants there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no tenant.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The key of a slot's tenant.
    pub fn key_at(&self, slot: usize) -> Option<K> {
        let (generation, _) = self.slots.get(slot)?;
        Some(Key::new(slot, *generation).into())
    }

    /// All tenants in the order of their slots.
    pub fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.slots
            .iter()
            .map(|(slot, (generation, tenant))| (Key::new(slot, *generation).into(), tenant))
    }

    /// All keys in the order of their slots.
    pub fn keys(&self) -> Vec<K> {
        self.iter().map(|(key, _)| key).collect()
    }
}

/// Something of each tenant of an arena, kept beside it under the same keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct Beside<K, T> {
    slots: Vec<Option<(u32, T)>>,
    keys: PhantomData<K>,
}

impl<K, T> Default for Beside<K, T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            keys: PhantomData,
        }
    }
}

impl<K: Copy + From<Key> + Into<Key>, T> Beside<K, T> {
    /// Puts `thing` under `key`, in place of what was there.
    pub fn put(&mut self, key: K, thing: T) {
        let key = key.into();
        if self.slots.len() <= key.slot() {
            self.slots.resize_with(key.slot() + 1, || None);
        }
        self.slots[key.slot()] = Some((key.generation(), thing));
    }

    /// What is under `key`.
    pub fn get(&self, key: K) -> Option<&T> {
        let key = key.into();
        match self.slots.get(key.slot()) {
            Some(Some((generation, thing))) if *generation == key.generation() => Some(thing),
            _ => None,
        }
    }

    /// What is under `key`, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut T> {
        let key = key.into();
        match self.slots.get_mut(key.slot()) {
            Some(Some((generation, thing))) if *generation == key.generation() => Some(thing),
            _ => None,
        }
    }

    /// Takes what is under `key`.
    pub fn take(&mut self, key: K) -> Option<T> {
        self.get(key)?;
        let (_, thing) = self.slots[key.into().slot()].take()?;
        while matches!(self.slots.last(), Some(None)) {
            self.slots.pop();
        }
        if self.slots.len() * 4 < self.slots.capacity() {
            self.slots.shrink_to(self.slots.len() * 2);
        }
        Some(thing)
    }

    /// All keys in the order of their slots.
    pub fn keys(&self) -> Vec<K> {
        let taken = self.slots.iter().enumerate();
        taken
            .filter_map(|(slot, entry)| {
                entry
                    .as_ref()
                    .map(|(generation, _)| Key::new(slot, *generation).into())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_tenants_key_finds_nothing() {
        let mut arena: Arena<Key, &str> = Arena::default();
        let ann = arena.insert("ann");
        assert_eq!(arena.remove(ann), Some("ann"));
        let bob = arena.insert("bob");
        assert_eq!(ann.slot(), bob.slot());
        assert_eq!(arena.get(ann), None);
        assert_eq!(arena.remove(ann), None);
        assert_eq!(arena.get(bob), Some(&"bob"));
        assert_eq!(Key::from_bits(bob.bits()), bob);
    }

    #[test]
    fn the_next_key_is_known_beforehand() {
        let mut arena: Arena<Key, u8> = Arena::default();
        let first = arena.insert(1);
        arena.insert(2);
        arena.remove(first);
        let next = arena.next_key();
        assert_eq!(arena.insert(3), next);
    }
}
