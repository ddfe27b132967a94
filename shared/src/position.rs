//! Positions as text: degrees are millionths here, whole numbers that are the same everywhere, and a position
//! is found in what people paste. Nothing is fetched: a short link that hides its place stays hidden.

/// A position in millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// North positive.
    pub latitude_e6: i32,
    /// East positive.
    pub longitude_e6: i32,
}

/// Farthest north or south, in millionths of a degree.
pub const LATITUDE_E6: i32 = 90_000_000;
/// Farthest east or west, in millionths of a degree.
pub const LONGITUDE_E6: i32 = 180_000_000;

impl Position {
    /// The position, if there is such a place on earth.
    pub fn new(latitude_e6: i32, longitude_e6: i32) -> Option<Self> {
        let on_earth = latitude_e6.unsigned_abs() <= LATITUDE_E6.unsigned_abs()
            && longitude_e6.unsigned_abs() <= LONGITUDE_E6.unsigned_abs();
        on_earth.then_some(Self { latitude_e6, longitude_e6 })
    }
}

/// Millionths of a degree, written as degrees: `-0.500000`.
pub fn degrees(e6: i32) -> String {
    let sign = if e6 < 0 { "-" } else { "" };
    let whole = e6.unsigned_abs();
    format!("{sign}{}.{:06}", whole / 1_000_000, whole % 1_000_000)
}

/// The position in what somebody pasted: `52.52, 13.405`, with or without `°` and `N`, or the address of a map
/// (Google, Apple, OpenStreetMap, `geo:`) that has it in its text.
pub fn parse(text: &str) -> Option<Position> {
    let text = text.trim();
    if text.contains("://") || text.starts_with("geo:") {
        return in_link(&text.replace("%2C", ",").replace("%2c", ",").replace("%20", " ").replace('+', " "));
    }
    let (position, rest) = pair(text)?;
    rest.trim().is_empty().then_some(position)
}

/// What stands before a position in the address of a map, the surest first: a place's own position beats the
/// middle of the screen.
const MARKS: [&str; 13] = [
    "query=",
    "?q=",
    "&q=",
    "coordinate=",
    "destination=",
    "daddr=",
    "?ll=",
    "&ll=",
    "center=",
    "/search/",
    "/place/",
    "geo:",
    "@",
];

fn in_link(link: &str) -> Option<Position> {
    let number_behind = |mark: &str| {
        let at = link.rfind(mark)?;
        number(link.get(at + mark.len()..)?).map(|(found, _)| found)
    };
    for (north, east) in [("!3d", "!4d"), ("mlat=", "mlon=")] {
        let both = number_behind(north).zip(number_behind(east));
        if let Some(found) = both.and_then(|(north, east)| Position::new(north, east)) {
            return Some(found);
        }
    }
    let marked = MARKS.iter().find_map(|mark| {
        let at = link.find(mark)?;
        pair(link.get(at + mark.len()..)?).map(|(found, _)| found)
    });
    marked.or_else(|| {
        // `#map=zoom/latitude/longitude`
        let (_, map) = link.split_once("#map=")?;
        let mut parts = map.split('/').skip(1).map_while(|part| number(part).map(|(found, _)| found));
        Position::new(parts.next()?, parts.next()?)
    })
}

/// Two numbers with something between them, and what follows.
fn pair(text: &str) -> Option<(Position, &str)> {
    let (latitude, rest) = side(text, 'N', 'S')?;
    let between = rest.trim_start_matches([' ', ',', ';', '\t']);
    if between.len() == rest.len() {
        return None;
    }
    let (longitude, rest) = side(between, 'E', 'W')?;
    Position::new(latitude, longitude).map(|found| (found, rest))
}

/// A number of degrees with its side of the equator or of Greenwich, where it has one.
fn side(text: &str, plus: char, minus: char) -> Option<(i32, &str)> {
    let (found, rest) = number(text.trim_start())?;
    let unit = rest.strip_prefix('°').unwrap_or(rest);
    let letter = unit.trim_start_matches(' ');
    if let Some(rest) = letter.strip_prefix(plus) {
        return Some((found, rest));
    }
    match letter.strip_prefix(minus) {
        Some(rest) => Some((-found, rest)),
        None => Some((found, unit)),
    }
}

