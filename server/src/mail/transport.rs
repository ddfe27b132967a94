//! Where mails go: to files, so that a fresh installation works, or to an SMTP server.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use lettre::{Message, SmtpTransport, Transport as _};
use reqwest::Url;

use crate::config::{Config, ConfigError, MailTransport};

/// A server that says nothing for this long is tried again later.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How mails leave.
pub enum Transport {
    /// As files `<id>.eml` in this directory.
    Directory(PathBuf),
    /// Over SMTP.
    Smtp(Box<SmtpTransport>),
}

impl Transport {
    /// What the operator configured.
    ///
    /// # Errors
    /// A password file that cannot be read, an address that is none.
    pub fn of(config: &Config) -> Result<Self, ConfigError> {
        if config.mail_transport == MailTransport::File {
            return Ok(Self::Directory(config.data_dir.join("mail")));
        }
        let mut url = check_url(config.smtp_url.as_deref().unwrap_or_default())?;
        if let Some(password) = password(config)? {
            url.set_password(Some(&password))
                .map_err(|()| ConfigError("smtp_url takes no password".into()))?;
        }
        // Not the error itself: it could quote the address with the password in it.
        let builder = SmtpTransport::from_url(url.as_str())
            .map_err(|_| ConfigError("smtp_url is no address of an SMTP server".into()))?;
        Ok(Self::Smtp(Box::new(builder.timeout(Some(TIMEOUT)).build())))
    }

    /// Sends a message; blocks.
    ///
    /// # Errors
    /// What went wrong, for the operator.
    pub(super) fn send(&self, id: &str, message: &Message) -> Result<(), String> {
        match self {
            Self::Directory(directory) => {
                store(directory, id, &message.formatted()).map_err(|error| error.to_string())
            }
            Self::Smtp(smtp) => smtp.send(message).map(drop).map_err(|error| error.to_string()),
        }
    }
}

/// How long files of mails stay, as long as their rows do.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

impl Transport {
    /// Forgets the files of mails that are old by the file system's clock; blocks.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn forget(&self, now: SystemTime) -> std::io::Result<()> {
        let Self::Directory(directory) = self else { return Ok(()) };
        let Ok(entries) = fs::read_dir(directory) else { return Ok(()) };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let ours = path.extension().is_some_and(|end| end == "eml" || end == "part");
            let age = now.duration_since(entry.metadata()?.modified()?).unwrap_or_default();
            if ours && age > KEPT {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Whoever finds the file finds all of it.
fn store(directory: &Path, id: &str, bytes: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let part = directory.join(format!("{id}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(part, directory.join(format!("{id}.eml")))
}

fn password(config: &Config) -> Result<Option<String>, ConfigError> {
    let Some(path) = &config.smtp_password_file else { return Ok(config.smtp_password.clone()) };
    let text = fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("smtp_password_file {}: {error}", path.display())))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// An SMTP server that is reached encrypted, or is on this machine.
///
/// # Errors
/// What to write instead.
pub(crate) fn check_url(text: &str) -> Result<Url, ConfigError> {
    let refuse = |why: &str| Err(ConfigError(format!("smtp_url {why}")));
    let Ok(url) = Url::parse(text) else {
        return refuse(
            "must look like smtps://user@mail.example.com or smtp://user@mail.example.com?tls=required",
        );
    };
    if url.password().is_some() {
        return refuse("holds a password; put it into smtp_password_file or the environment");
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback());
    match (url.scheme(), url.query()) {
        _ if host.is_empty() => refuse("names no server"),
        ("smtps", None) | ("smtp", Some("tls=required")) => Ok(url),
        ("smtp", None) if here => Ok(url),
        ("smtp", _) => refuse("is not encrypted; use smtps://, or smtp:// with ?tls=required behind it"),
        _ => refuse("must begin with smtps:// or smtp://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_clear_only_this_machine_is_reached() {
        for fine in [
            "smtps://user@mail.example.com",
            "smtps://mail.example.com:465",
            "smtp://user@mail.example.com:587?tls=required",
            "smtp://localhost:2525",
            "smtp://127.0.0.1:2525",
            "smtp://[::1]:2525",
        ] {
            assert!(check_url(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "mail.example.com",
            "https://mail.example.com",
            "smtp://mail.example.com",
            "smtp://mail.example.com?tls=opportunistic",
            "smtp://127.0.0.1.evil.example",
            "smtps://user:secret@mail.example.com",
            "smtps://mail.example.com?tls=opportunistic",
        ] {
            let refused = check_url(wrong).err().unwrap_or_else(|| panic!("{wrong} was taken"));
            assert!(!refused.0.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn a_mail_becomes_a_file_that_nobody_else_reads() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let mail = directory.path().join("mail");
        for _ in 0..2 {
            store(&mail, "a", b"hello").unwrap();
        }
        let names: Vec<_> = fs::read_dir(&mail).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.eml"]);
        let mode = fs::metadata(mail.join("a.eml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }

    #[test]
    fn files_of_old_mails_are_forgotten_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let mail = directory.path().join("mail");
        let transport = Transport::Directory(mail.clone());
        let now = SystemTime::now();
        transport.forget(now).unwrap();
        store(&mail, "a", b"hello").unwrap();
        fs::write(mail.join("notes.txt"), "the operator's").unwrap();
        transport.forget(now + KEPT - Duration::from_secs(60)).unwrap();
        assert!(mail.join("a.eml").exists());
        transport.forget(now + KEPT + Duration::from_secs(60)).unwrap();
        assert!(!mail.join("a.eml").exists() && mail.join("notes.txt").exists());
    }

    /// Plays a server for one mail; gives what it was told.
    fn serve(listener: &std::net::TcpListener) -> String {
        use std::io::{BufRead as _, BufReader};
        let (stream, _) = listener.accept().unwrap();
        let (mut answers, mut lines) = (stream.try_clone().unwrap(), BufReader::new(stream));
        let (mut told, mut in_data) = (String::new(), false);
        answers.write_all(b"220 here\r\n").unwrap();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or_default() == 0 {
                return told;
            }
            told.push_str(&line);
            let answer = match line.trim_end() {
                "." => "250 taken\r\n",
                _ if in_data => continue,
                "DATA" => "354 go on\r\n",
                "QUIT" => "221 bye\r\n",
                _ => "250 fine\r\n",
            };
            in_data = line.starts_with("DATA");
            if answers.write_all(answer.as_bytes()).is_err() {
                return told;
            }
        }
    }

    #[test]
    fn an_smtp_server_is_given_the_message_and_a_silent_port_is_an_error() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config::for_tests("unused");
        config.mail_transport = MailTransport::Smtp;
        config.smtp_url = Some(format!("smtp://{}", listener.local_addr().unwrap()));
        let transport = Transport::of(&config).unwrap();
        let message = Message::builder()
            .from("desk@desk.example".parse().unwrap())
            .to("ada@example.com".parse().unwrap())
            .subject("Hello")
            .body("How are you?".to_owned())
            .unwrap();
        let server = std::thread::spawn(move || serve(&listener));
        transport.send("a", &message).unwrap();
        let told = server.join().unwrap();
        assert!(told.contains("MAIL FROM:<desk@desk.example>"), "{told}");
        assert!(told.contains("RCPT TO:<ada@example.com>") && told.contains("How are you?"), "{told}");
        // The listener is gone by now.
        assert!(transport.send("a", &message).is_err());
    }
}
