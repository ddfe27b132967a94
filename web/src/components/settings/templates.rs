//! All message templates, in whatever state, with what Meta says of each.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::templates::TemplatesPage,
    live::command::Command,
    model::template::{Template, TemplateCategory, TemplateQuality, TemplateStatus},
};

use super::fields;
use crate::{
    app::Desk,
    http,
    i18n::{Key, count, fill, text, tr},
    routes, time,
    ui::{Button, Chip, IconName, Item, RowSkeletons, Show, Tone, each},
    words,
};

/// When a listing that was asked for is looked at; the first for most, the second for large accounts.
const LOOKS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// What has been fetched.
#[derive(Clone, PartialEq)]
enum Fetched {
    Loading,
    Failed,
    All(Vec<Template>),
}

#[derive(Clone, Copy)]
struct Listing {
    desk: Desk,
    fetched: RwSignal<Fetched>,
    search: RwSignal<String>,
    status: RwSignal<String>,
    category: RwSignal<String>,
    language: RwSignal<String>,
}

impl Listing {
    fn fetch(self) {
        spawn_local(async move {
            let answer = http::get::<TemplatesPage>("/api/templates").await;
            let _ = self.fetched.try_set(answer.map_or(Fetched::Failed, |page| Fetched::All(page.templates)));
        });
    }

    fn sync(self) {
        let toasts = self.desk.toasts;
        self.desk.live.command_then(Command::SyncTemplates {}, move |answer| {
            if answer.is_ok() {
                toasts.say(text(Key::TemplatesAsked).to_owned());
                for after in LOOKS {
                    set_timeout(move || self.fetch(), after);
                }
            }
        });
    }

    /// Those that fit what is chosen; tracked.
    fn shown(self) -> Vec<Template> {
        let words = self.search.get().to_lowercase();
        let (status, category, language) = (self.status.get(), self.category.get(), self.language.get());
        let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        let wanted = |one: &&Template| {
            let said = format!("{} {} {}", one.name, one.name.replace('_', " "), one.body).to_lowercase();
            fits(&status, one.status.as_str())
                && fits(&category, one.category.as_str())
                && fits(&language, &one.language)
                && words.split_whitespace().all(|word| said.contains(word))
        };
        self.fetched.with(|fetched| match fetched {
            Fetched::All(all) => all.iter().filter(wanted).cloned().collect(),
            _ => Vec::new(),
        })
    }

