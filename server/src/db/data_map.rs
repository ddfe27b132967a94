//! What every column holds, about whom, why, how long, and what an erasure does with it.
//!
//! Retention, export and erasure are to be derived from this map, never from a list of their own. A
//! test compares it with the migrations: an undeclared column fails.

/// About whom a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A customer.
    Contact,
    /// A person who works here.
    Member,
    /// The business.
    Tenant,
    /// Nobody.
    Technical,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Personal data of a customer.
    Contact,
    /// Personal data of a person who works here.
    Member,
    /// Data of the business.
    Tenant,
    /// A hash or an encrypted secret; never exported.
    Secret,
    /// Ids, counters, times and states.
    Technical,
}

/// How long a row is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// As long as the tenant exists.
    TenantLife,
    /// As long as the account is a member.
    AccountLife,
    /// As the tenant decides for conversations.
    Conversations,
    /// Until the work is done.
    UntilDone,
    /// This many hours.
    Hours(u16),
    /// This many days.
    Days(u16),
    /// This many months.
    Months(u16),
}

/// What an erasure of its subject does with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// The row goes.
    DeleteRow,
    /// The row stays at its place with an empty payload, so that the log has no gap.
    Tombstone,
    /// Personal columns are emptied, the row stays for those who refer to it.
    Anonymise,
    /// Nothing in it identifies anybody, or the law demands it.
    Keep,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// About whom its rows are.
    pub subject: Subject,
    /// Why it exists.
    pub purpose: &'static str,
    /// How long a row is kept.
    pub retention: Retention,
    /// What an erasure does.
    pub erasure: Erasure,
    /// All its columns.
    pub columns: &'static [(&'static str, Category)],
}

/// One column with its table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The table.
    pub table: &'static Table,
    /// The column.
    pub column: &'static str,
    /// What it holds.
    pub category: Category,
}

/// Every column of both databases.
pub fn entries() -> impl Iterator<Item = Entry> {
    TABLES.iter().flat_map(|table| {
        table.columns.iter().map(move |(column, category)| Entry { table, column, category: *category })
    })
}

/// How long the rows of a table are kept, for those that go by age; a month counts as 31 days.
pub fn kept(table: &str) -> Option<chrono::Duration> {
    let found = TABLES.iter().find(|known| known.name == table)?;
    match found.retention {
        Retention::Hours(hours) => Some(chrono::Duration::hours(hours.into())),
        Retention::Days(days) => Some(chrono::Duration::days(days.into())),
        Retention::Months(months) => Some(chrono::Duration::days(i64::from(months) * 31)),
        Retention::TenantLife | Retention::AccountLife | Retention::Conversations | Retention::UntilDone => {
            None
        }
    }
}

use Category::{Contact as C, Member as M, Secret as S, Technical as X, Tenant as T};

