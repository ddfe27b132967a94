use super::*;
use crate::model::{
    content::{Card, Place},
    interactive::{Action, Interactive, Reply, Row, Section},
};
use OutgoingField as F;
use OutgoingRule as R;

fn broken(what: &Outgoing) -> Vec<(F, R)> {
    faults(what).into_iter().map(|fault| (fault.field, fault.rule)).collect()
}

fn text(action: Action) -> Interactive {
    Interactive { header: None, body: "Which one?".into(), footer: None, action }
}

fn reply(id: &str, title: &str) -> Reply {
    Reply { id: id.into(), title: title.into() }
}

fn row(id: &str, title: &str) -> Row {
    Row { id: id.into(), title: title.into(), detail: None }
}

fn of(interactive: Interactive) -> Vec<(F, R)> {
    broken(&Outgoing::Interactive(interactive))
}

fn buttons(buttons: Vec<Reply>) -> Vec<(F, R)> {
    of(text(Action::Buttons { buttons }))
}

fn list(sections: Vec<Section>) -> Vec<(F, R)> {
    of(text(Action::List { label: "Choose".into(), sections }))
}

fn section(title: Option<&str>, rows: Vec<Row>) -> Section {
    Section { title: title.map(str::to_owned), rows }
}

fn link(url: &str) -> Vec<(F, R)> {
    of(text(Action::Link { label: "Open".into(), url: url.into() }))
}

fn card() -> Card {
    Card {
        name: Some("Ada Lovelace".into()),
        organisation: Some("Analytical Engines".into()),
        phones: vec!["+44 (0)20 7946-0018".into()],
        emails: vec!["ada@engines.example".into()],
    }
}

fn cards(cards: Vec<Card>) -> Vec<(F, R)> {
    broken(&Outgoing::Contacts(cards))
}

fn place(latitude_e6: i32, longitude_e6: i32, name: Option<&str>, address: Option<&str>) -> Vec<(F, R)> {
    let (name, address) = (name.map(str::to_owned), address.map(str::to_owned));
    broken(&Outgoing::Location(Place { latitude_e6, longitude_e6, name, address }))
}

#[test]
fn a_place_is_on_earth_and_its_address_stands_under_a_name() {
    assert_eq!(place(90_000_000, -180_000_000, None, None), []);
    assert_eq!(place(1, 1, Some("Shop"), Some("High Street 1")), []);
    assert_eq!(place(90_000_001, 0, None, None), [(F::Position, R::NotOnEarth)]);
    assert_eq!(place(0, i32::MIN, None, None), [(F::Position, R::NotOnEarth)]);
    assert_eq!(place(1, 1, None, Some("High Street 1")), [(F::PlaceName, R::Empty)]);
    assert_eq!(
        place(1, 1, Some(" "), Some("a\nb")),
        [(F::PlaceName, R::Empty), (F::PlaceAddress, R::Characters)]
    );
    let long = "ü".repeat(PLACE_NAME_CHARS);
    assert_eq!(place(1, 1, Some(&long), None), []);
    assert_eq!(place(1, 1, Some(&format!("{long}ü")), None), [(F::PlaceName, R::TooLong(100))]);
}

#[test]
fn a_card_has_a_name_and_a_way_to_its_person() {
    assert_eq!(cards(vec![card(); CARDS]), []);
    assert_eq!(cards(vec![card(); CARDS + 1]), [(F::Cards, R::TooMany(CARDS))]);
    assert_eq!(cards(Vec::new()), [(F::Cards, R::Empty)]);
    let nobody = Card { name: Some("Ada".into()), ..Card::default() };
    assert_eq!(cards(vec![card(), nobody]), [(F::Card(1), R::NoWay)]);
    assert_eq!(cards(vec![Card { name: None, ..card() }]), [(F::CardName(0), R::Empty)]);
    let many = Card { phones: vec!["110".into(); 6], ..card() };
    assert_eq!(cards(vec![many]), [(F::Card(0), R::TooMany(5))]);
    for bad in ["call me", "+", "12", "1++23", "+49 1525 55x"] {
        let one = Card { phones: vec![bad.into()], ..card() };
        assert_eq!(cards(vec![one]), [(F::CardPhone(0, 0), R::Number)], "{bad}");
    }
    for bad in ["ada", "ada@", "@engines.example", "a@b", "a@b..c", "a b@c.de", "a@b@c.de"] {
        let one = Card { emails: vec!["ada@engines.example".into(), bad.into()], ..card() };
        assert_eq!(cards(vec![one]), [(F::CardEmail(0, 1), R::Email)], "{bad}");
    }
}