    /// What there is of something, each once, behind "all"; tracked.
    fn options(self, of: fn(&Template) -> (String, String)) -> Vec<(String, String)> {
        let mut options: Vec<(String, String)> = Vec::new();
        self.fetched.with(|fetched| {
            let Fetched::All(all) = fetched else { return };
            for one in all.iter().map(of) {
                // In the order of their words; a sort would be a noticeable part of what is downloaded.
                let at = options.iter().position(|known| known.1 >= one.1).unwrap_or(options.len());
                if options.get(at) != Some(&one) {
                    options.insert(at, one);
                }
            }
        });
        options.insert(0, (String::new(), text(Key::FilterAll).to_owned()));
        options
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let empty = || RwSignal::new(String::new());
    let listing = Listing {
        desk,
        fetched: RwSignal::new(Fetched::Loading),
        search: empty(),
        status: empty(),
        category: empty(),
        language: empty(),
    };
    listing.fetch();
    let is = move |what: Fetched| move || listing.fetched.with(|fetched| *fetched == what);
    let shown = Memo::new(move |_| listing.shown());
    let any = move || listing.fetched.with(|fetched| matches!(fetched, Fetched::All(all) if !all.is_empty()));
    let none = move || listing.fetched.with(|fetched| matches!(fetched, Fetched::All(all) if all.is_empty()));
    view! {
        <header class="settings__head">
            <h2>{tr(Key::SettingsTemplates)}</h2>
            <Button on:click=move |_| listing.sync() attr:data-testid="templates-sync">{tr(Key::TemplatesSync)}</Button>
            <a class="button button--primary" href=routes::NEW_TEMPLATE data-testid="template-new">{tr(Key::TemplateNew)}</a>
        </header>
        <Show when=is(Fetched::Loading)><RowSkeletons/></Show>
        <Show when=is(Fetched::Failed)>
            {move || fields::empty(
                IconName::Warning,
                Key::TemplatesFailed,
                None,
                view! { <Button on:click=move |_| listing.fetch()>{tr(Key::TryAgain)}</Button> }.into_any(),
            )}
        </Show>
        <Show when=none>
            {|| fields::empty(IconName::Template, Key::TemplatesEmpty, Some(Key::TemplatesEmptyHint), ().into_any())}
        </Show>
        <Show when=any>
            {move || filters(listing)}
            <p class="settings__note" role="status">{move || count(shown.with(Vec::len), Key::TemplatesOne, Key::TemplatesOther)}</p>
        </Show>
        <ul class="numbers">
            {each(move || shown.get().into_iter().map(|one| {
                let key = format!("{} {} {:?}", one.id, one.rev, one.status);
                Item::new(key, move || row(one))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn filters(listing: Listing) -> AnyView {
    view! {
        <div class="filters">
            <input
                class="field__input"
                type="search"
                aria-label=tr(Key::TemplatesSearch)
                placeholder=tr(Key::TemplatesSearch)
                data-testid="templates-search"
                bind:value=listing.search
            />
            {fields::choice("filter-status", Key::FilterStatus, listing.status, move || {
                listing.options(|one| (one.status.as_str().to_owned(), text(status_word(one.status)).to_owned()))
            })}
            {fields::choice("filter-category", Key::FilterCategory, listing.category, move || {
                listing.options(|one| (one.category.as_str().to_owned(), text(words::category(one.category)).to_owned()))
            })}
            {fields::choice("filter-language", Key::FilterLanguage, listing.language, move || {
                listing.options(|one| (one.language.clone(), one.language.clone()))
            })}
        </div>
    }
    .into_any()
}

fn row(template: Template) -> AnyView {
    let (tone, status) = (status_tone(template.status), status_word(template.status));
    let quality = template.quality.map(|quality| match quality {
        TemplateQuality::Green => Key::QualityGreen,
        TemplateQuality::Yellow => Key::QualityYellow,
        TemplateQuality::Red => Key::QualityRed,
    });
    let category = words::category(template.category);
    let language = template.language.clone();
    let line = move || {
        let mut line = format!("{language} · {}", text(category));
        if let Some(quality) = quality {
            line.push_str(" · ");
            line.push_str(&fill(Key::FactQualityIs, &[("what", text(quality))]));
        }
        line
    };
    let coming = template.coming.map(|coming| {
        move || match coming.at {
            Some(at) => fill(
                Key::TemplateComingAt,
                &[
                    ("category", text(words::category(coming.category))),
                    ("at", &time::whole(time::millis(at))),
                ],
            ),
            None => fill(Key::TemplateComing, &[("category", text(words::category(coming.category)))]),
        }
    });
    let reason = template.reason.clone().map(|reason| reason_words(&reason));
    let advice = advice(template.status);
    view! {
        <li>
            <a class="number" href=routes::template(template.id) data-testid="template-row">
                <span class="number__name" dir="auto">{template.name.clone()}</span>
                <Chip tone>{tr(status)}</Chip>
                <span class="number__line">{line}</span>
                <span class="number__line number__body" dir="auto">{template.body.clone()}</span>
                {reason.map(|reason| view! { <span class="number__first" dir="auto">{reason}</span> })}
                {advice.map(|advice| view! { <span class="number__line">{tr(advice)}</span> })}
                {coming.map(|coming| view! { <span class="number__first">{coming}</span> })}
            </a>
        </li>
    }
    .into_any()
}

/// Whether Meta lets a template be sent, in a word.
pub(super) const fn status_word(status: TemplateStatus) -> Key {
    match status {
        TemplateStatus::Approved => Key::TemplateApproved,
        TemplateStatus::Pending => Key::TemplatePending,
        TemplateStatus::Rejected => Key::TemplateRejected,
        TemplateStatus::Paused => Key::TemplatePaused,
        TemplateStatus::Disabled => Key::TemplateDisabled,
        TemplateStatus::InAppeal => Key::TemplateInAppeal,
        TemplateStatus::LimitExceeded => Key::TemplateLimitExceeded,
        TemplateStatus::Archived => Key::TemplateArchived,
        TemplateStatus::Deleted => Key::TemplateDeleted,
        TemplateStatus::PendingDeletion => Key::TemplatePendingDeletion,
        TemplateStatus::Locked => Key::TemplateLocked,
        TemplateStatus::Flagged => Key::TemplateFlagged,
        TemplateStatus::Other => Key::FactUnknown,
    }
}

/// How a state looks.
pub(super) const fn status_tone(status: TemplateStatus) -> Tone {
    match status {
        TemplateStatus::Approved => Tone::Accent,
        TemplateStatus::Rejected | TemplateStatus::Disabled | TemplateStatus::LimitExceeded => Tone::Bad,
        TemplateStatus::Paused | TemplateStatus::Flagged | TemplateStatus::Locked => Tone::Warn,
        _ => Tone::Calm,
    }
}

/// What to do about a state.
pub(super) const fn advice(status: TemplateStatus) -> Option<Key> {
    match status {
        TemplateStatus::Rejected => Some(Key::TemplateRejectedDo),
        TemplateStatus::Paused => Some(Key::TemplatePausedDo),
        TemplateStatus::Disabled => Some(Key::TemplateDisabledDo),
        TemplateStatus::Flagged => Some(Key::TemplateFlaggedDo),
        TemplateStatus::LimitExceeded => Some(Key::TemplateLimitExceededDo),
        _ => None,
    }
}

/// Meta's word for a reason, as people say it; sentences of Meta's stay as they are.
pub(super) fn reason_words(reason: &str) -> String {
    let key = match reason {
        "ABUSIVE_CONTENT" => Key::ReasonAbusive,
        "CATEGORY_NOT_AVAILABLE" | "INCORRECT_CATEGORY" | "TAG_CONTENT_MISMATCH" => Key::ReasonCategory,
        "INVALID_FORMAT" => Key::ReasonFormat,
        "PROMOTIONAL" => Key::ReasonPromotional,
        "SCAM" => Key::ReasonScam,
        "FIRST_PAUSE" | "SECOND_PAUSE" => Key::ReasonPause,
        other => return other.to_owned(),
    };
    text(key).to_owned()
}

/// The categories that can be written here.
pub(super) fn categories() -> Vec<(String, String)> {
    [TemplateCategory::Utility, TemplateCategory::Marketing]
        .into_iter()
        .map(|one| (one.as_str().to_owned(), text(words::category(one)).to_owned()))
        .collect()
}
