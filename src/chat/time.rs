//! Moments, and what a clock on the wall shows at them.
//!
//! Nothing here knows what time it is. Time is an argument: [`Now`] is read once per turn of the
//! event loop and handed down, and the [`Zone`] comes from the configuration.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

const DAY_SECONDS: i64 = 24 * 60 * 60;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The names of the days, Monday first, as [`Civil::weekday`] counts them.
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

#[rustfmt::skip]
const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
];

/// The present moment, on two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// Milliseconds since the server started; never goes back. For pace, time-outs and deadlines.
    pub mono_ms: u64,
    /// Milliseconds since the beginning of 1970, UTC; may jump. For stamps, and for times that
    /// people name.
    pub wall_ms: u64,
}

/// A time zone: what turns a moment into a time of day, and back. Cloning it is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// There is no time zone of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone(pub String);

impl Zone {
    /// The zone given by `jiff`.
    pub fn new(zone: TimeZone) -> Self {
        Self(zone)
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone of this IANA name, such as `Europe/Berlin`, from the machine's time zone database.
    ///
    /// # Errors
    /// If the database has no such zone, or the machine has no database.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
        zone.map(Self).ok_or_else(|| UnknownZone(name.to_owned()))
    }

    /// What calendar and clock show in this zone at a moment in Unix milliseconds. A moment past
    /// the year 9999 shows the last one in it.
    pub fn civil(&self, wall_ms: u64) -> Civil {
        let moment = timestamp(wall_ms);
        Civil::new(moment, self.0.to_offset(moment))
    }

    /// The next moment, in Unix milliseconds and strictly after `now_wall_ms`, at which the clock
    /// shows this hour (0 to 23) and minute (0 to 59); larger numbers are taken for the largest.
    ///
    /// When clocks go back, a time comes twice and each counts. When they go forward over the time
    /// asked for, it is as much later as the clocks were moved (RFC 5545's reading, which `jiff`
    /// calls compatible): 02:30 is at 03:30.
    pub fn next(&self, now_wall_ms: u64, hour: u8, minute: u8) -> u64 {
        let now = timestamp(now_wall_ms);
        let here = self.0.to_datetime(now);
        let (hour, minute) = (hour.min(23) as i8, minute.min(59) as i8);
        let days = [Some(here.date()), here.date().tomorrow().ok()];
        let moments = days
            .into_iter()
            .flatten()
            .flat_map(|day| self.moments(day.at(hour, minute, 0, 0)));
        let is_next = |&(at, moment): &(DateTime, Timestamp)| {
            // A time that clocks skipped this morning is over once they have.
            moment > now && (at > here || self.0.to_datetime(moment) == at)
        };
        let found = moments
            .filter(is_next)
            .map(|(_, moment)| moment.as_millisecond())
            .next();
        found
            .and_then(|ms| u64::try_from(ms).ok())
            .unwrap_or(now_wall_ms.saturating_add(DAY_MS))
    }

    /// When the clock showed this hour and minute so many days before the day of `now_wall_ms`, in
    /// Unix milliseconds: a time that clocks skipped is read as [`Zone::next`] reads it.
    pub fn days_ago(&self, now_wall_ms: u64, days: u32, hour: u8, minute: u8) -> u64 {
        let mut day = Some(self.0.to_datetime(timestamp(now_wall_ms)).date());
        for _ in 0..days {
            day = day.and_then(|day| day.yesterday().ok());
        }
        day.and_then(|day| self.first(day, hour, minute))
            .unwrap_or(0)
    }

    /// When the clock shows this hour and minute on a day of the calendar, in Unix milliseconds;
    /// nothing if there is no such day.
    pub fn on(&self, year: i16, month: u8, day: u8, hour: u8, minute: u8) -> Option<u64> {
        let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?);
        self.first(date.ok()?, hour, minute)
    }

    fn first(&self, day: Date, hour: u8, minute: u8) -> Option<u64> {
        let (hour, minute) = (hour.min(23) as i8, minute.min(59) as i8);
        let (_, moment) = self.moments(day.at(hour, minute, 0, 0)).next()?;
        u64::try_from(moment.as_millisecond()).ok()
    }

    /// When the clock shows `at`: once, or twice as clocks go back.
    fn moments(&self, at: DateTime) -> impl Iterator<Item = (DateTime, Timestamp)> {
        let ambiguous = self.0.to_ambiguous_timestamp(at);
        let readings = [ambiguous.compatible(), ambiguous.later()];
        readings
            .into_iter()
            .flatten()
            .map(move |moment| (at, moment))
    }
}

