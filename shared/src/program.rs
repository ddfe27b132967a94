//! The programs of the console. Each is a page of its own, so that nobody loads what they do not work with;
//! the server serves the page an address belongs to, and a page leaves addresses of the other to the browser.

/// A program of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// Signing in, and answering customers.
    Inbox,
    /// Looking after the business: settings and boards.
    Office,
}

/// Where the addresses of the office begin.
const OFFICE: [&str; 1] = ["/settings"];

impl Program {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Inbox, Self::Office];

    /// Whose page a path is.
    pub fn of(path: &str) -> Self {
        let is_below = |room: &&str| {
            path.strip_prefix(*room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if OFFICE.iter().any(is_below) { Self::Office } else { Self::Inbox }
    }

    /// Its page among the files of the console.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Inbox => "/index.html",
            Self::Office => "/office.html",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_one_program() {
        for path in ["/", "/inbox", "/inbox/cnv_1", "/sign-in", "/settingsx", "/nonsense"] {
            assert_eq!(Program::of(path), Program::Inbox, "{path}");
        }
        for path in ["/settings", "/settings/", "/settings/numbers/new"] {
            assert_eq!(Program::of(path), Program::Office, "{path}");
        }
    }
}
