//! What is known of a customer, whole: names, addresses, wishes and blocks. What merges and splits compare,
//! move and restore; everything else reads [`super::contact`].

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{ChannelId, ContactId, MemberId},
    model::contact::{Block, BlockState, Contact},
};

use super::{
    contact::{self, IdentityKind},
    conversation::Address,
};
use crate::db::{Fault, Scoped, schema::contact::dsl as c};

/// A block as it is stored: how far it got, and who wished it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBlock {
    /// How far it got.
    #[serde(flatten)]
    pub block: Block,
    /// Who wished it and why; of those from before that was kept, nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
}

/// That somebody wished to keep a customer out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Who.
    pub by: MemberId,
    /// When, in microseconds.
    pub at: i64,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who judged that it stays so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<MemberId>,
}

impl KeptBlock {
    /// Whether somebody still has to judge it.
    pub fn is_open(&self) -> bool {
        self.wish.as_ref().is_some_and(|wish| wish.kept_by.is_none())
            && self.block.state != BlockState::Unblocking
    }
}

/// Everything of a contact but when it was first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Queryable)]
pub struct Card {
    /// Name the customer gave.
    pub name: Option<String>,
    /// Phone number, digits only.
    pub phone: Option<String>,
    /// WhatsApp id.
    pub wa_id: Option<String>,
    /// Business-scoped user id.
    pub bsuid: Option<String>,
    /// User name without the `@`.
    pub username: Option<String>,
    /// Whether the customer wants no offers.
    pub no_marketing: bool,
    /// Since when, in microseconds by Meta's clock.
    pub marketing_at: Option<i64>,
    /// Who is blocked where, as stored.
    pub blocks: Option<String>,
    /// The contact that this one turned out to be.
    pub merged_into: Option<String>,
    /// Whether they are important.
    #[serde(default)]
    pub vip: bool,
    /// What they speak.
    #[serde(default)]
    pub language: Option<String>,
}

/// The addresses of a person; other identities only serve to recognise one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Business-scoped user id.
    Bsuid,
    /// WhatsApp id.
    WaId,
    /// Phone number.
    Phone,
}

impl Place {
    /// All of them, in the order in which they are trusted.
    pub const ALL: [Self; 3] = [Self::Bsuid, Self::WaId, Self::Phone];

    /// The kind of identity that stands in it.
    pub const fn kind(self) -> IdentityKind {
        match self {
            Self::Bsuid => IdentityKind::Bsuid,
            Self::WaId => IdentityKind::WaId,
            Self::Phone => IdentityKind::Phone,
        }
    }
}

impl Card {
    /// The place of an address.
    pub fn place(&mut self, place: Place) -> &mut Option<String> {
        match place {
            Place::Bsuid => &mut self.bsuid,
            Place::WaId => &mut self.wa_id,
            Place::Phone => &mut self.phone,
        }
    }

    /// Where the contact is written to.
    pub fn address(&self) -> Address {
        Address { phone: self.phone.clone(), wa_id: self.wa_id.clone(), bsuid: self.bsuid.clone() }
    }

    /// Who is blocked where.
    ///
    /// # Errors
    /// `Broken` when what is stored cannot be read.
    pub fn blocks(&self) -> Result<BTreeMap<ChannelId, KeptBlock>, Fault> {
        self.blocks.as_deref().map_or_else(|| Ok(BTreeMap::new()), parse)
    }

    /// Notes who is blocked where.
    ///
    /// # Errors
    /// `Broken` when it cannot be written.
    pub fn set_blocks(&mut self, blocks: &BTreeMap<ChannelId, KeptBlock>) -> Result<(), Fault> {
        let json = (!blocks.is_empty()).then(|| serde_json::to_string(blocks)).transpose();
        self.blocks = json.map_err(|error| Fault::Broken(error.to_string()))?;
        Ok(())
    }
}

/// A contact.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ContactId) -> Result<Option<Card>, Fault> {
    let (conn, tenant) = scoped.parts();
    let card = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select((
            c::name,
            c::phone,
            c::wa_id,
            c::bsuid,
            c::username,
            c::no_marketing,
            c::marketing_at,
            c::blocks,
            c::merged_into,
            c::vip,
            c::language,
        ))
        .first(conn)
        .optional()?;
    Ok(card)
}

/// Stores a contact as a whole.
///
/// # Errors
/// The database's.
pub fn put(scoped: &mut Scoped, id: ContactId, card: &Card) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::contact.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .set((
            c::name.eq(&card.name),
            c::phone.eq(&card.phone),
            c::wa_id.eq(&card.wa_id),
            c::bsuid.eq(&card.bsuid),
            c::username.eq(&card.username),
            c::no_marketing.eq(card.no_marketing),
            c::marketing_at.eq(card.marketing_at),
            c::blocks.eq(&card.blocks),
            c::merged_into.eq(&card.merged_into),
            c::vip.eq(card.vip),
            c::language.eq(&card.language),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a contact is blocked on a channel.
///
/// # Errors
/// The database's.
pub fn block(scoped: &mut Scoped, id: ContactId, channel: ChannelId) -> Result<Option<Block>, Fault> {
    let (conn, tenant) = scoped.parts();
    let blocks: Option<Option<String>> = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(c::blocks)
        .first(conn)
        .optional()?;
    block_on(blocks.flatten().as_deref(), channel)
}

/// Every block there is, and whose.
///
/// # Errors
/// The database's.
pub fn all_blocks(scoped: &mut Scoped) -> Result<Vec<(Contact, ChannelId, KeptBlock)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(contact::Row, Option<String>)> = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::blocks.is_not_null()))
        .order(c::id)
        .select((contact::columns!(), c::blocks))
        .load(conn)?;
    let mut all = Vec::new();
    for (row, blocks) in rows {
        let contact = contact::model(row)?.contact;
        for (channel, kept) in blocks.as_deref().map(parse).transpose()?.unwrap_or_default() {
            all.push((contact.clone(), channel, kept));
        }
    }
    Ok(all)
}

/// Reads from a contact's blocks whether it is blocked on a channel.
pub(super) fn block_on(stored: Option<&str>, channel: ChannelId) -> Result<Option<Block>, Fault> {
    stored.map_or(Ok(None), |json| Ok(parse(json)?.remove(&channel).map(|kept| kept.block)))
}

fn parse(json: &str) -> Result<BTreeMap<ChannelId, KeptBlock>, Fault> {
    serde_json::from_str(json).map_err(|error| Fault::Broken(error.to_string()))
}