fn timestamp(wall_ms: u64) -> Timestamp {
    let moment = i64::try_from(wall_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    moment.unwrap_or(Timestamp::MAX)
}

/// What calendar and clock show at a moment in some zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Civil {
    /// 1970 to 9999 (or 1969, for a few hours west of Greenwich).
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 is Monday, 6 is Sunday.
    pub weekday: u8,
    /// How far local time is ahead of UTC, in seconds; negative west of Greenwich.
    pub offset_seconds: i32,
    /// Days since 1 January 1970 in local time; a new one means that a new day has begun here.
    pub day_number: u32,
}

impl Civil {
    fn new(moment: Timestamp, offset: Offset) -> Self {
        let shown = offset.to_datetime(moment);
        let local_seconds = moment.as_second() + i64::from(offset.seconds());
        Self {
            year: shown.year(),
            month: shown.month().unsigned_abs(),
            day: shown.day().unsigned_abs(),
            hour: shown.hour().unsigned_abs(),
            minute: shown.minute().unsigned_abs(),
            second: shown.second().unsigned_abs(),
            weekday: shown.weekday().to_monday_zero_offset().unsigned_abs(),
            offset_seconds: offset.seconds(),
            day_number: u32::try_from(local_seconds.div_euclid(DAY_SECONDS)).unwrap_or(0),
        }
    }

    /// Appends the time of day: `09:15`.
    pub fn write_hh_mm(&self, out: &mut String) {
        write_padded(out, self.hour.into(), 2);
        out.push(':');
        write_padded(out, self.minute.into(), 2);
    }

    /// Appends date, time and offset by RFC 3339: `2026-11-23T09:15:02+01:00`.
    pub fn write_iso(&self, out: &mut String) {
        write_padded(out, self.year.unsigned_abs().into(), 4);
        out.push('-');
        write_padded(out, self.month.into(), 2);
        out.push('-');
        write_padded(out, self.day.into(), 2);
        out.push('T');
        self.write_hh_mm(out);
        out.push(':');
        write_padded(out, self.second.into(), 2);
        self.write_offset(out);
    }

    /// Offsets that are not in whole minutes, as they were a century ago, lose their seconds.
    fn write_offset(&self, out: &mut String) {
        let minutes = self.offset_seconds.unsigned_abs() / 60;
        out.push(if self.offset_seconds < 0 { '-' } else { '+' });
        write_padded(out, minutes / 60, 2);
        out.push(':');
        write_padded(out, minutes % 60, 2);
    }

    /// Appends the date as people say it: `Monday, 23 November 2026`.
    pub fn write_date(&self, out: &mut String) {
        out.push_str(WEEKDAYS[usize::from(self.weekday) % WEEKDAYS.len()]);
        out.push_str(", ");
        write_padded(out, self.day.into(), 1);
        out.push(' ');
        out.push_str(MONTHS[usize::from(self.month.saturating_sub(1)) % MONTHS.len()]);
        out.push(' ');
        write_padded(out, self.year.unsigned_abs().into(), 4);
    }
}

/// Appends a moment in Unix milliseconds as date and time in UTC, with milliseconds (ISO 8601:2004(E),
/// section 4.3.2, as IRCv3's server-time has it): `2026-11-23T08:15:02.999Z`.
pub fn write_utc(at_ms: u64, out: &mut String) {
    let shown = Offset::UTC.to_datetime(timestamp(at_ms));
    write_padded(out, shown.year().unsigned_abs().into(), 4);
    for (sign, number, digits) in [
        ('-', shown.month().unsigned_abs().into(), 2),
        ('-', shown.day().unsigned_abs().into(), 2),
        ('T', shown.hour().unsigned_abs().into(), 2),
        (':', shown.minute().unsigned_abs().into(), 2),
        (':', shown.second().unsigned_abs().into(), 2),
        ('.', shown.millisecond().unsigned_abs().into(), 3),
    ] {
        out.push(sign);
        write_padded(out, number, digits);
    }
    out.push('Z');
}

