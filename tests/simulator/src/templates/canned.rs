//! What every account has at first.

use serde_json::{Value, json};

use super::Template;

/// All of them.
pub(super) fn all() -> Vec<Template> {
    vec![
        canned(
            1,
            ("order_update", "en", "UTILITY"),
            vec![
                body(
                    "Hello {{1}}, there is news about your order {{2}}. Shall we continue here?",
                    &["Ada", "A-1042"],
                ),
                replies(&["Yes, please", "Not now"]),
            ],
        ),
        canned(
            2,
            ("order_update", "de", "UTILITY"),
            vec![
                body(
                    "Guten Tag {{1}}, es gibt Neues zu Ihrer Bestellung {{2}}. Sollen wir hier weitermachen?",
                    &["Ada", "A-1042"],
                ),
                replies(&["Ja, gern", "Jetzt nicht"]),
            ],
        ),
        canned(
            3,
            ("we_missed_you", "en", "UTILITY"),
            vec![body(
                "We are back and would like to answer your question. Write to us whenever it suits you.",
                &[],
            )],
        ),
        canned(
            4,
            ("autumn_offers", "en", "MARKETING"),
            vec![
                body("Hi {{1}}, our autumn collection has arrived. Have a look before it is gone!", &["Ada"]),
                replies(&["Stop offers"]),
            ],
        ),
        Template {
            status: "PENDING".into(),
            ..canned(
                5,
                ("pickup_reminder", "en", "UTILITY"),
                vec![body("Your parcel waits for you until {{1}} today.", &["6 pm"])],
            )
        },
        Template {
            status: "REJECTED".into(),
            rejected_reason: "PROMOTIONAL".into(),
            ..canned(6, ("loud_sale", "en", "MARKETING"), vec![body("Everything must go today!", &[])])
        },
        Template {
            parameter_format: "NAMED".into(),
            ..canned(
                7,
                ("fitting_appointment", "en", "UTILITY"),
                vec![
                    json!({ "type": "HEADER", "format": "TEXT", "text": "See you, {{first_name}}", "example": {
                    "header_text_named_params": [{ "param_name": "first_name", "example": "Ada" }] } }),
                    json!({
                        "type": "BODY",
                        "text": "Your appointment is on {{day}} at {{time}}. Is that still convenient?",
                        "example": { "body_text_named_params": [
                            { "param_name": "day", "example": "Saturday" },
                            { "param_name": "time", "example": "11:30" },
                        ] },
                    }),
                    json!({ "type": "FOOTER", "text": "Write to us to change it" }),
                    replies(&["Yes", "Another day"]),
                ],
            )
        },
        canned(
            8,
            ("lamp_of_the_month", "en", "MARKETING"),
            vec![
                json!({ "type": "HEADER", "format": "IMAGE",
                    "example": { "header_handle": ["https://scontent.example/lamp.jpg"] } }),
                body("Hi {{1}}, this is our lamp of the month. How do you like it?", &["Ada"]),
                replies(&["Stop offers"]),
            ],
        ),
        canned(
            9,
            ("parcel_on_its_way", "en", "UTILITY"),
            vec![
                body("Hi {{1}}, your parcel has left us. Follow it with the button below.", &["Ada"]),
                json!({ "type": "BUTTONS", "buttons": [
                { "type": "URL", "text": "Follow parcel", "url": "https://parcels.example/follow/{{1}}",
                  "example": ["https://parcels.example/follow/P-77"] },
                { "type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12125550134" },
            ] }),
            ],
        ),
    ]
}

fn canned(number: u64, (name, language, category): (&str, &str, &str), components: Vec<Value>) -> Template {
    Template {
        id: (1_387_372_356_720_000 + number).to_string(),
        category: category.into(),
        quality: "GREEN".into(),
        components,
        ..Template::text(name, language, "")
    }
}

fn body(text: &str, examples: &[&str]) -> Value {
    if examples.is_empty() {
        return json!({ "type": "BODY", "text": text });
    }
    json!({ "type": "BODY", "text": text, "example": { "body_text": [examples] } })
}

fn replies(texts: &[&str]) -> Value {
    let button = |text: &&str| json!({ "type": "QUICK_REPLY", "text": text });
    json!({ "type": "BUTTONS", "buttons": texts.iter().map(button).collect::<Vec<_>>() })
}
