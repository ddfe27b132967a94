//! Contacts out of a file. The same file again changes nothing, so an import that broke off is simply done again.
//!
//! A name is only taken where none is known: what somebody calls themselves stands. Nobody is removed, no cell that is
//! empty takes anything away, and whoever is important stays so, also where the file says they are not.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use shared::{
    Instant,
    api::contacts::{ImportFault, ImportFaultKind, ImportReport, ImportRequest},
    error::ErrorCode,
    ids::{ContactId, FieldId, LabelId, MemberId},
    limits,
    model::{
        contact::Contact,
        field::{Field, TAKEN_KEYS},
        label::{Label, same_name},
        queue::is_language,
    },
    phone,
};

use super::{export::YES, mark};
use crate::{
    db::{
        Fault, ReadError, Scoped, TenantStore, Tx, WriteError,
        record::Actor,
        rows::{contact, contact_field, conversation, label, search},
    },
    domain::{
        conversations::{
            Loaded,
            receive::{self, Sender},
        },
        csv::{self, Line},
        labels::may_manage,
    },
};

/// Contacts in one transaction: others write in between.
const BATCH: usize = 100;
/// Most lines of a file. Ours.
const LINES: usize = 20_000;
/// Faults that are told.
const FAULTS: usize = 100;

/// Why an import was not done, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It could not be written; the batches before are stored.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A line that can be taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    phone: String,
    name: Option<String>,
    vip: bool,
    language: Option<String>,
    labels: Vec<LabelId>,
    values: Vec<(FieldId, String)>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    New,
    Changed,
    Same,
}

/// Takes a file in, or only tells what that would do.
///
/// # Errors
/// `forbidden`, `too_many` for a file of more than 20,000 lines.
pub async fn import(
    tenant: &TenantStore,
    member: MemberId,
    request: ImportRequest,
) -> Result<ImportReport, ImportError> {
    let ImportRequest { csv, apply } = request;
    let planned = tenant.read(move |scoped| {
        may_manage(scoped, member)?;
        let lines = csv::parse(&csv);
        if lines.len() > LINES {
            return Err(ErrorCode::TooMany.into());
        }
        let (entries, mut report) = plan(&lines, &contact_field::all(scoped)?, &label::all(scoped)?);
        if !apply {
            for entry in &entries {
                let outcome = foreseen(scoped, entry)?;
                count(&mut report, outcome);
            }
        }
        Ok((entries, report))
    });
    let (entries, mut report) = planned.await?;
    let entries = Arc::new(entries);
    if apply {
        for begin in (0..entries.len()).step_by(BATCH) {
            let range = begin..entries.len().min(begin + BATCH);
            let entries = Arc::clone(&entries);
            let written = tenant.write(move |tx| batch(tx, member, &entries, range.clone())).await?;
            for outcome in written.0 {
                count(&mut report, outcome);
            }
        }
        report.applied = true;
    }
    Ok(report)
}

fn count(report: &mut ImportReport, outcome: Outcome) {
    match outcome {
        Outcome::New => report.new += 1,
        Outcome::Changed => report.changed += 1,
        Outcome::Same => report.same += 1,
    }
}

/// What the lines say, and which cannot be understood.
fn plan(lines: &[Line], fields: &[Field], labels: &[Label]) -> (Vec<Entry>, ImportReport) {
    let (mut entries, mut report) = (Vec::new(), ImportReport::default());
    let mut wrong = |line: u32, what, column: Option<&str>| {
        report.wrong += 1;
        if report.faults.len() < FAULTS {
            report.faults.push(ImportFault { line, what, column: column.map(str::to_owned) });
        }
    };
    let Some((head, rest)) = lines.split_first() else {
        wrong(1, ImportFaultKind::Columns, None);
        return (entries, report);
    };
    let columns: Vec<String> = head.cells.iter().map(|cell| cell.to_lowercase()).collect();
    let mut known = BTreeSet::new();
    let strange = columns.iter().find(|name| {
        let is_field = fields.iter().any(|field| field.key == **name);
        !known.insert(*name) || !(is_field || TAKEN_KEYS.contains(&name.as_str()))
    });
    if strange.is_some() || !columns.iter().any(|name| name == "phone") {
        wrong(head.number, ImportFaultKind::Columns, Some(strange.map_or("phone", String::as_str)));
        return (entries, report);
    }
    let mut seen = BTreeSet::new();
    for line in rest {
        match entry(line, &columns, fields, labels) {
            Ok(found) => {
                let other = phone::other_spelling(&found.phone);
                if other.is_some_and(|other| seen.contains(&other)) || !seen.insert(found.phone.clone()) {
                    wrong(line.number, ImportFaultKind::Twice, Some("phone"));
                } else {
                    entries.push(found);
                }
            }
            Err((what, column)) => wrong(line.number, what, column),
        }
    }
    (entries, report)
}

