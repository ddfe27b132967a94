//! Rules that let some conversations of a queue be answered sooner.

use leptos::prelude::*;
use shared::model::queue::{PriorityRule, PriorityWhen};

use super::{
    fields::{self, Line},
    spans,
};
use crate::{
    i18n::{Key, text, tr},
    ui::{Icon, IconName},
};

/// What a rule looks at: the stored word, and what people call it.
const KINDS: [(&str, Key); 4] = [
    ("vip", Key::PriorityVip),
    ("language", Key::PriorityLanguage),
    ("referral", Key::PriorityReferral),
    ("keyword", Key::PriorityKeyword),
];

/// A rule on the form.
#[derive(Clone, Copy)]
pub(super) struct PriorityLine {
    pub(super) n: u32,
    kind: RwSignal<String>,
    word: RwSignal<String>,
    secs: RwSignal<u32>,
}

impl PriorityLine {
    pub(super) fn new(n: u32, rule: &PriorityRule) -> Self {
        let (kind, word) = match &rule.when {
            PriorityWhen::Vip => ("vip", ""),
            PriorityWhen::Language(code) => ("language", code.as_str()),
            PriorityWhen::Referral => ("referral", ""),
            PriorityWhen::Keyword(words) => ("keyword", words.as_str()),
            // No rule of a queue's.
            PriorityWhen::ClosingSoon => ("vip", ""),
        };
        Self {
            n,
            kind: RwSignal::new(kind.to_owned()),
            word: RwSignal::new(word.to_owned()),
            secs: RwSignal::new(rule.secs),
        }
    }

    /// What the line says; tracked.
    pub(super) fn rule(&self) -> PriorityRule {
        let word = self.word.read().trim().to_lowercase();
        let when = match self.kind.read().as_str() {
            "language" => PriorityWhen::Language(word),
            "referral" => PriorityWhen::Referral,
            "keyword" => PriorityWhen::Keyword(word),
            _ => PriorityWhen::Vip,
        };
        PriorityRule { when, secs: self.secs.get() }
    }

    pub(super) fn draw(self, all: RwSignal<Vec<Self>>) -> AnyView {
        let n = self.n;
        let has_word = move || self.kind.with(|kind| matches!(kind.as_str(), "language" | "keyword"));
        let kinds = || KINDS.map(|(word, words)| (word.to_owned(), text(words).to_owned())).into();
        view! {
            <div class="ring ring--even">
                {fields::choice(format!("priority-{n}"), Key::PriorityWhen, self.kind, kinds)}
                <div class="field" hidden=move || !has_word()>
                    {Line::new(format!("priority-{n}-word"), Key::PriorityWord, self.word).draw()}
                </div>
                {spans::span(format!("priority-{n}-secs"), Key::PrioritySecs, None, self.secs, Signal::derive(|| None))}
                <button
                    type="button"
                    class="icon-button"
                    title=tr(Key::RuleRingRemove)
                    aria-label=tr(Key::RuleRingRemove)
                    on:click=move |_| all.update(|lines| lines.retain(|line| line.n != n))
                ><Icon name=IconName::Cross/></button>
            </div>
        }
        .into_any()
    }
}
