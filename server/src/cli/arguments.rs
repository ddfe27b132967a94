//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use shared::model::{channel::ChannelColour, member::Role, queue::RoutingMode};

use crate::admin::{parse_colour, parse_role, parse_routing};

/// A contact centre on WhatsApp for many tenants.
#[derive(Parser)]
#[command(name = "switchboard", version)]
pub(super) struct Arguments {
    /// Settings that differ from the defaults (see `switchboard config`); also SWITCHBOARD_CONFIG
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run the server
    Serve,
    /// Bring the database to this version's schema
    Migrate,
    /// Print all settings with their defaults
    Config,
    /// Look at the installation and say what is wrong with it
    Doctor,
    /// Businesses that work here
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// People who work in a tenant
    #[command(subcommand)]
    Member(MemberCommand),
    /// Departments of a tenant
    #[command(subcommand)]
    Queue(QueueCommand),
    /// Meta apps
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// WhatsApp numbers
    #[command(subcommand)]
    Number(NumberCommand),
    /// Create the demonstration tenant, once, and print how to use it
    DemoSeed,
    /// Authentic messages that no tenant may have
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Take items that broke something once more
    Replay {
        /// Only of this tenant
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
    },
}

#[derive(Subcommand)]
pub(super) enum TenantCommand {
    /// Create a tenant
    Create {
        /// Short name: a-z, 0-9 and hyphens
        #[arg(long)]
        slug: String,
        /// The business's name
        #[arg(long)]
        name: String,
        /// Where its days begin and end, such as Europe/Berlin
        #[arg(long, default_value = "UTC")]
        zone: String,
    },
    /// List all tenants
    List,
    /// Shut a tenant's doors: nobody signs in and nothing is sent; what customers write is still kept
    Suspend {
        /// Which
        slug: String,
    },
    /// Open them again
    Resume {
        /// Which
        slug: String,
    },
}

#[derive(Subcommand)]
pub(super) enum MemberCommand {
    /// Let somebody work in a tenant
    Create(MemberArguments),
}

#[derive(Args)]
pub(super) struct MemberArguments {
    /// Where
    #[arg(long, value_name = "SLUG")]
    pub(super) tenant: String,
    /// The account's address; a known account is reused
    #[arg(long)]
    pub(super) email: String,
    /// Name as colleagues see it
    #[arg(long)]
    pub(super) name: String,
    /// agent, supervisor or administrator
    #[arg(long, value_parser = parse_role)]
    pub(super) role: Role,
    /// Name of a queue to work in; may be repeated
    #[arg(long = "queue", value_name = "NAME")]
    pub(super) queues: Vec<String>,
    /// Password of a new account; other users of this machine may see it
    #[arg(long, conflicts_with = "password_stdin")]
    pub(super) password: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    pub(super) password_stdin: bool,
}

#[derive(Subcommand)]
pub(super) enum QueueCommand {
    /// Add a queue
    Create {
        /// Where
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Name as shown
        #[arg(long)]
        name: String,
        /// How its conversations come to agents: auto, offer or manual
        #[arg(long, value_parser = parse_routing, default_value = "auto")]
        routing: RoutingMode,
    },
}

#[derive(Subcommand)]
pub(super) enum ConnectionCommand {
    /// Add a Meta app; prints where its webhooks go
    Create(ConnectionArguments),
    /// What Meta signs webhooks with: several may be active, so that one can be renewed without a gap
    #[command(subcommand)]
    Secret(SecretCommand),
    /// What is sent to the Graph API
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Subcommand)]
pub(super) enum SecretCommand {
    /// Accept another app secret beside those that are there
    Add {
        /// The connection's key, as in its webhook address
        #[arg(long, value_name = "KEY")]
        connection: String,
        /// The new secret; other users of this machine may see it
        #[arg(long, required_unless_present = "secret_stdin", conflicts_with = "secret_stdin")]
        app_secret: Option<String>,
        /// Read the secret from standard input
        #[arg(long)]
        secret_stdin: bool,
    },
    /// Accept an app secret no more
    Remove {
        /// The connection's key, as in its webhook address
        #[arg(long, value_name = "KEY")]
        connection: String,
        /// Which; see the list
        #[arg(long)]
        number: i64,
    },
    /// List numbers and ages
    List {
        /// The connection's key, as in its webhook address
        #[arg(long, value_name = "KEY")]
        connection: String,
    },
}

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Replace the access token
    Set {
        /// The connection's key, as in its webhook address
        #[arg(long, value_name = "KEY")]
        connection: String,
        /// The new token; other users of this machine may see it
        #[arg(long, required_unless_present = "token_stdin", conflicts_with = "token_stdin")]
        access_token: Option<String>,
        /// Read the token from standard input
        #[arg(long)]
        token_stdin: bool,
    },
}

