//! A conversation beside the score card. Keys 1 to 5 score and go on, arrows change the line.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use shared::{
    api::reviews::{ReviewDesk, ReviewRequest, path},
    ids::{ConversationId, MemberId},
    model::review::{BEST_SCORE, COMMENT_CHARS, Criterion, Review, Score},
};

use super::{super::watch::line as said, Reviewing};
use crate::{
    browser,
    http::{self, Refused},
    i18n::{Key, fill, text, tr},
    routes,
    ui::{IconName, Item, Notice, TimelineSkeleton, Tone, each},
    words,
};

/// The conversation and its card.
pub(super) fn draw(reviewing: Reviewing, id: ConversationId, member: MemberId) -> AnyView {
    let fetched = RwSignal::new(None::<Result<ReviewDesk, Refused>>);
    spawn_local(async move {
        let answer = http::get::<ReviewDesk>(&path(id)).await;
        let _ = fetched.try_set(Some(answer));
    });
    let messages = Memo::new(move |_| {
        fetched.with(|answer| match answer {
            Some(Ok(desk)) => desk.page.messages.iter().rev().cloned().collect(),
            _ => Vec::new(),
        })
    });
    view! {
        <section class="watch__one review__talk" aria-label=tr(Key::TimelineLabel)>
            <ol class="watch__lines" tabindex="0" aria-label=tr(Key::TimelineLabel) data-testid="review-lines">
                {move || fetched.with(Option::is_none).then(TimelineSkeleton)}
                {each(move || messages.get().into_iter().map(|message| {
                    Item::new(message.seq.to_string(), move || said(reviewing.desk, message))
                }).collect())}
            </ol>
            <a class="button button--ghost" href=routes::conversation(id)>{tr(Key::ReviewOlder)}</a>
        </section>
        {move || match fetched.get() {
            None => ().into_any(),
            Some(Err(refused)) => view! {
                <Notice tone=Tone::Bad icon=IconName::Warning>
                    <span role="alert">{refused.code().map_or_else(|| text(Key::Unreachable), |code| text(words::error(code)))}</span>
                </Notice>
            }.into_any(),
            Some(Ok(desk)) => card(reviewing, (id, member), desk),
        }}
    }
    .into_any()
}

/// What is being filled in.
#[derive(Clone, Copy)]
struct Card {
    reviewing: Reviewing,
    of: (ConversationId, MemberId),
    criteria: StoredValue<Vec<Criterion>>,
    scores: RwSignal<Vec<Option<u8>>>,
    comment: RwSignal<String>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Refused>>,
}

impl Card {
    fn score(self, at: usize, score: u8) {
        self.scores.update(|all| {
            if let Some(one) = all.get_mut(at) {
                *one = Some(score);
            }
        });
    }

    fn is_whole(self) -> bool {
        self.scores.with(|all| all.iter().all(Option::is_some))
    }

    /// Puts the cursor on a line of the card; behind the last, into the comment.
    fn focus(self, at: usize) {
        if at >= self.criteria.with_value(Vec::len) {
            return browser::focus("[data-testid=review-comment]");
        }
        let score = self.scores.with_untracked(|all| all.get(at).copied().flatten()).unwrap_or(1);
        browser::focus(&format!("#score-{at}-{score}"));
    }

    fn key(self, at: usize, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        let digit = key.parse::<u8>().ok().filter(|score| (1..=BEST_SCORE).contains(score));
        let to = match (digit, key.as_str()) {
            (Some(score), _) => {
                self.score(at, score);
                at + 1
            }
            (None, "ArrowDown") => at + 1,
            (None, "ArrowUp") => at.saturating_sub(1),
            _ => return,
        };
        // Up and down would choose another score.
        event.prevent_default();
        self.focus(to);
    }

