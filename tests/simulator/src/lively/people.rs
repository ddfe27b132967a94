//! The people and their errands. Phone numbers come from ranges reserved for fiction.

/// A person.
pub(super) struct Person {
    pub(super) wa_id: &'static str,
    pub(super) user_id: &'static str,
    pub(super) name: &'static str,
}

/// One message of a story.
#[derive(Debug)]
pub(super) enum Line {
    Text(&'static str),
    Picture(&'static str),
    Voice,
    Place(&'static str, f64, f64),
}

/// An errand: one line after each answer.
#[derive(Debug)]
pub(super) struct Script {
    /// Told by people with a German number only; the other stories suit everybody.
    pub(super) german: bool,
    pub(super) lines: &'static [Line],
    pub(super) nudge: &'static str,
}

const fn person(wa_id: &'static str, user_id: &'static str, name: &'static str) -> Person {
    Person { wa_id, user_id, name }
}

pub(super) const PEOPLE: [Person; 14] = [
    person("4917604069001", "DE.7310000000000000001", "Lena Hoffmann"),
    person("4917604069002", "DE.7310000000000000002", "Mehmet Yılmaz"),
    person("4917604069003", "DE.7310000000000000003", "Jonas Weber"),
    person("4917604069004", "DE.7310000000000000004", "Aylin Demir"),
    person("4917604069005", "DE.7310000000000000005", "Sofia Rossi"),
    person("4917604069006", "DE.7310000000000000006", "Karl-Heinz Brandt"),
    person("447700900101", "GB.7310000000000000007", "Priya Patel"),
    person("447700900102", "GB.7310000000000000008", "Tom Whitaker"),
    person("447700900103", "GB.7310000000000000009", "Grace Okafor"),
    person("12025550143", "US.7310000000000000010", "Marcus Lee"),
    person("12025550144", "US.7310000000000000011", "Elena García"),
    person("12025550145", "US.7310000000000000012", "Noor Haddad"),
    person("4917604069007", "DE.7310000000000000013", "Wiebke Janßen"),
    person("4917604069008", "DE.7310000000000000014", "Łukasz Nowak"),
];

use Line::{Picture, Place, Text, Voice};

pub(super) const STORIES: [Script; 12] = [
    Script {
        german: false,
        lines: &[
            Text("Hi! Is the oak desk still available in 140 cm?"),
            Text("Great. How long does delivery take?"),
            Text("Perfect, I will order it today. Thank you!"),
        ],
        nudge: "Hello? Just about the desk.",
    },
    Script {
        german: false,
        lines: &[
            Text("My parcel was due on Tuesday and it is still not here."),
            Text("The order number is A-20417."),
            Text("OK, then I will wait until tomorrow."),
            Text("Thanks for checking 🙏"),
        ],
        nudge: "Any news about my parcel?",
    },
    Script {
        german: false,
        lines: &[
            Picture("The lamp arrived like this 😕"),
            Text("The box looked fine from the outside."),
            Text("A replacement would be best. My address has not changed."),
            Text("That was quick, thanks!"),
        ],
        nudge: "Could somebody look at my picture?",
    },
    Script {
        german: true,
        lines: &[
            Text("Guten Tag, ich möchte gern einen Artikel zurückgeben."),
            Text("Bestellung A-20388, die blauen Vorhänge."),
            Text("Sie sind leider zu kurz."),
            Text("Vielen Dank für die schnelle Hilfe!"),
        ],
        nudge: "Ist da jemand?",
    },
    Script {
        german: false,
        lines: &[
            Text("Do you have a shop I can visit?"),
            Place("Where I am", 52.5206, 13.4094),
            Text("Lovely, see you on Saturday!"),
        ],
        nudge: "I am nearby right now, if that helps.",
    },
    Script {
        german: false,
        lines: &[
            Text("I was charged twice for the same order."),
            Text("Yes, both on the 3rd. 89.90 each time."),
            Text("How long does the refund take?"),
            Text("Alright, thank you."),
        ],
        nudge: "This is about money, so I would be glad of an answer.",
    },
    Script {
        german: false,
        lines: &[
            Voice,
            Text("Sorry, I was on my bike. Short: can I change the colour of my order?"),
            Text("Green, please!"),
        ],
        nudge: "Did you get my voice message?",
    },
    Script {
        german: false,
        lines: &[
            Text("Hey, does the chair come assembled?"),
            Text("And which tools do I need?"),
            Text("Ok great 👍"),
        ],
        nudge: "?",
    },
    Script {
        german: true,
        lines: &[
            Text("Hallo, kann ich meine Lieferadresse noch ändern?"),
            Text("Neu wäre: Lindenstraße 8, 20099 Hamburg."),
            Text("Super, danke schön!"),
        ],
        nudge: "Es eilt ein bisschen 🙂",
    },
    Script {
        german: false,
        lines: &[
            Text("I need an invoice with our VAT number for order A-20291."),
            Text("DE 123456789, to accounts@example.com please."),
            Text("Received. Thanks!"),
        ],
        nudge: "Our accounting is asking for the invoice again…",
    },
    Script {
        german: false,
        lines: &[
            Text("Is there a discount if I take six of the glasses?"),
            Text("Ten percent sounds fair."),
            Text("Deal! I will order them online then."),
        ],
        nudge: "Still interested in the glasses!",
    },
    Script {
        german: false,
        lines: &[
            Text("Good morning! The screws for the shelf are missing."),
            Picture("This is what was in the bag"),
            Text("Article 4471, I think."),
            Text("Wonderful, thank you so much."),
        ],
        nudge: "Hello, anybody there? The shelf is waiting 😅",
    },
];