type Wrong<'a> = (ImportFaultKind, Option<&'a str>);

fn entry<'a>(
    line: &Line,
    columns: &'a [String],
    fields: &[Field],
    labels: &[Label],
) -> Result<Entry, Wrong<'a>> {
    if line.broken || line.cells.len() != columns.len() {
        return Err((ImportFaultKind::Cells, None));
    }
    let mut entry = Entry::default();
    for (column, cell) in columns.iter().zip(&line.cells) {
        let wrong = |what| (what, Some(column.as_str()));
        match column.as_str() {
            "phone" => entry.phone = number(cell).ok_or_else(|| wrong(ImportFaultKind::Phone))?,
            "name" if cell.is_empty() => {}
            "name" => {
                let name = limits::name(cell).map_err(|_| wrong(ImportFaultKind::Name))?;
                entry.name = Some(name.to_owned());
            }
            "vip" => entry.vip = important(cell).ok_or_else(|| wrong(ImportFaultKind::Value))?,
            "language" if cell.is_empty() => {}
            "language" => {
                let code = Some(cell.to_lowercase()).filter(|code| is_language(code));
                entry.language = Some(code.ok_or_else(|| wrong(ImportFaultKind::Value))?);
            }
            "labels" => {
                for name in cell.split([';', '|']).map(str::trim).filter(|name| !name.is_empty()) {
                    let found = labels.iter().find(|label| same_name(&label.name, name));
                    entry.labels.push(found.ok_or_else(|| wrong(ImportFaultKind::Label))?.id);
                }
            }
            key => {
                let Some(field) = fields.iter().find(|field| field.key == key) else { continue };
                let value = field.accept(cell).map_err(|_| wrong(ImportFaultKind::Value))?;
                entry.values.extend(value.map(|value| (field.id, value)));
            }
        }
    }
    Ok(entry)
}

/// Whether a cell says that somebody is important; spreadsheets have words of their own for that.
fn important(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        YES | "true" | "1" => Some(true),
        "" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// Notes what an entry says of a customer.
fn mark_as(entry: &Entry, contact: &mut Contact) {
    contact.vip |= entry.vip;
    if entry.language.is_some() {
        contact.language.clone_from(&entry.language);
    }
}

/// The digits of a number; spreadsheets lose the plus in front of them.
fn number(cell: &str) -> Option<String> {
    let bare = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()) && !cell.starts_with('0');
    let text = if bare { format!("+{cell}") } else { cell.to_owned() };
    phone::international(&text).ok()
}

fn sender(entry: &Entry) -> Sender {
    let number = Some(entry.phone.clone());
    Sender { phone: number.clone(), wa_id: number, ..Sender::default() }
}

/// What taking an entry in would do.
fn foreseen(scoped: &mut Scoped, entry: &Entry) -> Result<Outcome, Fault> {
    let Some(row) = receive::known(scoped, &sender(entry))? else { return Ok(Outcome::New) };
    let id = row.contact.id;
    let mut marked = row.contact.clone();
    mark_as(entry, &mut marked);
    let labels = label::of_contact(scoped, id)?;
    let values: BTreeMap<FieldId, String> = contact_field::values(scoped, id)?;
    let news = marked != row.contact
        || (row.contact.name.is_none() && entry.name.is_some())
        || entry.labels.iter().any(|label| !labels.contains(label))
        || entry.values.iter().any(|(field, value)| values.get(field) != Some(value));
    Ok(if news { Outcome::Changed } else { Outcome::Same })
}

fn batch(
    tx: &mut Tx<'_>,
    member: MemberId,
    entries: &[Entry],
    range: Range<usize>,
) -> Result<Vec<Outcome>, Fault> {
    may_manage(tx, member)?;
    let mut outcomes = Vec::new();
    for entry in entries.get(range).unwrap_or_default() {
        outcomes.push(take_in(tx, entry)?);
    }
    let news = outcomes.iter().filter(|outcome| **outcome != Outcome::Same).count();
    if news > 0 {
        tx.audit(Actor::Member(member), "contacts.import", &format!("{news} contacts"))?;
    }
    Ok(outcomes)
}

fn take_in(tx: &mut Tx<'_>, entry: &Entry) -> Result<Outcome, Fault> {
    let known = receive::known(tx, &sender(entry))?;
    let (id, mut outcome) = match known {
        Some(row) => {
            let named = row.contact.name.is_none() && entry.name.is_some();
            let id = row.contact.id;
            if named {
                name(tx, Contact { name: entry.name.clone(), ..row.contact })?;
            }
            (id, if named { Outcome::Changed } else { Outcome::Same })
        }
        None => {
            // Only WhatsApp says what somebody's id is.
            let sender = Sender { wa_id: None, name: entry.name.clone(), ..sender(entry) };
            // A name out of a file counts as older than anything that somebody calls themselves.
            (receive::resolve(tx, &sender, Instant::UNIX_EPOCH)?.id, Outcome::New)
        }
    };
    let mut news = mark::mark(tx, id, |contact| mark_as(entry, contact))?;
    for found in &entry.labels {
        news |= put_label(tx, id, *found)?;
    }
    for (field, value) in &entry.values {
        // A field that was removed since the file was read is left out.
        if contact_field::find(tx, *field)?.is_some() {
            news |= contact_field::put(tx, id, *field, Some(value))?;
        }
    }
    if news && outcome == Outcome::Same {
        outcome = Outcome::Changed;
    }
    Ok(outcome)
}