    fn save(self) {
        if self.busy.get_untracked() || !untrack(|| self.is_whole()) {
            return;
        }
        let given = self.scores.get_untracked();
        let scores = self.criteria.with_value(|all| {
            let of = |(one, score): (&Criterion, Option<u8>)| Score {
                name: one.name.clone(),
                score: score.unwrap_or_default(),
            };
            all.iter().zip(given).map(of).collect()
        });
        let request = ReviewRequest { member: self.of.1, scores, comment: self.comment.get_untracked() };
        let Self { reviewing, of: (id, _), busy, refused, .. } = self;
        busy.set(true);
        refused.set(None);
        spawn_local(async move {
            let answer = http::put::<Review>(&path(id), &request).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    reviewing.desk.toasts.say(text(Key::Saved).to_owned());
                    let _ = reviewing.done.try_update(|done| done.push(id));
                    let _ = reviewing.made.try_update(|n| *n += 1);
                    if reviewing.at.try_get_untracked().is_some() {
                        reviewing.next();
                    }
                }
                Err(why) => {
                    let _ = refused.try_set(Some(why));
                }
            }
        });
    }
}

fn card(reviewing: Reviewing, of: (ConversationId, MemberId), desk: ReviewDesk) -> AnyView {
    let ReviewDesk { criteria, review, .. } = desk;
    let known = review.as_ref();
    let scored = |one: &Criterion| {
        known.and_then(|review| review.scores.iter().find(|score| score.name == one.name)).map(|s| s.score)
    };
    let scores = criteria.iter().map(scored).collect();
    let comment = known.map(|review| review.comment.clone()).unwrap_or_default();
    let lines = criteria.clone();
    let card = Card {
        reviewing,
        of,
        criteria: StoredValue::new(criteria),
        scores: RwSignal::new(scores),
        comment: RwSignal::new(comment),
        busy: RwSignal::new(false),
        refused: RwSignal::new(None),
    };
    let Card { comment, busy, refused, .. } = card;
    // Whoever goes from one to the next keeps both hands where they are.
    request_animation_frame(move || card.focus(0));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        card.save();
    };
    let hurry = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            card.save();
        }
    };
    let title = move || fill(Key::ReviewCard, &[("name", &reviewing.name(of.1))]);
    view! {
        <form class="panel review__card" on:submit=submit on:keydown=hurry data-testid="review-card">
            <h2 dir="auto">{title}</h2>
            <p class="settings__note">{tr(Key::ReviewKeys)}" "{tr(Key::ReviewBest)}"."</p>
            {lines.into_iter().enumerate().map(|(at, one)| line(card, at, one)).collect_view()}
            <div class="field">
                <label class="field__label" for="review-comment">{tr(Key::ReviewComment)}</label>
                <textarea
                    class="field__input field__area"
                    id="review-comment"
                    rows="3"
                    dir="auto"
                    maxlength=COMMENT_CHARS.to_string()
                    data-testid="review-comment"
                    bind:value=comment
                ></textarea>
            </div>
            {move || refused.get().map(|why| view! {
                <Notice tone=Tone::Bad icon=IconName::Warning>
                    <span role="alert">{why.code().map_or_else(|| text(Key::Unreachable), |code| text(words::error(code)))}</span>
                </Notice>
            }.into_any())}
            <footer class="step__foot">
                <span class="grow"></span>
                <button
                    type="submit"
                    class="button button--primary"
                    data-testid="review-save"
                    disabled=move || busy.get() || !card.is_whole()
                >{tr(Key::ReviewSave)}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// A criterion with its five scores.
fn line(card: Card, at: usize, one: Criterion) -> AnyView {
    let score = move || card.scores.with(|all| all.get(at).copied().flatten());
    view! {
        <fieldset class="score" on:keydown=move |event| card.key(at, &event)>
            <legend dir="auto">{one.name}</legend>
            {one.hint.map(|hint| view! { <small dir="auto">{hint}</small> }.into_any())}
            <span class="score__row">
                {(1..=BEST_SCORE).map(|n| view! {
                    <label class="score__one">
                        <input
                            type="radio"
                            id=format!("score-{at}-{n}")
                            name=format!("score-{at}")
                            prop:checked=move || score() == Some(n)
                            on:change=move |_| card.score(at, n)
                        />
                        <span>{n.to_string()}</span>
                    </label>
                }.into_any()).collect_view()}
            </span>
        </fieldset>
    }
    .into_any()
}
