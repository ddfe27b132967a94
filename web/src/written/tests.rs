use super::*;

fn with(kind: FormKind, texts: &[(Field, &str)]) -> Written {
    let mut written = Written::blank(kind);
    for (field, text) in texts {
        written.set(*field, (*text).to_owned());
    }
    written
}

fn list() -> Written {
    let texts = [
        (Field::Body, " Which?\n"),
        (Field::Header, " "),
        (Field::Label, "Drinks"),
        (Field::Section(0), "Hot"),
        (Field::Row(0, 0), "Tea"),
        (Field::Row(0, 1), "Coffee "),
        (Field::RowDetail(0, 1), "Black"),
        (Field::Section(1), "Cold"),
        (Field::Row(1, 0), "Water"),
    ];
    let mut list = with(FormKind::List, &texts);
    list.add(0);
    list.add(1);
    list
}

#[test]
fn a_message_is_trimmed_and_numbered() {
    let row = |id: &str, title: &str, detail: Option<&str>| Row {
        id: id.into(),
        title: title.into(),
        detail: detail.map(str::to_owned),
    };
    let hot = vec![row("1", "Tea", None), row("2", "Coffee", Some("Black"))];
    let sections = vec![
        Section { title: Some("Hot".into()), rows: hot },
        Section { title: Some("Cold".into()), rows: vec![row("3", "Water", None)] },
    ];
    let action = Action::List { label: "Drinks".into(), sections };
    let sent = Interactive { header: None, body: "Which?".into(), footer: None, action };
    assert_eq!(list().outgoing(), Outgoing::Interactive(sent));
    assert_eq!(list().faults(), []);
}

#[test]
fn a_line_that_is_taken_out_moves_the_others_up() {
    let mut list = list();
    list.remove(0, 0);
    assert_eq!(
        (list.counts(), list.get(Field::Row(0, 0)), list.get(Field::RowDetail(0, 0))),
        (&[1, 1][..], "Coffee ", "Black")
    );
    list.remove(0, 0);
    assert_eq!(
        (list.counts(), list.get(Field::Section(0)), list.get(Field::Row(0, 0))),
        (&[1][..], "Cold", "Water")
    );
}

#[test]
fn cards_have_a_number_on_each_line() {
    let texts = [(Field::CardName(0), "Ada"), (Field::CardPhone(0, 0), "+44 1 234\n\n +44 5 678 ")];
    let Outgoing::Contacts(cards) = with(FormKind::Contacts, &texts).outgoing() else { panic!("no cards") };
    assert_eq!(
        (cards[0].phones.as_slice(), cards[0].emails.len()),
        (&["+44 1 234".to_owned(), "+44 5 678".into()][..], 0)
    );
}

#[test]
fn a_place_needs_a_position_that_is_understood() {
    let faults = |text: &str| with(FormKind::Location, &[(Field::Position, text)]).faults();
    let fault = |rule| vec![OutgoingFault { field: Field::Position, rule }];
    assert_eq!(faults(" "), fault(OutgoingRule::Empty));
    assert_eq!(faults("https://maps.app.goo.gl/x"), fault(OutgoingRule::NotOnEarth));
    assert_eq!(faults("52.5, 13.4"), []);
}

#[test]
fn what_is_kept_comes_back_as_it_was_typed() {
    let place = with(FormKind::Location, &[(Field::Position, "somewhere"), (Field::PlaceName, "Shop ")]);
    let cards = [(Field::CardName(0), "Ada \"A\""), (Field::CardPhone(0, 0), "1\n\n2")];
    let link = [(Field::Body, "a\nb "), (Field::Url, "https://")];
    for written in [place, with(FormKind::Contacts, &cards), list(), with(FormKind::Link, &link)] {
        let kept = written.keep().unwrap();
        let back = Written::read(written.kind, &kept).unwrap();
        assert_eq!(back.outgoing(), written.outgoing());
        for (field, text) in &written.texts {
            assert_eq!(back.get(*field), text, "{field:?}");
        }
    }
    assert_eq!(Written::read(FormKind::List, &with(FormKind::Link, &link).keep().unwrap()), None);
}

#[test]
fn what_was_refused_can_be_written_on() {
    let sent = list().outgoing();
    assert_eq!(Written::again(&sent).unwrap().outgoing(), sent);
    assert_eq!(Written::again(&Outgoing::Text { text: "x".into() }), None);
}
