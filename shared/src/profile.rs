//! What WhatsApp takes as a business's profile. Source: Cloud API, business profiles.

use crate::api::numbers::BusinessProfile;

/// Longest line under the name, in characters.
pub const ABOUT_CHARS: usize = 139;
/// Longest address, in characters.
pub const ADDRESS_CHARS: usize = 256;
/// Longest description, in characters.
pub const DESCRIPTION_CHARS: usize = 512;
/// Longest e-mail address, in characters.
pub const EMAIL_CHARS: usize = 128;
/// Longest address on the web, in characters.
pub const WEBSITE_CHARS: usize = 256;
/// Addresses on the web.
pub const WEBSITES: usize = 2;

/// Meta's lines of business.
pub const VERTICALS: [&str; 19] = [
    "ALCOHOL",
    "APPAREL",
    "AUTO",
    "BEAUTY",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GOVT",
    "GROCERY",
    "HEALTH",
    "HOTEL",
    "NONPROFIT",
    "ONLINE_GAMBLING",
    "OTHER",
    "PROF_SERVICES",
    "RESTAURANT",
    "RETAIL",
    "TRAVEL",
];

/// A part of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileField {
    /// The line under the name.
    About,
    /// The address.
    Address,
    /// The description.
    Description,
    /// The e-mail address.
    Email,
    /// An address on the web, counted from 0.
    Website(usize),
    /// The line of business.
    Vertical,
}

impl ProfileField {
    /// Plain English for third parties.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::About => "about has more than 139 characters",
            Self::Address => "address has more than 256 characters",
            Self::Description => "description has more than 512 characters",
            Self::Email => "email is no address of at most 128 characters",
            Self::Website(_) => {
                "websites are two at most, each http:// or https:// and of at most 256 characters"
            }
            Self::Vertical => "vertical is none of Meta's",
        }
    }
}

/// The parts that WhatsApp would not take.
pub fn faults(profile: &BusinessProfile) -> Vec<ProfileField> {
    let mut faults = Vec::new();
    let long = |text: &str, most: usize| text.chars().count() > most || text.contains('\0');
    if long(&profile.about, ABOUT_CHARS) {
        faults.push(ProfileField::About);
    }
    if long(&profile.address, ADDRESS_CHARS) {
        faults.push(ProfileField::Address);
    }
    if long(&profile.description, DESCRIPTION_CHARS) {
        faults.push(ProfileField::Description);
    }
    let email = profile.email.as_str();
    let is_email = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if long(email, EMAIL_CHARS) || email.contains(char::is_whitespace) || (!email.is_empty() && !is_email) {
        faults.push(ProfileField::Email);
    }
    for (at, website) in profile.websites.iter().enumerate() {
        let rest = website.strip_prefix("https://").or_else(|| website.strip_prefix("http://"));
        let bad = rest.is_none_or(str::is_empty) || website.contains(char::is_whitespace);
        if at >= WEBSITES || bad || long(website, WEBSITE_CHARS) {
            faults.push(ProfileField::Website(at));
        }
    }
    let vertical = profile.vertical.as_str();
    if !vertical.is_empty() && !VERTICALS.contains(&vertical) {
        faults.push(ProfileField::Vertical);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_limit() {
        let profile = BusinessProfile {
            about: "ü".repeat(139),
            address: "a".repeat(256),
            description: "d".repeat(512),
            email: "desk@shop.example".into(),
            websites: vec!["https://shop.example".into(), "http://a.example".into()],
            vertical: "RETAIL".into(),
        };
        assert_eq!(faults(&profile), []);
        assert_eq!(faults(&BusinessProfile::default()), []);
        let bad = BusinessProfile {
            about: "ü".repeat(140),
            address: "a".repeat(257),
            description: "d".repeat(513),
            email: "desk".into(),
            websites: vec!["shop.example".into(), "https://".into(), "https://b.example".into()],
            vertical: "SHOPS".into(),
        };
        assert_eq!(faults(&bad).len(), 8);
    }
}