/// Reads a moment as [`write_utc`] writes it, also without milliseconds: in Unix milliseconds.
pub fn read_utc(text: &str) -> Option<u64> {
    let looks_like_it = text.len() >= "2026-11-23T08:15:02Z".len() && text.ends_with('Z');
    let moment: Timestamp = text.parse().ok().filter(|_| looks_like_it)?;
    u64::try_from(moment.as_millisecond()).ok()
}

/// Appends a number in at least so many digits.
fn write_padded(out: &mut String, number: u32, digits: u32) {
    if number >= 10 || digits > 1 {
        write_padded(out, number / 10, digits.saturating_sub(1));
    }
    out.extend(char::from_digit(number % 10, 10));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Central European Time by its rules, so that the tests need no database.
    fn berlin() -> Zone {
        posix("CET-1CEST,M3.5.0,M10.5.0/3")
    }

    fn posix(rules: &str) -> Zone {
        Zone::new(TimeZone::posix(rules).unwrap())
    }

    fn ms(text: &str) -> u64 {
        text.parse::<Timestamp>()
            .unwrap()
            .as_millisecond()
            .try_into()
            .unwrap()
    }

    fn written(zone: &Zone, wall_ms: u64) -> [String; 3] {
        let mut out = [const { String::new() }; 3];
        let civil = zone.civil(wall_ms);
        civil.write_hh_mm(&mut out[0]);
        civil.write_iso(&mut out[1]);
        civil.write_date(&mut out[2]);
        out
    }

    #[test]
    fn what_calendar_and_clock_show() {
        #[rustfmt::skip]
        let cases = [

            (berlin(), "2026-11-23T08:15:02.999Z", ["09:15", "2026-11-23T09:15:02+01:00", "Monday, 23 November 2026"]),
            (berlin(), "2026-07-31T22:00:00Z", ["00:00", "2026-08-01T00:00:00+02:00", "Saturday, 1 August 2026"]),
            (Zone::utc(), "1970-01-01T00:00:00Z", ["00:00", "1970-01-01T00:00:00+00:00", "Thursday, 1 January 1970"]),
            (posix("NST3:30"), "2024-02-29T03:00:00Z", ["23:30", "2024-02-28T23:30:00-03:30", "Wednesday, 28 February 2024"]),
            (posix("NPT-5:45"), "2027-02-28T23:59:59Z", ["05:44", "2027-03-01T05:44:59+05:45", "Monday, 1 March 2027"]),
        ];
        for (zone, moment, expected) in cases {
            assert_eq!(written(&zone, ms(moment)), expected);
        }
    }

    #[test]
    fn moments_are_written_in_utc() {
        for moment in ["2026-11-23T08:15:02.999Z", "1970-01-01T00:00:00.000Z"] {
            let mut out = String::new();
            write_utc(ms(moment), &mut out);
            assert_eq!(out, moment);
            assert_eq!(read_utc(moment), Some(ms(moment)));
        }
        assert_eq!(read_utc("1970-01-01T00:00:01Z"), Some(1_000));
        for text in [
            "",
            "*",
            "2026-11-23",
            "2026-11-23T08:15:02+01:00",
            "1969-01-01T00:00:00Z",
        ] {
            assert_eq!(read_utc(text), None, "{text}");
        }
    }

    #[test]
    fn civil_is_plain_data() {
        let expected = Civil {
            year: 2026,
            month: 11,
            day: 23,
            hour: 9,
            minute: 15,
            second: 2,
            weekday: 0,
            offset_seconds: 3600,
            day_number: 20_780,
        };
        let civil = berlin().civil(ms("2026-11-23T08:15:02Z"));
        assert_eq!(civil, expected);
        let stored = postcard::to_stdvec(&civil).unwrap();
        assert_eq!(postcard::from_bytes::<Civil>(&stored).unwrap(), expected);
    }

    #[test]
    fn days_begin_at_local_midnight() {
        let day = |zone: &Zone, moment| zone.civil(ms(moment)).day_number;
        assert_eq!(day(&Zone::utc(), "1970-01-01T23:59:59.999Z"), 0);
        assert_eq!(day(&berlin(), "1970-01-01T22:59:59.999Z"), 0);
        assert_eq!(day(&berlin(), "1970-01-01T23:00:00Z"), 1);
        assert_eq!(day(&posix("EST5"), "1970-01-01T00:00:00Z"), 0);
        assert_eq!(day(&posix("EST5"), "1970-01-03T04:59:59Z"), 1);
    }

    #[test]
    fn the_next_time_a_clock_shows() {
        #[rustfmt::skip]
        let cases = [
            // now, asked for, then
            ("2026-11-23T08:15:02Z",     13,  0, "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00Z",     13,  0, "2026-11-24T12:00:00Z"),
            ("2026-11-23T11:59:59.999Z", 13,  0, "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00.001Z", 13,  0, "2026-11-24T12:00:00Z"),
            ("2026-12-31T22:30:00Z",      0,  0, "2026-12-31T23:00:00Z"),
            ("2026-11-23T08:15:02Z",     99, 99, "2026-11-23T22:59:00Z"),
            // Clocks go forward at 02:00 (01:00 UTC) to 03:00.
            ("2026-03-29T00:59:00Z",      2, 30, "2026-03-29T01:30:00Z"),
            ("2026-03-29T01:10:00Z",      2, 30, "2026-03-30T00:30:00Z"),
            ("2026-03-29T00:59:00Z",      3, 30, "2026-03-29T01:30:00Z"),
            ("2026-03-28T12:00:00Z",     12, 30, "2026-03-29T10:30:00Z"),
            // Clocks go back at 03:00 (01:00 UTC) to 02:00.
            ("2026-10-25T00:10:00Z",      2, 30, "2026-10-25T00:30:00Z"),
            ("2026-10-25T00:40:00Z",      2, 30, "2026-10-25T01:30:00Z"),
            ("2026-10-25T01:10:00Z",      2, 30, "2026-10-25T01:30:00Z"),
            ("2026-10-25T01:40:00Z",      2, 30, "2026-10-26T01:30:00Z"),
        ];
        for (now, hour, minute, then) in cases {
            assert_eq!(
                berlin().next(ms(now), hour, minute),
                ms(then),
                "{now} {hour}:{minute}"
            );
        }
    }

    #[test]
    fn the_end_of_time_is_no_trouble() {
        assert_eq!(written(&Zone::utc(), u64::MAX)[0], "22:00");
        assert_eq!(Zone::utc().next(u64::MAX, 12, 0), u64::MAX);
    }

    #[test]
    fn zones_have_names() {
        assert_eq!(Zone::named("UTC"), Ok(Zone::utc()));
        for name in ["Europe/Atlantis", "", "../etc/passwd", "Etc/Unknown"] {
            assert_eq!(Zone::named(name), Err(UnknownZone(name.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn next_is_soon_and_is_shown(now in 0..4_102_444_800_000_u64, hour in 0..24_u8, minute in 0..60_u8) {
            for zone in [Zone::utc(), berlin(), posix("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")] {
                let next = zone.next(now, hour, minute);
                prop_assert!(now < next && next <= now + DAY_MS + 2 * 60 * 60 * 1000);
                let civil = zone.civil(next);
                prop_assert_eq!(civil.second, 0);
                let skipped = hour == 2;
                prop_assert!(skipped || (civil.hour, civil.minute) == (hour, minute));
            }
        }

        #[test]
        fn any_moment_can_be_written(moment in any::<u64>()) {
            prop_assert_eq!(written(&berlin(), moment)[1].len(), "2026-11-23T09:15:02+01:00".len());
        }
    }
}
