//! Every rule of WhatsApp's that is broken, in words.

use leptos::prelude::*;
use shared::template_rules::{TemplateFault, TemplateField, TemplateRule};

use crate::{
    i18n::{Key, fill, text, tr},
    ui::Show,
};

/// All broken rules at once.
pub(super) fn broken(faults: Memo<Vec<TemplateFault>>) -> AnyView {
    view! {
        <Show when=move || !faults.with(Vec::is_empty)>
            <div class="faults" role="status" data-testid="template-faults">
                <p class="field__label">{tr(Key::TemplateFaults)}</p>
                <ul>
                    {move || faults.get().into_iter().map(|fault| view! { <li>{fault_words(fault)}</li> }.into_any()).collect_view()}
                </ul>
            </div>
        </Show>
    }
    .into_any()
}

fn fault_words(fault: TemplateFault) -> String {
    let field = match fault.field {
        TemplateField::Name => text(Key::TemplateName).to_owned(),
        TemplateField::Language => text(Key::FilterLanguage).to_owned(),
        TemplateField::Category => text(Key::FilterCategory).to_owned(),
        TemplateField::Header => text(Key::TemplateAbove).to_owned(),
        TemplateField::Body => text(Key::TemplateBody).to_owned(),
        TemplateField::Footer => text(Key::TemplateFooter).to_owned(),
        TemplateField::Buttons => text(Key::TemplateButtons).to_owned(),
        TemplateField::Button(at) => fill(Key::ButtonNth, &[("n", &(u16::from(at) + 1).to_string())]),
    };
    let rule = text(match fault.rule {
        TemplateRule::Empty => Key::RuleEmpty,
        TemplateRule::TooLong => Key::RuleTooLong,
        TemplateRule::Characters => Key::RuleCharacters,
        TemplateRule::NotOffered => Key::RuleNotOffered,
        TemplateRule::TooMany => Key::RuleTooMany,
        TemplateRule::Mixed => Key::RuleMixed,
        TemplateRule::NoVariables => Key::RuleNoVariables,
        TemplateRule::VariableAtEdge => Key::RuleVariableAtEdge,
        TemplateRule::VariablesTouch => Key::RuleVariablesTouch,
        TemplateRule::VariableNames => Key::RuleVariableNames,
        TemplateRule::TooManyVariables => Key::RuleTooManyVariables,
        TemplateRule::VariableNotLast => Key::RuleVariableNotLast,
        TemplateRule::NoExample => Key::RuleNoExample,
        TemplateRule::NoSample => Key::RuleNoSample,
        TemplateRule::Address => Key::RuleAddress,
        TemplateRule::Number => Key::RuleNumber,
    });
    fill(Key::RuleBroken, &[("field", &field), ("rule", rule)])
}
