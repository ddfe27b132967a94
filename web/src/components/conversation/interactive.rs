//! A text with something to tap, as the customer sees it.

use leptos::prelude::*;
use shared::model::interactive::{Action, Interactive, Section};

use super::content::{Shown, template};
use crate::{
    i18n::{Key, tr},
    ui::{Icon, IconName},
};

/// How its list is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Options {
    /// Closed, as on the customer's phone until it is tapped.
    Closed,
    /// Open, for whoever is writing it.
    Open,
}

/// Draws it.
pub(super) fn interactive(sent: &Interactive, options: Options) -> AnyView {
    let said = template(Shown {
        header: sent.header.clone(),
        file: None,
        body: sent.body.clone(),
        footer: sent.footer.clone(),
        buttons: Vec::new(),
    });
    let below = match &sent.action {
        Action::Buttons { buttons } => buttons
            .iter()
            .map(|reply| {
                let title = label(&reply.title);
                button(IconName::Answer, view! { <span dir="auto">{title}</span> }.into_any())
            })
            .collect(),
        Action::List { label, sections } => vec![list(self::label(label), sections, options)],
        Action::Link { label, url } => {
            let (label, url) = (self::label(label), url.clone());
            let link = view! {
                <a href=url.clone() title=url target="_blank" rel="noopener noreferrer" dir="auto">{label}</a>
            };
            vec![button(IconName::Link, link.into_any())]
        }
        Action::AskLocation => vec![button(IconName::Pin, tr(Key::SendLocation).into_any())],
    };
    view! {
        {said}
        <ul class="template__buttons" aria-label=tr(Key::TemplateButtons)>{below}</ul>
    }
    .into_any()
}

/// What stands on a button; while nothing is written yet, that something will.
fn label(written: &str) -> String {
    if written.trim().is_empty() { "…".to_owned() } else { written.to_owned() }
}

fn button(icon: IconName, words: AnyView) -> AnyView {
    view! { <li><Icon name=icon/>{words}</li> }.into_any()
}

fn list(label: String, sections: &[Section], options: Options) -> AnyView {
    let section = |section: &Section| {
        let rows: Vec<AnyView> = section
            .rows
            .iter()
            .map(|row| {
                let (title, detail) = (row.title.clone(), row.detail.clone());
                view! {
                    <li>
                        <span dir="auto">{title}</span>
                        {detail.map(|detail| view! { <small dir="auto">{detail}</small> })}
                    </li>
                }
                .into_any()
            })
            .collect();
        let title = section.title.clone().map(|title| view! { <b dir="auto">{title}</b> });
        view! { <li>{title}<ul>{rows}</ul></li> }.into_any()
    };
    let sections: Vec<AnyView> = sections.iter().map(section).collect();
    view! {
        <li>
            <details class="options" open=options == Options::Open>
                <summary><Icon name=IconName::List/><span dir="auto">{label}</span></summary>
                <ul>{sections}</ul>
            </details>
        </li>
    }
    .into_any()
}