fn put_label(tx: &mut Tx<'_>, id: ContactId, found: LabelId) -> Result<bool, Fault> {
    if label::find(tx, found)?.is_none() {
        return Ok(false);
    }
    label::put(tx, id, found)
}

/// Names a contact that had no name, wherever it is shown.
fn name(tx: &mut Tx<'_>, named: Contact) -> Result<(), Fault> {
    let Some(mut row) = contact::find(tx, named.id)? else { return Ok(()) };
    row.contact = named;
    contact::update(tx, &row)?;
    search::reindex_contact(tx, &row.contact)?;
    for concerned in conversation::of_contact(tx, row.contact.id)? {
        Loaded::from_row(concerned).save_in_place(tx)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::model::{channel::ChannelColour, field::FieldKind};

    use super::*;

    type Told = (u32, ImportFaultKind, Option<String>);

    fn planned(text: &str) -> (Vec<Entry>, Vec<Told>) {
        let field = |key: &str, kind| Field {
            id: FieldId::new(),
            key: key.into(),
            title: key.into(),
            kind,
            choices: Vec::new(),
            personal: false,
        };
        let fields = [field("since", FieldKind::Date), field("size", FieldKind::Number)];
        let label = |name: &str| Label { id: LabelId::new(), name: name.into(), colour: ChannelColour::Teal };
        let (entries, report) = plan(&csv::parse(text), &fields, &[label("Regular"), label("Größe")]);
        let faults = report.faults.into_iter().map(|fault| (fault.line, fault.what, fault.column));
        (entries, faults.collect())
    }

    #[test]
    fn each_fault_is_told_with_its_line_and_the_others_are_taken_in() {
        let (entries, faults) = planned(
            "Phone,name,labels,size\n\
             +49 30 5550101,Ann,regular|GRÖẞE,4\n\
             030 5550101,Bob,,\n\
             +49305550102,,strange,\n\
             \n\
             49305550103,,,many\n\
             +49305550101,Again,,\n\
             +49305550104,Cid\n\
             +49305550105,,,-7",
        );
        let phones: Vec<&str> = entries.iter().map(|entry| entry.phone.as_str()).collect();
        assert_eq!(phones, ["49305550101", "49305550105"]);
        assert_eq!((entries[0].labels.len(), entries[0].name.as_deref()), (2, Some("Ann")));
        assert_eq!(entries[1].values[0].1, "-7");
        let column = |name: &str| Some(name.to_owned());
        assert_eq!(
            faults,
            [
                (3, ImportFaultKind::Phone, column("phone")),
                (4, ImportFaultKind::Label, column("labels")),
                (6, ImportFaultKind::Value, column("size")),
                (7, ImportFaultKind::Twice, column("phone")),
                (8, ImportFaultKind::Cells, None),
            ]
        );
    }

    #[test]
    fn who_is_important_and_what_they_speak_is_said_in_words() {
        let (entries, faults) = planned(
            "phone,vip,language\n\
             +49305550101,Yes,de\n\
             +49305550102,,\n\
             +49305550103,FALSE,PT-br\n\
             +49305550104,perhaps,\n\
             +49305550105,1,german!",
        );
        let said: Vec<_> = entries.iter().map(|entry| (entry.vip, entry.language.as_deref())).collect();
        assert_eq!(said, [(true, Some("de")), (false, None), (false, Some("pt-br"))]);
        let column = |name: &str| Some(name.to_owned());
        assert_eq!(
            faults,
            [(5, ImportFaultKind::Value, column("vip")), (6, ImportFaultKind::Value, column("language"))]
        );
    }

    #[test]
    fn a_file_with_strange_columns_is_not_taken_in() {
        for (text, column) in [
            ("", None),
            ("name\nAnn", Some("phone")),
            ("phone,shoe\n+49305550101,4", Some("shoe")),
            ("phone,phone\n+49305550101,1", Some("phone")),
        ] {
            let (entries, faults) = planned(text);
            assert_eq!(entries, []);
            assert_eq!(faults, [(1, ImportFaultKind::Columns, column.map(str::to_owned))], "{text}");
        }
    }

    #[test]
    fn two_spellings_of_a_number_are_one() {
        let (entries, faults) = planned("phone\n+5511987654321\n+551187654321");
        assert_eq!((entries.len(), faults.len()), (1, 1));
    }
}