#[test]
fn buttons_are_one_to_three_and_no_two_alike() {
    let full = Interactive {
        header: Some("h".repeat(HEADER_CHARS)),
        body: "two\nlines".into(),
        footer: Some("f".repeat(FOOTER_CHARS)),
        action: Action::Buttons {
            buttons: vec![reply("1", &"é".repeat(BUTTON_CHARS)), reply("2", "No"), reply("3", "Maybe")],
        },
    };
    assert_eq!(of(full), []);
    assert_eq!(buttons(Vec::new()), [(F::Buttons, R::Empty)]);
    let four = ["a", "b", "c", "d"].map(|id| reply(id, id)).to_vec();
    assert_eq!(buttons(four), [(F::Buttons, R::TooMany(3))]);
    assert_eq!(buttons(vec![reply("1", "Yes"), reply("2", "Yes ")]), [(F::Button(1), R::Repeated)]);
    assert_eq!(buttons(vec![reply("1", "Yes"), reply("1", "No")]), [(F::ButtonId(1), R::Repeated)]);
    assert_eq!(buttons(vec![reply("1", &"x".repeat(21))]), [(F::Button(0), R::TooLong(20))]);
    assert_eq!(buttons(vec![reply(&"x".repeat(257), "Yes")]), [(F::ButtonId(0), R::TooLong(256))]);
    assert_eq!(buttons(vec![reply("1", " \t")]), [(F::Button(0), R::Empty)]);
    assert_eq!(buttons(vec![reply("1", "a\u{7}b")]), [(F::Button(0), R::Characters)]);
}

#[test]
fn a_list_has_at_most_ten_lines_in_all() {
    let rows = |from: usize, many: usize| {
        (from..from + many).map(|n| row(&n.to_string(), "Tea")).collect::<Vec<_>>()
    };
    assert_eq!(list(vec![section(None, rows(0, 10))]), []);
    assert_eq!(list(vec![section(Some("Hot"), rows(0, 5)), section(Some("Cold"), rows(5, 5))]), []);
    let eleven = vec![section(Some("Hot"), rows(0, 5)), section(Some("Cold"), rows(5, 6))];
    assert_eq!(list(eleven), [(F::Rows, R::TooMany(10))]);
    assert_eq!(list(Vec::new()), [(F::Sections, R::Empty)]);
    assert_eq!(list(vec![section(None, Vec::new())]), [(F::Row(0, 0), R::Empty)]);
    let untitled = vec![section(None, rows(0, 1)), section(Some("Cold"), rows(1, 1))];
    assert_eq!(list(untitled), [(F::Section(0), R::Empty)]);
    let twice = vec![section(Some("Hot"), rows(0, 1)), section(Some("Cold"), rows(0, 1))];
    assert_eq!(list(twice), [(F::RowId(1, 0), R::Repeated)]);
    let long = Row { detail: Some("d".repeat(73)), ..row("1", &"t".repeat(25)) };
    let long = list(vec![section(Some(&"s".repeat(25)), vec![long])]);
    assert_eq!(
        long,
        [
            (F::Section(0), R::TooLong(24)),
            (F::Row(0, 0), R::TooLong(24)),
            (F::RowDetail(0, 0), R::TooLong(72))
        ]
    );
    let mut longest = text(Action::List { label: "x".repeat(21), sections: vec![section(None, rows(0, 1))] });
    longest.body = "b".repeat(LIST_BODY_CHARS);
    assert_eq!(of(longest), [(F::Label, R::TooLong(20))]);
}

#[test]
fn a_link_is_a_whole_encrypted_address() {
    for good in [
        "https://shop.example",
        "https://shop.example/a?b=c#d",
        "https://shop.example:8443/ü",
        "https://münchen.example/",
    ] {
        assert_eq!(link(good), [], "{good}");
    }
    for bad in [
        "http://shop.example",
        "javascript:alert(1)",
        "https://",
        "https://localhost",
        "https://a b.example",
        "https://me:pw@shop.example/",
        "https://.example",
        "https://shop.example:port/",
        "https://shop.example:99999",
        "https://192.0.2.999/",
        "https://shop_1.example/<",
        "shop.example",
    ] {
        assert_eq!(link(bad), [(F::Url, R::Address)], "{bad}");
    }
    assert_eq!(link(""), [(F::Url, R::Empty)]);
}

#[test]
fn what_whatsapp_would_not_show_is_refused() {
    let asked =
        Interactive { header: Some("h".into()), footer: Some("f".into()), ..text(Action::AskLocation) };
    assert_eq!(of(asked), [(F::Header, R::NotShown), (F::Footer, R::NotShown)]);
    let linked = text(Action::Link { label: "Open".into(), url: "https://shop.example".into() });
    assert_eq!(of(Interactive { header: Some("h".repeat(60)), ..linked.clone() }), []);
    assert_eq!(of(Interactive { header: Some("h".repeat(61)), ..linked }), [(F::Header, R::TooLong(60))]);
    assert_eq!(of(text(Action::AskLocation)), []);
    assert_eq!(
        of(Interactive { body: "b".repeat(1025), ..text(Action::AskLocation) }),
        [(F::Body, R::TooLong(1024))]
    );
}

#[test]
fn all_that_is_broken_is_told_at_once_in_words() {
    let all = Interactive {
        header: Some(String::new()),
        body: String::new(),
        footer: Some("f".repeat(61)),
        action: Action::Buttons { buttons: vec![reply("1", "")] },
    };
    let told: Vec<String> = faults(&Outgoing::Interactive(all)).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "header is missing",
            "body is missing",
            "footer is longer than 60 characters",
            "button 1 is missing"
        ]
    );
}
