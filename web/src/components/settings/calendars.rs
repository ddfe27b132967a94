//! Calendars: when queues are open.

use js_sys::{Function, Intl, Object, Reflect};
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    ids::CalendarId,
    live::command::Command,
    model::calendar::{Calendar, Holiday, Hours, Weekly, Window, parse_date},
};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    fields::{self, Line},
    queues::Asked,
};
use crate::{
    app::Desk,
    i18n::{Key, text, tr},
    routes,
    ui::{Button, Icon, IconName, Item, RowSkeletons, Show, each},
};

/// The days, Monday first.
const DAYS: [Key; 7] = [
    Key::DayMonday,
    Key::DayTuesday,
    Key::DayWednesday,
    Key::DayThursday,
    Key::DayFriday,
    Key::DaySaturday,
    Key::DaySunday,
];

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let all = Memo::new(move |_| desk.live.calendars());
    let none = move || desk.live.is_ready() && all.with(Vec::is_empty);
    view! {
        <header class="settings__head">
            <h2>{tr(Key::SettingsCalendars)}</h2>
            <a class="button button--primary" href=routes::NEW_CALENDAR data-testid="calendar-new">{tr(Key::CalendarNew)}</a>
        </header>
        {zone(desk)}
        <Show when=move || !desk.live.is_ready()><RowSkeletons/></Show>
        <Show when=none>
            {|| fields::empty(IconName::Clock, Key::CalendarsNone, Some(Key::CalendarsNoneHint), ().into_any())}
        </Show>
        <ul class="numbers">
            {each(move || all.get().into_iter().map(|one| {
                Item::new(format!("{} {}", one.id, one.rev), move || row(one))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn row(one: Calendar) -> AnyView {
    let testid = format!("calendar-{}", one.name);
    let days: Vec<u8> =
        (1..=7).filter(|day| one.hours.weekly.iter().any(|weekly| weekly.day == *day)).collect();
    let line = move || {
        let names =
            days.iter().filter_map(|day| DAYS.get(usize::from(*day).saturating_sub(1))).map(|day| text(*day));
        let names = names.collect::<Vec<_>>().join(", ");
        if names.is_empty() { text(Key::CalendarClosed).to_owned() } else { names }
    };
    view! {
        <li>
            <a class="number" href=routes::calendar(one.id) data-testid=testid>
                <span class="number__name" dir="auto">{one.name}</span>
                <span class="chip">{one.hours.zone}</span>
                <span class="number__line">{line}</span>
            </a>
        </li>
    }
    .into_any()
}

/// Where the days of the business begin and end.
fn zone(desk: Desk) -> AnyView {
    let order = Asked::new();
    let written = RwSignal::new(String::new());
    let known = Memo::new(move |_| desk.live.settings().map(|settings| settings.zone));
    crate::effects::effect(move || written.set(known.get().unwrap_or_default()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        order.command(desk, Command::SetZone { zone: written.get_untracked().trim().to_owned() }, || {});
    };
    view! {
        <form class="panel" on:submit=submit>
            {zone_line("tenant-zone", Key::TenantZone, Key::TenantZoneHint, written)}
            {order.refusal()}
            {fields::save("zone-save", Key::Save, order.busy.into())}
        </form>
    }
    .into_any()
}

/// A zone, with those that the browser knows to choose from.
fn zone_line(id: &'static str, label: Key, hint: Key, value: RwSignal<String>) -> AnyView {
    let list = format!("{id}-list");
    let list_of_input = list.clone();
    view! {
        <div class="field">
            <label class="field__label" for=id>{tr(label)}</label>
            <input class="field__input" id=id list=list_of_input autocomplete="off" spellcheck="false" data-testid=id bind:value=value/>
            <datalist id=list>
                {zones().into_iter().map(|zone| view! { <option value=zone></option> }.into_any()).collect_view()}
            </datalist>
            <p class="field__hint">{tr(hint)}</p>
        </div>
    }
    .into_any()
}

/// All zones that the browser knows; browsers that do not tell know none.
fn zones() -> Vec<String> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap_or_default();
    let ask: Option<Function> =
        Reflect::get(&intl, &"supportedValuesOf".into()).ok().and_then(|ask| ask.dyn_into().ok());
    let answer = ask.and_then(|ask| ask.call1(&intl, &"timeZone".into()).ok());
    let all = answer.map(|all| js_sys::Array::from(&all)).unwrap_or_default();
    all.iter().filter_map(|zone| zone.as_string()).collect()
}

/// Where the browser is.
fn zone_here() -> String {
    let format = Intl::DateTimeFormat::new(&js_sys::Array::new(), &Object::new());
    let options = format.resolved_options();
    let zone = Reflect::get(&options, &"timeZone".into()).ok().as_ref().and_then(JsValue::as_string);
    zone.unwrap_or_else(|| "UTC".to_owned())
}

/// A day that is different, on the form.
#[derive(Clone, Copy)]
struct DayLine {
    n: usize,
    date: RwSignal<String>,
    name: RwSignal<String>,
    open: RwSignal<String>,
}

/// What is written on the form.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    id: Option<CalendarId>,
    name: RwSignal<String>,
    zone: RwSignal<String>,
    days: [RwSignal<String>; 7],
    holidays: RwSignal<Vec<DayLine>>,
    next: StoredValue<usize>,
    order: Asked,
}

impl Form {
    fn new(desk: Desk, id: Option<CalendarId>, name: String, hours: &Hours) -> Self {
        let of_day = |day: u8| {
            let windows: Vec<Window> = hours
                .weekly
                .iter()
                .filter(|weekly| weekly.day == day)
                .map(|weekly| weekly.window())
                .collect();
            RwSignal::new(written_windows(&windows))
        };
        let form = Self {
            desk,
            id,
            name: RwSignal::new(name),
            zone: RwSignal::new(hours.zone.clone()),
            days: [1, 2, 3, 4, 5, 6, 7].map(of_day),
            holidays: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            order: Asked::new(),
        };
        for holiday in &hours.holidays {
            form.add(holiday.date.to_string(), holiday.name.clone(), written_windows(&holiday.open));
        }
        form
    }

    fn add(self, date: String, name: String, open: String) {
        let n = self.next.try_update_value(|next| std::mem::replace(next, *next + 1)).unwrap_or_default();
        let line =
            DayLine { n, date: RwSignal::new(date), name: RwSignal::new(name), open: RwSignal::new(open) };
        self.holidays.update(|all| all.push(line));
    }

    /// What the form says, unless something of it cannot be; tracked.
    fn written(self) -> Option<Hours> {
        let mut weekly = Vec::new();
        for (day, written) in (1..).zip(self.days) {
            let windows = windows(&written.read())?;
            weekly.extend(windows.into_iter().map(|Window { from, to }| Weekly { day, from, to }));
        }
        let mut holidays: Vec<Holiday> = Vec::new();
        for line in self.holidays.get() {
            let date = parse_date(&line.date.read())?;
            let name = line.name.read().trim().to_owned();
            let open = windows(&line.open.read())?;
            let at = holidays.iter().position(|known| known.date > date).unwrap_or(holidays.len());
            holidays.insert(at, Holiday { date, name, open });
        }
        let hours = Hours { zone: self.zone.read().trim().to_owned(), weekly, holidays };
        Some(hours).filter(Hours::are_valid)
    }

    fn save(self) {
        let (name, hours) = untrack(|| (self.name.get().trim().to_owned(), self.written()));
        let Some(hours) = hours else { return };
        let command = match self.id {
            Some(calendar) => Command::ChangeCalendar { calendar, name, hours },
            None => Command::CreateCalendar { name, hours },
        };
        let router = self.desk.router;
        self.order.command(self.desk, command, move || router.go(routes::CALENDARS));
    }
}

/// One calendar; a new one when there is none.
pub(crate) fn calendar(desk: Desk, id: Option<CalendarId>) -> AnyView {
    let Some(id) = id else {
        let open = |day| Weekly { day, from: 540, to: 1_020 };
        let hours = Hours { zone: zone_here(), weekly: (1..=5).map(open).collect(), holidays: Vec::new() };
        let title = Signal::derive(|| text(Key::CalendarNew).to_owned());
        return view! {
            {fields::head(routes::CALENDARS.to_owned(), Key::SettingsCalendars, title)}
            {draw(Form::new(desk, None, String::new(), &hours))}
        }
        .into_any();
    };
    let known = Memo::new(move |_| desk.live.calendar(id));
    let title = Signal::derive(move || {
        known.with(|one| one.as_ref().map(|one| one.name.clone())).unwrap_or_default()
    });
    // Drawn once it is there; what a colleague changes meanwhile is not pulled away under the hands.
    let is_there = Memo::new(move |_| known.with(Option::is_some));
    view! {
        {fields::head(routes::CALENDARS.to_owned(), Key::SettingsCalendars, title)}
        {move || match is_there.get() {
            true => known.get_untracked().map(|one| draw(Form::new(desk, Some(id), one.name, &one.hours))).into_any(),
            false => view! { <RowSkeletons/> }.into_any(),
        }}
    }
    .into_any()
}

fn draw(form: Form) -> AnyView {
    let broken = Signal::derive(move || {
        form.order.busy.get() || form.name.with(|name| name.trim().is_empty()) || form.written().is_none()
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    let [monday, others @ ..] = form.days;
    let copy = move |_| {
        for day in others.into_iter().take(4) {
            day.set(monday.get_untracked());
        }
    };
    let remove = move |calendar: CalendarId| {
        let router = form.desk.router;
        form.order
            .command(form.desk, Command::RemoveCalendar { calendar }, move || router.go(routes::CALENDARS));
    };
    view! {
        <form class="step__form" on:submit=submit data-testid="calendar-form">
            <section class="panel">
                <div class="pair">
                    {Line::new("calendar-name", Key::QueueName, form.name).draw()}
                    {zone_line("calendar-zone", Key::CalendarZone, Key::CalendarZoneHint, form.zone)}
                </div>
            </section>
            <section class="panel">
                <div class="panel__head">
                    <h3>{tr(Key::CalendarWeek)}</h3>
                    <Button on:click=copy>{tr(Key::CalendarCopy)}</Button>
                </div>
                {fields::note(Key::CalendarWeekHint)}
                <div class="pair">
                    {DAYS.into_iter().zip(form.days).enumerate().map(|(n, (label, value))| {
                        Line::new(format!("day-{}", n + 1), label, value).fault(unreadable(value)).draw()
                    }).collect_view()}
                </div>
            </section>
            <section class="panel">
                <h3>{tr(Key::CalendarHolidays)}</h3>
                {each(move || form.holidays.get().into_iter().map(|line| {
                    Item::new(line.n.to_string(), move || day(form, line))
                }).collect())}
                <div>
                    <Button
                        on:click=move |_| form.add(String::new(), String::new(), String::new())
                        attr:data-testid="holiday-add"
                    >{tr(Key::CalendarHolidayAdd)}</Button>
                </div>
            </section>
            {form.order.refusal()}
            <footer class="step__foot">
                {form.id.map(|id| view! {
                    <Button on:click=move |_| remove(id) attr:data-testid="calendar-remove">{tr(Key::CalendarRemove)}</Button>
                }.into_any())}
                <span class="grow"></span>
                {fields::submit(true, "calendar-save", Signal::derive(|| text(Key::Save)), broken)}
            </footer>
        </form>
    }
    .into_any()
}

fn unreadable(value: RwSignal<String>) -> Signal<Option<String>> {
    Signal::derive(move || windows(&value.read()).is_none().then(|| text(Key::CalendarFault).to_owned()))
}

fn day(form: Form, line: DayLine) -> AnyView {
    let n = line.n;
    view! {
        <div class="ring">
            {Line::new(format!("holiday-{n}"), Key::CalendarDate, line.date).kind("date").draw()}
            {Line::new(format!("holiday-{n}-name"), Key::QueueName, line.name).draw()}
            {Line::new(format!("holiday-{n}-open"), Key::CalendarOpen, line.open).fault(unreadable(line.open)).draw()}
            <button
                type="button"
                class="icon-button"
                title=tr(Key::CalendarHolidayRemove)
                aria-label=tr(Key::CalendarHolidayRemove)
                on:click=move |_| form.holidays.update(|all| all.retain(|one| one.n != n))
            ><Icon name=IconName::Cross/></button>
        </div>
    }
    .into_any()
}

/// Windows as people write them: `9:00–12:30, 22:00–6:00`.
fn written_windows(windows: &[Window]) -> String {
    let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
    let all: Vec<String> =
        windows.iter().map(|one| format!("{}–{}", clock(one.from), clock(one.to))).collect();
    all.join(", ")
}

/// The windows that are written; none when nothing can be made of it.
fn windows(written: &str) -> Option<Vec<Window>> {
    let minute = |text: &str| -> Option<u16> {
        let (hours, minutes) = text.trim().split_once([':', '.']).unwrap_or((text.trim(), "0"));
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (minutes < 60 && hours <= 24).then_some(hours * 60 + minutes)
    };
    let one = |text: &str| {
        let (from, to) = text.split_once(['-', '–', '—'])?;
        Some(Window { from: minute(from)?, to: minute(to)? }).filter(|window| window.is_valid())
    };
    written.split(',').map(str::trim).filter(|text| !text.is_empty()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_they_are_written() {
        let of = |from, to| Window { from, to };
        for (text, wanted) in [
            ("", vec![]),
            ("9-17", vec![of(540, 1_020)]),
            ("9:00–12:30, 13.30-18", vec![of(540, 750), of(810, 1_080)]),
            ("22:00 - 6:00", vec![of(1_320, 360)]),
            ("0-24", vec![of(0, 1_440)]),
        ] {
            let read = windows(text).unwrap();
            assert_eq!(read, wanted, "{text}");
            assert_eq!(windows(&written_windows(&read)), Some(wanted), "{text}");
        }
        for wrong in ["9", "nine-ten", "9-25", "24-6", "9:75-10", "9-17;18-19"] {
            assert_eq!(windows(wrong), None, "{wrong}");
        }
    }
}
