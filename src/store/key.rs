//! The number under which a line stands: its id in one integer, so that the order of the table, of
//! its index and of the index of words is the order of saying.
//!
//! From the highest bit down: 42 bits of milliseconds (until the year 2109), 16 of counter, 6 of
//! site. The highest bit is turned round, since SQLite's integers have a sign.

use crate::chat::vocabulary::MessageId;

use super::vocabulary::Point;

/// How many sites a store tells apart: their numbers are below this.
pub const SITES_MAX: u16 = 64;

const SITE_BITS: u32 = 6;
const COUNTER_BITS: u32 = 16;
const MS_END: u64 = 1 << (u64::BITS - SITE_BITS - COUNTER_BITS);
const SIGN: u64 = 1 << 63;

/// Some lines that follow each other; the ends are among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Keys {
    pub(super) const ALL: Self = Self {
        from: i64::MIN,
        to: i64::MAX,
    };

    /// Those later than one point and earlier than another.
    pub(super) fn between(after: Option<Point>, before: Option<Point>) -> Self {
        Self {
            from: after.map_or(i64::MIN, first_after),
            to: before.map_or(i64::MAX, |point| first_from(point).saturating_sub(1)),
        }
    }

    /// Those not older than a moment.
    pub(super) fn since(ms: u64) -> Self {
        Self {
            from: first_from(Point::Moment(ms)),
            to: i64::MAX,
        }
    }

    /// Those in both.
    pub(super) fn within(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: self.to.min(other.to),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.from > self.to
    }

    /// Those before a key, and the others.
    pub(super) fn split(self, key: i64) -> (Self, Self) {
        let before = Self {
            to: self.to.min(key.saturating_sub(1)),
            ..self
        };
        let rest = Self {
            from: self.from.max(key),
            ..self
        };
        (before, rest)
    }
}

/// The key of a line; none if its id has a moment or a site that is out of bounds.
pub(super) fn of(id: MessageId) -> Option<i64> {
    (id.ms < MS_END && id.site < SITES_MAX).then(|| packed(id))
}

/// The id of the line under a key.
pub(super) fn id(key: i64) -> MessageId {
    let bits = key.cast_unsigned() ^ SIGN;
    let part = |shift: u32, bits_wide: u32| {
        let value = (bits >> shift) & ((1 << bits_wide) - 1);
        u16::try_from(value).expect("a part has at most 16 bits")
    };
    MessageId {
        ms: bits >> (SITE_BITS + COUNTER_BITS),
        counter: part(SITE_BITS, COUNTER_BITS),
        site: part(0, SITE_BITS),
    }
}

/// The least key that a line at this point or later can have.
pub(super) fn first_from(point: Point) -> i64 {
    match point {
        Point::Message(id) => first_of(id),
        Point::Moment(ms) => first_of(start_of(ms)),
    }
}

fn first_after(point: Point) -> i64 {
    match point {
        Point::Message(id) if of(id).is_some() => packed(id).saturating_add(1),
        Point::Message(id) => first_of(id),
        Point::Moment(ms) => first_of(start_of(ms.saturating_add(1))),
    }
}

fn start_of(ms: u64) -> MessageId {
    MessageId {
        ms,
        ..MessageId::default()
    }
}

fn first_of(id: MessageId) -> i64 {
    if id.ms >= MS_END {
        return i64::MAX;
    }
    if id.site < SITES_MAX {
        return packed(id);
    }
    let site = SITES_MAX - 1;
    packed(MessageId { site, ..id }).saturating_add(1)
}

fn packed(id: MessageId) -> i64 {
    let bits = (id.ms << (COUNTER_BITS + SITE_BITS))
        | (u64::from(id.counter) << SITE_BITS)
        | u64::from(id.site);
    (bits ^ SIGN).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids() -> impl Strategy<Value = MessageId> {
        (0..MS_END, any::<u16>(), 0..SITES_MAX).prop_map(|(ms, counter, site)| MessageId {
            ms,
            counter,
            site,
        })
    }

    #[test]
    fn what_is_out_of_bounds_has_no_key() {
        let sound = MessageId {
            ms: MS_END - 1,
            counter: u16::MAX,
            site: SITES_MAX - 1,
        };
        assert_eq!(of(sound), Some(i64::MAX));
        assert_eq!(of(MessageId::default()), Some(i64::MIN));
        let [late, far] = [
            MessageId {
                ms: MS_END,
                ..sound
            },
            MessageId {
                site: SITES_MAX,
                ..sound
            },
        ];
        assert_eq!((of(late), of(far)), (None, None));
    }

    proptest! {
        #[test]
        fn keys_are_ids_in_their_order(one in ids(), other in ids()) {
            let keys = [one, other].map(|id| of(id).expect("in bounds"));
            prop_assert_eq!(keys.map(id), [one, other]);
            prop_assert_eq!(keys[0].cmp(&keys[1]), one.cmp(&other));
        }

        #[test]
        fn points_are_left_out_on_both_sides(line in ids(), mut point in ids(), site in any::<u16>()) {
            point.site = site;
            let key = of(line).expect("in bounds");
            let holds = |keys: Keys| keys.within(Keys { from: key, to: key }).from == key && keys.to >= key;
            prop_assert_eq!(holds(Keys::between(Some(Point::Message(point)), None)), line > point);
            prop_assert_eq!(holds(Keys::between(None, Some(Point::Message(point)))), line < point);
            prop_assert_eq!(holds(Keys::between(Some(Point::Moment(point.ms)), None)), line.ms > point.ms);
            prop_assert_eq!(holds(Keys::between(None, Some(Point::Moment(point.ms)))), line.ms < point.ms);
            prop_assert_eq!(holds(Keys::since(point.ms)), line.ms >= point.ms);
        }
    }
}
