//! What a supervisor tells everybody, above everything else on the screen. It is a part of the settings, so that every
//! console knows it at once, and ends by a timer, so that none has to watch a clock.

use shared::{
    error::ErrorCode,
    live::event::Event,
    model::settings::{BANNER_CHARS, Banner, Settings},
    permission::Audience,
};

use crate::db::{
    Fault, Tx,
    record::Kicks,
    rows::{
        settings,
        timer::{self, TimerKind},
    },
};

/// There is one at a time.
const SUBJECT: &str = "";

/// Tells everybody something instead of what they are told now, or nothing any more.
///
/// # Errors
/// `text_empty`, `text_too_long` and `text_invalid`; `value_invalid` for an end that is over.
pub fn set(tx: &mut Tx<'_>, wanted: Option<&Banner>) -> Result<(), Fault> {
    let mut row = settings::get(tx)?;
    let Some(wanted) = wanted else {
        return if row.banner.is_some() { keep(tx, row, None) } else { Ok(()) };
    };
    let text = checked(&wanted.text)?.to_owned();
    if wanted.until.is_some_and(|until| until <= tx.now()) {
        return Err(ErrorCode::ValueInvalid.into());
    }
    row.banner = None;
    let banner = Banner { text, rev: row.rev + 1, ..wanted.clone() };
    keep(tx, row, Some(banner))
}

/// Its time is over.
///
/// # Errors
/// The database's.
pub(super) fn over(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let row = settings::get(tx)?;
    match row.banner.as_ref().and_then(|banner| banner.until) {
        Some(until) if until <= tx.now() => keep(tx, row, None),
        _ => Ok(()),
    }
}

fn keep(tx: &mut Tx<'_>, mut row: Settings, banner: Option<Banner>) -> Result<(), Fault> {
    match banner.as_ref().and_then(|banner| banner.until) {
        Some(until) => {
            timer::set(tx, TimerKind::Banner, SUBJECT, until)?;
            tx.kick(Kicks { jobs: true, outbox: false });
        }
        None => timer::clear(tx, TimerKind::Banner, SUBJECT)?,
    }
    row.banner = banner;
    row.rev += 1;
    settings::update(tx, &row)?;
    tx.emit(Audience::Tenant, None, Event::Settings(row));
    Ok(())
}

fn checked(text: &str) -> Result<&str, ErrorCode> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ErrorCode::TextEmpty);
    }
    if text.chars().any(|char| char.is_control() && char != '\n') {
        return Err(ErrorCode::TextInvalid);
    }
    if text.chars().count() > BANNER_CHARS {
        return Err(ErrorCode::TextTooLong);
    }
    Ok(text)
}
