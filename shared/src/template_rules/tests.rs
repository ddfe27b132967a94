use super::*;
use crate::{
    ids::{ChannelId, UploadId},
    model::template::{CODE, TemplateButton, TemplateHeader, TemplatePlace, TemplateValue},
};
use TemplateField as F;
use TemplateRule as R;

fn example(place: TemplatePlace, name: &str) -> TemplateValue {
    TemplateValue { place, name: name.into(), value: "x".into() }
}

/// Texts that break nothing.
fn texts() -> TemplateTexts {
    TemplateTexts {
        named: false,
        header: Some(TemplateHeader::Text { text: "Our {{1}} is on!".into() }),
        body: "Shop through {{1}} and use {{2}} to save.".into(),
        footer: Some("See you".into()),
        buttons: vec![
            TemplateButton::Reply { text: "Stop".into() },
            TemplateButton::Url { text: "Shop".into(), url: "https://shop.example/{{1}}".into() },
            TemplateButton::Phone { text: "Call".into(), phone: "+12125550134".into() },
            TemplateButton::Code { text: "Copy".into() },
        ],
        examples: vec![
            example(TemplatePlace::Header, "1"),
            example(TemplatePlace::Body, "1"),
            example(TemplatePlace::Body, "2"),
            example(TemplatePlace::Button(1), "1"),
            example(TemplatePlace::Button(3), CODE),
        ],
        sample: None,
    }
}

fn new() -> CreateTemplateRequest {
    CreateTemplateRequest {
        channel: ChannelId::new(),
        name: "spring_sale_2".into(),
        language: "en_US".into(),
        category: TemplateCategory::Marketing,
        texts: texts(),
    }
}

fn broken(texts: &TemplateTexts) -> Vec<(TemplateField, TemplateRule)> {
    faults_of_texts(texts).into_iter().map(|fault| (fault.field, fault.rule)).collect()
}

fn with_body(body: &str) -> Vec<(TemplateField, TemplateRule)> {
    let names = crate::model::template::names_in(body);
    let examples = names.iter().map(|name| example(TemplatePlace::Body, name)).collect();
    broken(&TemplateTexts { header: None, body: body.into(), buttons: Vec::new(), examples, ..texts() })
}

fn with_button(button: TemplateButton) -> Vec<(TemplateField, TemplateRule)> {
    let examples = vec![example(TemplatePlace::Button(0), "1"), example(TemplatePlace::Button(0), CODE)];
    broken(&TemplateTexts { header: None, body: "Hello.".into(), buttons: vec![button], examples, ..texts() })
}

#[test]
fn a_good_template_breaks_nothing() {
    assert_eq!(faults_of_new(&new()), []);
    assert_eq!(with_body("Hi {{1}}, {{1}} again."), []);
    let named = TemplateTexts {
        named: true,
        header: None,
        body: "Hi {{first_name}}!".into(),
        buttons: Vec::new(),
        examples: vec![example(TemplatePlace::Body, "first_name")],
        ..texts()
    };
    assert_eq!(broken(&named), []);
}

#[test]
fn a_name_is_small_letters_digits_and_underscores() {
    let rule = |name: &str| {
        faults_of_new(&CreateTemplateRequest { name: name.into(), ..new() }).first().map(|fault| fault.rule)
    };
    assert_eq!(rule(""), Some(R::Empty));
    assert_eq!(rule("Spring"), Some(R::Characters));
    assert_eq!(rule("spring sale"), Some(R::Characters));
    assert_eq!(rule(&"a".repeat(NAME_CHARS)), None);
    assert_eq!(rule(&"a".repeat(NAME_CHARS + 1)), Some(R::TooLong));
}

#[test]
fn a_language_is_a_code_with_or_without_a_region() {
    for (code, fits) in [
        ("en", true),
        ("fil", true),
        ("zh_HK", true),
        ("EN", false),
        ("en-US", false),
        ("", false),
        ("e_US", false),
    ] {
        let new = CreateTemplateRequest { language: code.into(), ..new() };
        assert_eq!(faults_of_new(&new).is_empty(), fits, "{code}");
    }
}

#[test]
fn codes_for_signing_in_are_not_written_here() {
    let category = TemplateCategory::Authentication;
    let faults = faults_of_new(&CreateTemplateRequest { category, ..new() });
    assert_eq!(faults, [TemplateFault { field: F::Category, rule: R::NotOffered }]);
}

#[test]
fn texts_have_their_lengths() {
    assert_eq!(with_body(" "), [(F::Body, R::Empty)]);
    assert_eq!(with_body(&"ü".repeat(BODY_CHARS)), []);
    assert_eq!(with_body(&"ü".repeat(BODY_CHARS + 1)), [(F::Body, R::TooLong)]);
    assert_eq!(with_body("a\0b"), [(F::Body, R::Characters)]);
    let header = |text: String| {
        broken(&TemplateTexts { header: Some(TemplateHeader::Text { text }), ..texts() }).into_iter().next()
    };
    assert_eq!(header("x".repeat(HEADER_CHARS)), None);
    assert_eq!(header("x".repeat(HEADER_CHARS + 1)), Some((F::Header, R::TooLong)));
    assert_eq!(header("two\nlines".into()), Some((F::Header, R::Characters)));
    let footer = |text: &str| broken(&TemplateTexts { footer: Some(text.into()), ..texts() });
    assert_eq!(footer(&"x".repeat(FOOTER_CHARS + 1)), [(F::Footer, R::TooLong)]);
    assert_eq!(footer("Until {{1}}."), [(F::Footer, R::NoVariables)]);
}