/// A decimal number as millionths, and what follows; more places than six are rounded.
fn number(text: &str) -> Option<(i32, &str)> {
    let (negative, rest) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let whole_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (whole, rest) = rest.split_at_checked(whole_end)?;
    if whole.is_empty() || whole.len() > 3 {
        return None;
    }
    let (places, rest) = match rest.strip_prefix('.') {
        Some(behind) => {
            let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            behind.split_at_checked(end)?
        }
        None => ("", rest),
    };
    let mut e6: i32 = whole.parse().ok()?;
    let mut digits = places.bytes().map(|digit| i32::from(digit - b'0'));
    for _ in 0..6 {
        e6 = e6 * 10 + digits.next().unwrap_or(0);
    }
    if digits.next().is_some_and(|next| next >= 5) {
        e6 += 1;
    }
    Some((if negative { -e6 } else { e6 }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude_e6: i32, longitude_e6: i32) -> Option<Position> {
        Some(Position { latitude_e6, longitude_e6 })
    }

    #[test]
    fn degrees_are_written_with_six_places() {
        assert_eq!(degrees(52_520_008), "52.520008");
        assert_eq!(degrees(-500_000), "-0.500000");
        assert_eq!(degrees(i32::MIN), "-2147.483648");
    }

    #[test]
    fn two_numbers_are_a_position_however_they_are_written() {
        for text in [
            "52.520008, 13.404954",
            "52.520008,13.404954",
            " 52.520008 13.404954 ",
            "52.520008; 13.404954",
            "52.520008° N, 13.404954° E",
            "52.5200081 N 13.4049537 E",
        ] {
            assert_eq!(parse(text), at(52_520_008, 13_404_954), "{text}");
        }
        assert_eq!(parse("-33.8, -151"), at(-33_800_000, -151_000_000));
        assert_eq!(parse("33.8 S, 151 W"), at(-33_800_000, -151_000_000));
        assert_eq!(parse("90, -180"), at(90_000_000, -180_000_000));
    }

    #[test]
    fn a_position_is_found_in_the_address_of_a_map() {
        let berlin = at(52_520_008, 13_404_954);
        for link in [
            "https://www.google.com/maps/place/Alexanderplatz/@52.5,13.4,17z/data=!3m1!4b1!4m5!3m4!1s0x47a!8m2!3d52.520008!4d13.404954",
            "https://www.google.com/maps/@52.520008,13.404954,15z",
            "https://www.google.com/maps/search/?api=1&query=52.520008%2C13.404954",
            "https://maps.google.com/?q=52.520008,13.404954",
            "https://www.google.com/maps/search/52.520008,+13.404954?sca_esv=1",
            "https://maps.apple.com/?ll=52.520008,13.404954&q=Alexanderplatz",
            "https://maps.apple.com/place?address=x&coordinate=52.520008,13.404954&name=y",
            "https://www.openstreetmap.org/?mlat=52.520008&mlon=13.404954#map=16/52.5/13.4",
            "https://www.openstreetmap.org/#map=16/52.520008/13.404954",
            "geo:52.520008,13.404954?z=16",
        ] {
            assert_eq!(parse(link), berlin, "{link}");
        }
    }

    #[test]
    fn what_has_no_position_gives_none() {
        for text in [
            "",
            "Alexanderplatz 1, Berlin",
            "52.5",
            "52.5,",
            "91, 0",
            "0, 181",
            "1,2,3",
            "1234.5, 6",
            "12.5 13.4 and more",
            "https://maps.app.goo.gl/AbCdEf",
            "https://maps.google.com/?q=Alexanderplatz",
            "geo:",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_written_position_is_read_as_it_was(north in -LATITUDE_E6..=LATITUDE_E6, east in -LONGITUDE_E6..=LONGITUDE_E6) {
            let text = format!("{}, {}", degrees(north), degrees(east));
            proptest::prop_assert_eq!(parse(&text), at(north, east));
        }

        #[test]
        fn whatever_is_pasted_does_no_harm(text in "\\PC*") {
            let _ = parse(&text);
            let _ = parse(&format!("https://x/@{text}"));
        }
    }
}