#[derive(Args)]
pub(super) struct ConnectionArguments {
    /// Whose; the operator's when left out
    #[arg(long, value_name = "SLUG")]
    pub(super) tenant: Option<String>,
    /// Name as the operator sees it
    #[arg(long)]
    pub(super) name: String,
    /// Meta's id of the app
    #[arg(long)]
    pub(super) app_id: String,
    /// What Meta signs webhooks with
    #[arg(long, required_unless_present = "secrets_stdin", conflicts_with = "secrets_stdin")]
    pub(super) app_secret: Option<String>,
    /// What Meta repeats in the handshake
    #[arg(long, required_unless_present = "secrets_stdin", conflicts_with = "secrets_stdin")]
    pub(super) verify_token: Option<String>,
    /// What is sent to the Graph API
    #[arg(long, required_unless_present = "secrets_stdin", conflicts_with = "secrets_stdin")]
    pub(super) access_token: Option<String>,
    /// Read app secret, verify token and access token from standard input, one line each
    #[arg(long)]
    pub(super) secrets_stdin: bool,
}

#[derive(Subcommand)]
pub(super) enum NumberCommand {
    /// Bind a number to a connection and a tenant
    Add(NumberArguments),
}

#[derive(Args)]
pub(super) struct NumberArguments {
    /// Whose
    #[arg(long, value_name = "SLUG")]
    pub(super) tenant: String,
    /// The connection's key, as in its webhook address
    #[arg(long, value_name = "KEY")]
    pub(super) connection: String,
    /// Meta's id of the number
    #[arg(long)]
    pub(super) phone_number_id: String,
    /// Meta's id of the business account
    #[arg(long)]
    pub(super) waba_id: String,
    /// The number as people write it
    #[arg(long)]
    pub(super) number: String,
    /// Name the business gives it
    #[arg(long)]
    pub(super) label: String,
    /// teal, blue, violet, amber, rose or slate
    #[arg(long, value_parser = parse_colour, default_value = "teal")]
    pub(super) colour: ChannelColour,
    /// Name of the queue its new conversations wait in; without one everybody sees them
    #[arg(long, value_name = "NAME")]
    pub(super) queue: Option<String>,
}

#[derive(Subcommand)]
pub(super) enum QuarantineCommand {
    /// List what is there and why
    List,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_role_that_does_not_exist_is_refused() {
        let line = ["switchboard", "member", "create", "--tenant", "t", "--email", "e", "--name", "n"];
        let with = |role| Arguments::try_parse_from(line.into_iter().chain(["--role", role]));
        assert!(with("agent").is_ok());
        assert!(with("manager").is_err());
    }

    /// The `switchboard …` commands of a text, each as its words; a backslash continues a line.
    fn commands_of(text: &str) -> Vec<Vec<String>> {
        let joined = text.replace("\\\n", " ");
        let spans = joined.split('`').flat_map(str::lines);
        spans
            .filter_map(|line| line.trim().strip_prefix("switchboard "))
            .map(|rest| words(&format!("switchboard {rest}")))
            .collect()
    }

    /// Words as a shell splits them, as far as the documents need it: double quotes, no escapes.
    fn words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (n, part) in line.split('"').enumerate() {
            if n % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        // Comments, placeholders such as `<n>` and the ellipsis stand for something of their kind.
        let words = words.into_iter().take_while(|word| !word.starts_with('#'));
        words.map(|word| if word == "<n>" { "1".into() } else { word }).collect()
    }

    /// Whether the words lead to a group of commands and no further.
    fn names_a_group(words: &[String]) -> bool {
        let mut here = Arguments::command();
        for word in &words[1..] {
            let Some(next) = here.find_subcommand(word).cloned() else { return false };
            here = next;
        }
        here.has_subcommands()
    }

    #[test]
    fn every_command_in_the_documents_is_understood() {
        let documents = [
            include_str!("../../../README.md"),
            include_str!("../../../CHANGELOG.md"),
            include_str!("../../../docs/DECISIONS.md"),
            include_str!("../../switchboard.default.toml"),
        ];
        let mut found = 0;
        for command in documents.into_iter().flat_map(commands_of) {
            if names_a_group(&command) {
                continue; // named as such, not to be typed
            }
            if let Err(error) = Arguments::try_parse_from(&command) {
                panic!("{command:?}: {error}");
            }
            found += 1;
        }
        assert!(found >= 8, "{found}");
    }
}