/// The map.
pub const TABLES: &[Table] = &[
    Table {
        name: "tenant",
        subject: Subject::Tenant,
        purpose: "who the customers of this installation are",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[("id", X), ("slug", T), ("name", T), ("life", X), ("wake_at", X), ("created_at", X)],
    },
    Table {
        name: "account",
        subject: Subject::Member,
        purpose: "who can sign in",
        retention: Retention::AccountLife,
        erasure: Erasure::DeleteRow,
        columns: &[("id", X), ("email", M), ("name", M), ("password_hash", S), ("created_at", X)],
    },
    Table {
        name: "membership",
        subject: Subject::Member,
        purpose: "which tenants a person belongs to",
        retention: Retention::AccountLife,
        erasure: Erasure::DeleteRow,
        columns: &[("account_id", M), ("tenant_id", X), ("member_id", M)],
    },
    Table {
        name: "session",
        subject: Subject::Member,
        purpose: "who is signed in",
        retention: Retention::Hours(24),
        erasure: Erasure::DeleteRow,
        columns: &[
            ("token_hash", S),
            ("account_id", M),
            ("tenant_id", X),
            ("member_id", M),
            ("created_at", X),
            ("seen_at", X),
            ("expires_at", X),
        ],
    },
    Table {
        name: "connection",
        subject: Subject::Tenant,
        purpose: "how Meta is reached",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[
            ("id", X),
            ("url_key", S),
            ("tenant_id", X),
            ("name", T),
            ("app_id", T),
            ("verify_token_sealed", S),
            ("access_token_sealed", S),
            ("created_at", X),
        ],
    },
    Table {
        name: "connection_secret",
        subject: Subject::Tenant,
        purpose: "how webhooks are verified",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[("connection_id", X), ("number", X), ("secret_sealed", S), ("created_at", X)],
    },
    Table {
        name: "number_route",
        subject: Subject::Tenant,
        purpose: "where a number belongs",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[
            ("phone_number_id", T),
            ("waba_id", T),
            ("connection_id", X),
            ("tenant_id", X),
            ("channel_id", X),
        ],
    },
    Table {
        name: "quarantine",
        subject: Subject::Contact,
        purpose: "authentic items that no tenant may have",
        retention: Retention::Days(90),
        erasure: Erasure::DeleteRow,
        columns: &[
            ("id", X),
            ("item_key", X),
            ("connection_id", X),
            ("reason", C),
            ("raw", C),
            ("bytes", X),
            ("contact_id", C),
            ("received_at", X),
        ],
    },
    Table {
        name: "sign_in_failure",
        subject: Subject::Member,
        purpose: "slowing down guesses",
        retention: Retention::Days(1),
        erasure: Erasure::DeleteRow,
        columns: &[("bucket", M), ("failures", X), ("last_at", X)],
    },
    Table {
        name: "operator_audit",
        subject: Subject::Tenant,
        purpose: "what the operator did",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[
            ("seq", X),
            ("at", X),
            ("actor", M),
            ("action", X),
            ("object", M),
            ("prev_hash", X),
            ("hash", X),
        ],
    },
    Table {
        name: "tenant_identity",
        subject: Subject::Technical,
        purpose: "a misrouted connection fails closed",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[("only", X), ("tenant_id", X)],
    },
    Table {
        name: "tenant_log",
        subject: Subject::Technical,
        purpose: "numbering the live log and the audit chain",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[("tenant_id", X), ("epoch", X), ("head", X), ("audit_seq", X), ("audit_hash", X)],
    },
    Table {
        name: "settings",
        subject: Subject::Tenant,
        purpose: "what administrators decided",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[("tenant_id", X), ("rev", X), ("tenant_name", T), ("mask_phones", T)],
    },
    Table {
        name: "queue",
        subject: Subject::Tenant,
        purpose: "departments",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[("tenant_id", X), ("id", X), ("rev", X), ("name", T)],
    },
    Table {
        name: "member",
        subject: Subject::Member,
        purpose: "who works here",
        retention: Retention::AccountLife,
        erasure: Erasure::Anonymise,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("rev", X),
            ("scope_rev", X),
            ("account_id", M),
            ("name", M),
            ("role", X),
            ("active", X),
            ("locked_out_at", X),
        ],
    },
    Table {
        name: "member_queue",
        subject: Subject::Member,
        purpose: "who works in which queue",
        retention: Retention::AccountLife,
        erasure: Erasure::DeleteRow,
        columns: &[("tenant_id", X), ("member_id", M), ("queue_id", X)],
    },
    Table {
        name: "agent_presence",
        subject: Subject::Member,
        purpose: "who can take work now",
        retention: Retention::AccountLife,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("member_id", M),
            ("availability", M),
            ("connected", M),
            ("incarnation", X),
            ("changed_at", X),
        ],
    },
    Table {
        name: "channel",
        subject: Subject::Tenant,
        purpose: "the numbers of the business",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("rev", X),
            ("name", T),
            ("address", T),
            ("colour", X),
            ("queue_id", X),
            ("connection_id", X),
            ("phone_number_id", T),
        ],
    },
    Table {
        name: "contact",
        subject: Subject::Contact,
        purpose: "whom we talk to",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("name", C),
            ("phone", C),
            ("wa_id", C),
            ("bsuid", C),
            ("username", C),
            ("created_at", X),
        ],
    },
    Table {
        name: "contact_identity",
        subject: Subject::Contact,
        purpose: "recognising a customer",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[("tenant_id", X), ("kind", X), ("value", C), ("contact_id", C), ("created_at", X)],
    },
    Table {
        name: "conversation",
        subject: Subject::Contact,
        purpose: "a case with a customer",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("rev", X),
            ("contact_id", C),
            ("channel_id", X),
            ("state", X),
            ("queue_id", X),
            ("assignee_id", M),
            ("unread", X),
            ("last_seq", X),
            ("read_seq", X),
            ("last_message_id", X),
            ("last_at", X),
            ("last_preview", C),
            ("last_kind", X),
            ("last_author", X),
            ("last_author_id", M),
            ("last_delivery", X),
            ("waiting_since", X),
            ("window_until", X),
            ("opened_at", X),
            ("closed_at", X),
            ("close_reason", X),
            ("changed_at", X),
        ],
    },
    Table {
        name: "message",
        subject: Subject::Contact,
        purpose: "what was said",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("rev", X),
            ("conversation_id", X),
            ("contact_id", C),
            ("channel_id", X),
            ("seq", X),
            ("at", X),
            ("written_at", X),
            ("author_kind", X),
            ("author_id", M),
            ("kind", X),
            ("text", C),
            ("happening", X),
            ("raw", C),
            ("wamid", C),
            ("command_key", X),
            ("delivery", X),
            ("delivery_rank", X),
            ("sent_at", X),
            ("delivered_at", X),
            ("read_at", X),
            ("failure_code", X),
            ("failure_reason", X),
            ("failure_detail", C),
            ("content", C),
            ("context", C),
            ("quoted_wamid", C),
            ("reactions", C),
            ("edited_at", X),
        ],
    },
    Table {
        name: "message_change",
        subject: Subject::Contact,
        purpose: "reactions, edits and deletions of messages",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("channel_id", X),
            ("wamid", C),
            ("target_wamid", C),
            ("contact_id", C),
            ("kind", X),
            ("content", C),
            ("written_at", X),
            ("received_at", X),
        ],
    },
    Table {
        name: "outbox",
        subject: Subject::Contact,
        purpose: "what waits to be sent",
        retention: Retention::UntilDone,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("message_id", X),
            ("contact_id", C),
            ("channel_id", X),
            ("conversation_id", X),
            ("attempts", X),
            ("due_at", X),
            ("leased_by", X),
            ("created_at", X),
        ],
    },
    Table {
        name: "early_status",
        subject: Subject::Contact,
        purpose: "statuses that overtook our own send",
        retention: Retention::Days(8),
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("channel_id", X),
            ("wamid", C),
            ("state", X),
            ("at", X),
            ("raw", C),
            ("contact_id", C),
            ("received_at", X),
        ],
    },
    Table {
        name: "raw_item",
        subject: Subject::Contact,
        purpose: "authentic items that are not understood yet",
        retention: Retention::Days(90),
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("item_key", X),
            ("kind", X),
            ("channel_id", X),
            ("contact_id", C),
            ("error", C),
            ("raw", C),
            ("received_at", X),
        ],
    },
    Table {
        name: "command_result",
        subject: Subject::Member,
        purpose: "a repeated command has one effect",
        retention: Retention::Hours(24),
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("member_id", M),
            ("command_key", X),
            ("body_hash", X),
            ("result", M),
            ("at", X),
        ],
    },
    Table {
        name: "live_event",
        subject: Subject::Contact,
        purpose: "what a console missed",
        retention: Retention::Hours(72),
        erasure: Erasure::Tombstone,
        columns: &[
            ("tenant_id", X),
            ("pos", X),
            ("at", X),
            ("audience_before", X),
            ("audience_after", X),
            ("payload", C),
            ("contact_id", C),
        ],
    },
    Table {
        name: "fact",
        subject: Subject::Technical,
        purpose: "boards, recounts and analytics",
        retention: Retention::Months(24),
        erasure: Erasure::Keep,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("what", X),
            ("at", X),
            ("written_at", X),
            ("conversation_id", X),
            ("queue_id", X),
            ("member_id", M),
            ("channel_id", X),
            ("author_kind", X),
            ("calendar_version", X),
        ],
    },
    Table {
        name: "audit",
        subject: Subject::Member,
        purpose: "who did what",
        retention: Retention::TenantLife,
        erasure: Erasure::Keep,
        columns: &[
            ("tenant_id", X),
            ("seq", X),
            ("at", X),
            ("actor", M),
            ("action", X),
            ("object", M),
            ("prev_hash", X),
            ("hash", X),
        ],
    },
    Table {
        name: "job",
        subject: Subject::Technical,
        purpose: "work after a commit",
        retention: Retention::UntilDone,
        erasure: Erasure::DeleteRow,
        columns: &[
            ("tenant_id", X),
            ("id", X),
            ("kind", X),
            ("payload", C),
            ("due_at", X),
            ("attempts", X),
            ("leased_by", X),
            ("lease_until", X),
            ("dead", X),
            ("error", C),
        ],
    },
    Table {
        name: "search_token",
        subject: Subject::Contact,
        purpose: "finding messages",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[("tenant_id", X), ("token", C), ("conversation_id", X), ("contact_id", C)],
    },
    Table {
        name: "contact_token",
        subject: Subject::Contact,
        purpose: "finding people",
        retention: Retention::Conversations,
        erasure: Erasure::DeleteRow,
        columns: &[("tenant_id", X), ("kind", X), ("token", C), ("contact_id", C)],
    },
];
