//! The programs of the console. Each is a page of its own, so that nobody loads what they do not work with;
//! the server serves the page an address belongs to, and a page leaves addresses of the other to the browser.

/// A program of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// Signing in, and answering customers.
    Inbox,
    /// Looking after the business.
    Office,
    /// Looking after those who answer: the supervisor's board.
    Floor,
}

/// Where the addresses of the office begin.
const OFFICE: [&str; 2] = ["/settings", "/contacts"];
/// Where those of the floor do.
const FLOOR: [&str; 2] = ["/board", "/wall"];

impl Program {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inbox, Self::Office, Self::Floor];

    /// Whose page a path is.
    pub fn of(path: &str) -> Self {
        let is_below = |room: &&str| {
            path.strip_prefix(*room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if OFFICE.iter().any(is_below) {
            Self::Office
        } else if FLOOR.iter().any(is_below) {
            Self::Floor
        } else {
            Self::Inbox
        }
    }

    /// Its page among the files of the console.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Inbox => "/index.html",
            Self::Office => "/office.html",
            Self::Floor => "/floor.html",
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
        for path in ["/settings", "/settings/", "/settings/numbers/new", "/contacts"] {
            assert_eq!(Program::of(path), Program::Office, "{path}");
        }
        for path in ["/board", "/board/x", "/wall"] {
            assert_eq!(Program::of(path), Program::Floor, "{path}");
        }
    }
}
