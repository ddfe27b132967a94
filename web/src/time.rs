//! Moments and spans as people read them. Moments are written by the browser's `Intl`, which knows
//! every language; spans are ours, because they tick.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use shared::Instant;
use wasm_bindgen::{JsCast, JsValue};

use crate::i18n::{Key, Locale, fill, locale, text};

const SECOND: f64 = 1_000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// What of a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// 10:07
    Clock,
    /// Mon
    Weekday,
    /// 3 Nov
    ShortDay,
    /// Monday 3 November
    LongDay,
    /// 3 November 2026 at 10:07
    Whole,
}

impl Style {
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Clock => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Weekday => &[("weekday", "short")],
            Self::ShortDay => &[("day", "numeric"), ("month", "short")],
            Self::LongDay => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Self::Whole => &[("dateStyle", "long"), ("timeStyle", "short")],
        }
    }
}

thread_local! {
    // Making a formatter costs a thousand times what using one does.
    static FORMATS: RefCell<Vec<(Locale, Style, Function)>> = const { RefCell::new(Vec::new()) };
}

fn write(at_ms: f64, style: Style) -> String {
    let locale = locale();
    let format = FORMATS.with_borrow_mut(|formats| {
        let known = formats.iter().find(|(l, s, _)| (*l, *s) == (locale, style));
        if let Some((_, _, format)) = known {
            return format.clone();
        }
        let format = formatter(locale, style);
        formats.push((locale, style, format.clone()));
        format
    });
    let date = Date::new(&at_ms.into());
    format.call1(&JsValue::UNDEFINED, &date).ok().and_then(|v| v.as_string()).unwrap_or_default()
}

fn formatter(locale: Locale, style: Style) -> Function {
    let options = Object::new();
    for (name, value) in style.options() {
        let _ = Reflect::set(&options, &JsValue::from(*name), &JsValue::from(*value));
    }
    let format = Intl::DateTimeFormat::new(&Array::of1(&locale.tag().into()), &options);
    // The getter returns a function bound to its formatter.
    Reflect::get(&format, &"format".into()).unwrap_or_default().unchecked_into()
}

/// An instant in milliseconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53 for 285,000 years")]
pub(crate) fn millis(at: Instant) -> f64 {
    at.timestamp_millis() as f64
}

/// `10:07`.
pub(crate) fn clock(at_ms: f64) -> String {
    write(at_ms, Style::Clock)
}

/// Everything about a moment, for a tooltip.
pub(crate) fn whole(at_ms: f64) -> String {
    write(at_ms, Style::Whole)
}

/// Number of the local day a moment falls on; equal numbers, same day.
pub(crate) fn day_number(at_ms: f64) -> i64 {
    let offset = Date::new(&at_ms.into()).get_timezone_offset() * MINUTE;
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970 are small")]
    let day = ((at_ms - offset) / DAY).floor() as i64;
    day
}

/// `Today`, `Yesterday`, or the day.
pub(crate) fn day(at_ms: f64, now_ms: f64) -> String {
    match day_number(now_ms) - day_number(at_ms) {
        0 => text(Key::DayToday).to_owned(),
        1 => text(Key::DayYesterday).to_owned(),
        _ => write(at_ms, Style::LongDay),
    }
}

/// How long ago, in a word: `now`, `4 m`, `10:07`, `Mon`, `3 Nov`.
pub(crate) fn ago(at_ms: f64, now_ms: f64) -> String {
    let passed = now_ms - at_ms;
    let days = day_number(now_ms) - day_number(at_ms);
    if passed < MINUTE {
        text(Key::AgoNow).to_owned()
    } else if passed < HOUR {
        fill(Key::AgoMinutes, &[("n", &number(passed / MINUTE))])
    } else if days == 0 {
        write(at_ms, Style::Clock)
    } else if days < 7 {
        write(at_ms, Style::Weekday)
    } else {
        write(at_ms, Style::ShortDay)
    }
}

/// A moment to come, as short as it can be told: `10:07`, `Mon 10:07`, `3 Nov`.
pub(crate) fn ahead(at_ms: f64, now_ms: f64) -> String {
    match day_number(at_ms) - day_number(now_ms) {
        0 => write(at_ms, Style::Clock),
        1..=6 => format!("{} {}", write(at_ms, Style::Weekday), write(at_ms, Style::Clock)),
        _ => write(at_ms, Style::ShortDay),
    }
}

/// A counter: `1:40` below an hour, `3 h 12 m` above it, `2 d 4 h` above a day.
pub(crate) fn counter(span_ms: f64) -> String {
    let span = span_ms.max(0.0);
    if span < HOUR {
        let seconds = whole_number(span / SECOND);
        return format!("{}:{:02}", seconds / 60, seconds % 60);
    }
    span_of(span, if span < DAY { (HOUR, MINUTE) } else { (DAY, HOUR) })
}

/// What is left of a span, coarser the longer it is: `22 h`, `2 h 14 m`, `48 m`.
pub(crate) fn left(span_ms: f64) -> String {
    let span = span_ms.max(0.0);
    if span < HOUR {
        fill(Key::SpanMinutes, &[("n", &number((span / MINUTE).ceil()))])
    } else if span < 6.0 * HOUR {
        span_of(span, (HOUR, MINUTE))
    } else {
        fill(Key::SpanHours, &[("n", &number(span / HOUR))])
    }
}

fn span_of(span: f64, (large, small): (f64, f64)) -> String {
    let key = if large > HOUR { Key::SpanDaysHours } else { Key::SpanHoursMinutes };
    fill(key, &[("n", &number(span / large)), ("m", &number((span % large) / small))])
}

/// A number without its fraction; nothing below zero. Whole numbers are written without the
/// kilobytes of tables that fractions need.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates at both ends")]
pub(crate) const fn whole_number(value: f64) -> u64 {
    value as u64
}

fn number(value: f64) -> String {
    whole_number(value).to_string()
}

/// Now by the page's own ticking clock, for components outside the live view.
pub(crate) fn every_second(run: impl Fn() + 'static) {
    if let Ok(timer) = set_interval_with_handle(run, std::time::Duration::from_secs(1)) {
        on_cleanup(move || timer.clear());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_ticks_in_seconds_and_grows_coarser() {
        assert_eq!(counter(100.0 * SECOND), "1:40");
        assert_eq!(counter(-5.0), "0:00");
        assert_eq!(counter(3.0 * HOUR + 12.0 * MINUTE), "3 h 12 m");
        assert_eq!(counter(2.0 * DAY + 4.0 * HOUR), "2 d 4 h");
    }

    #[test]
    fn what_is_left_is_rounded_down_in_hours_and_up_in_the_last_minutes() {
        assert_eq!(left(22.9 * HOUR), "22 h");
        assert_eq!(left(2.0 * HOUR + 14.0 * MINUTE), "2 h 14 m");
        assert_eq!(left(30.0 * SECOND), "1 m");
    }
}
