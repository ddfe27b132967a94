//! What a refused command is told beyond the code: the rule it breaks, and who or what was in the way. Read after the
//! refusal, because nothing of a refused transaction is left.

use shared::{
    error::{ErrorCode, Problem},
    ids::{ChannelId, ConversationId, MemberId},
    live::command::Command,
    outgoing_rules,
};

use super::{conversations as conv, notices, seat, views};
use crate::db::{
    Fault, Scoped, TenantStore,
    rows::{conversation, message},
};

/// What is kept of a command to explain its refusal.
pub(super) struct Concerned {
    /// The rules of WhatsApp's that it breaks.
    broken: Vec<String>,
    subject: Subject,
}

enum Subject {
    Customer { channel: ChannelId, phone: String },
    Answer { conversation: ConversationId, base: u64 },
    Claim(ConversationId),
    Note { conversation: ConversationId, mentions: Vec<MemberId> },
    Nothing,
}

impl Concerned {
    pub(super) fn by(command: &Command) -> Self {
        let broken = match command {
            Command::Send { what, .. } | Command::Begin { what, .. } => outgoing_rules::faults(what),
            _ => Vec::new(),
        };
        let subject = match command {
            Command::Begin { channel, phone, .. } => {
                Subject::Customer { channel: *channel, phone: phone.clone() }
            }
            Command::Send { conversation, base: Some(base), .. } => {
                Subject::Answer { conversation: *conversation, base: *base }
            }
            Command::AssignToMe { conversation } => Subject::Claim(*conversation),
            Command::AddNote { conversation, mentions, .. } => {
                Subject::Note { conversation: *conversation, mentions: mentions.clone() }
            }
            _ => Subject::Nothing,
        };
        Self { broken: broken.iter().map(ToString::to_string).collect(), subject }
    }

    /// The problem with what is to be said about it. What cannot be read now is left out.
    pub(super) async fn explain(
        self,
        tenant: &TenantStore,
        member: MemberId,
        mut problem: Problem,
    ) -> Problem {
        match (problem.code, self.subject) {
            (ErrorCode::MessageInvalid, _) => problem.detail = Some(self.broken.join("; ")),
            (ErrorCode::ConversationOpen, Subject::Customer { channel, phone }) => {
                let found = tenant.read(move |scoped| {
                    let address = conv::begin::Address { channel, phone: &phone, name: None };
                    conv::begin::existing(scoped, member, address)
                });
                problem.conversation = found.await.unwrap_or_default().map(Box::new);
            }
            (ErrorCode::ColleagueAnswered, Subject::Answer { conversation, base }) => {
                let found = tenant.read(move |scoped| {
                    if !sees(scoped, member, conversation)? {
                        return Ok(None);
                    }
                    message::answered_behind(scoped, conversation, base, member)
                });
                problem.message = found.await.unwrap_or_default().map(Box::new);
            }
            (ErrorCode::AlreadyAssigned, Subject::Claim(id)) => {
                let found = tenant.read(move |scoped| {
                    let holder = conversation::find(scoped, id)?.and_then(|row| row.model.assignee);
                    Ok(if sees(scoped, member, id)? { holder } else { None })
                });
                problem.member = found.await.unwrap_or_default().map(Box::new);
            }
            (ErrorCode::NotMentionable, Subject::Note { conversation, mentions }) => {
                let found =
                    tenant.read(move |scoped| notices::unmentionable(scoped, conversation, &mentions));
                problem.member = found.await.unwrap_or_default().map(Box::new);
            }
            _ => {}
        }
        problem
    }
}

fn sees(scoped: &mut Scoped, member: MemberId, id: ConversationId) -> Result<bool, Fault> {
    let seat = seat::take(scoped, member)?;
    views::is_in_sight(scoped, &seat, id)
}