#[test]
fn variables_of_a_text_stand_inside_apart_and_in_order() {
    assert_eq!(with_body("{{1}}, hello!"), [(F::Body, R::VariableAtEdge)]);
    assert_eq!(with_body("Hello {{1}} "), [(F::Body, R::VariableAtEdge)]);
    assert_eq!(with_body("Hello {{1}} {{2}}."), [(F::Body, R::VariablesTouch)]);
    assert_eq!(with_body("Hello {{2}}."), [(F::Body, R::VariableNames)]);
    assert_eq!(with_body("Hello {{name}}."), [(F::Body, R::VariableNames)]);
    assert_eq!(with_body("{{}} is no variable {{}}"), []);
    let named = |name: &str| {
        let body = format!("Hello {{{{{name}}}}}.");
        let examples = vec![example(TemplatePlace::Body, name)];
        broken(&TemplateTexts { named: true, header: None, body, buttons: Vec::new(), examples, ..texts() })
    };
    assert_eq!(named("day_2"), []);
    assert_eq!(named("Day"), [(F::Body, R::VariableNames)]);
    assert_eq!(named("1"), [(F::Body, R::VariableNames)]);
}

#[test]
fn a_header_has_one_variable_or_a_file_with_its_sample() {
    let header = |header| broken(&TemplateTexts { header: Some(header), ..texts() }).into_iter().next();
    let two = TemplateHeader::Text { text: "{{1}} and {{2}}".into() };
    assert_eq!(header(two), Some((F::Header, R::TooManyVariables)));
    assert_eq!(header(TemplateHeader::Place), None);
    let other = TemplateHeader::Other { kind: "GIF".into() };
    assert_eq!(header(other), Some((F::Header, R::NotOffered)));
    for file in [TemplateHeader::Image, TemplateHeader::Video, TemplateHeader::Document] {
        assert_eq!(header(file.clone()), Some((F::Header, R::NoSample)));
        let examples =
            texts().examples.into_iter().filter(|one| one.place != TemplatePlace::Header).collect();
        let whole = TemplateTexts { header: Some(file), sample: Some(UploadId::new()), examples, ..texts() };
        assert_eq!(broken(&whole), []);
    }
}

#[test]
fn every_variable_has_an_example() {
    let bare = TemplateTexts { examples: Vec::new(), ..texts() };
    let no = R::NoExample;
    assert_eq!(broken(&bare), [(F::Header, no), (F::Body, no), (F::Button(1), no), (F::Button(3), no)]);
}

#[test]
fn buttons_are_few_and_answers_stand_together() {
    let of = |buttons| broken(&TemplateTexts { header: None, body: "Hello.".into(), buttons, ..texts() });
    let reply = || TemplateButton::Reply { text: "No".into() };
    let url = || TemplateButton::Url { text: "Shop".into(), url: "https://shop.example".into() };
    let phone = || TemplateButton::Phone { text: "Call".into(), phone: "+12125550134".into() };
    assert_eq!(of(vec![reply(); BUTTONS]), []);
    assert_eq!(of(vec![reply(); BUTTONS + 1]), [(F::Buttons, R::TooMany)]);
    assert_eq!(of(vec![url(), url(), url()]), [(F::Buttons, R::TooMany)]);
    assert_eq!(of(vec![phone(), phone()]), [(F::Buttons, R::TooMany)]);
    assert_eq!(of(vec![reply(), url(), reply()]), [(F::Buttons, R::Mixed)]);
    assert_eq!(of(vec![reply(), reply(), url(), phone()]), []);
}

#[test]
fn a_button_does_what_its_kind_can() {
    let url = |url: &str| with_button(TemplateButton::Url { text: "Go".into(), url: url.into() });
    assert_eq!(url("https://shop.example/{{1}}"), []);
    assert_eq!(url("shop.example"), [(F::Button(0), R::Address)]);
    assert_eq!(url("https://{{1}}"), [(F::Button(0), R::Address)]);
    assert_eq!(url("https://shop.example/{{1}}/a"), [(F::Button(0), R::VariableNotLast)]);
    assert_eq!(url(&format!("https://{}", "a".repeat(URL_CHARS))), [(F::Button(0), R::TooLong)]);
    let phone = |phone: &str| with_button(TemplateButton::Phone { text: "Call".into(), phone: phone.into() });
    assert_eq!(phone("call us"), [(F::Button(0), R::Number)]);
    assert_eq!(phone(&"1".repeat(PHONE_CHARS + 1)), [(F::Button(0), R::TooLong)]);
    let text = |text: &str| with_button(TemplateButton::Reply { text: text.into() });
    assert_eq!(text(&"x".repeat(BUTTON_CHARS + 1)), [(F::Button(0), R::TooLong)]);
    assert_eq!(text("For {{1}}"), [(F::Button(0), R::NoVariables)]);
    let other = TemplateButton::Other { kind: "FLOW".into(), text: "Begin".into() };
    assert_eq!(with_button(other), [(F::Button(0), R::NotOffered)]);
    let mut long = texts();
    long.examples[4].value = "x".repeat(CODE_CHARS + 1);
    assert_eq!(broken(&long), [(F::Button(3), R::TooLong)]);
}

#[test]
fn a_state_decides_what_can_be_done() {
    assert!(can_be_edited(TemplateStatus::Rejected) && !can_be_edited(TemplateStatus::Pending));
    assert!(can_be_deleted(TemplateStatus::Pending) && !can_be_deleted(TemplateStatus::Disabled));
}

#[test]
fn a_fault_reads_as_a_phrase() {
    let fault = TemplateFault { field: F::Button(1), rule: R::Address };
    assert_eq!(fault.to_string(), "button 2 has no address that begins with http:// or https://");
}
