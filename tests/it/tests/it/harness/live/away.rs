//! A console without a connection, and how it comes back.

use std::collections::BTreeSet;

use shared::{
    apply::View,
    ids::{ConversationId, Epoch},
    live::{VERSION, frame::ClientFrame},
};

use super::LiveClient;
use crate::harness::User;

/// What a console keeps while it is offline.
#[derive(Clone)]
pub(crate) struct Away {
    pub(crate) user: User,
    pub(crate) epoch: Epoch,
    pub(crate) view: View,
    pub(super) wanted: BTreeSet<ConversationId>,
}

impl Away {
    /// Comes back with a resume and waits until the server has taken it.
    pub(crate) async fn resume(self) -> LiveClient {
        let mut client = self.begin_resume().await;
        client.until("the resume is answered", |c| c.welcome.is_some()).await;
        client
    }

    /// Connects and sends the resume.
    pub(crate) async fn begin_resume(self) -> LiveClient {
        let Self { user, epoch, mut view, wanted } = self;
        // A timeline whose page never came is asked for again.
        let pending: Vec<ConversationId> =
            view.timelines.iter().filter(|(_, t)| t.opened_at.is_none()).map(|(id, _)| *id).collect();
        for id in &pending {
            view.close(*id);
        }
        let mut client = LiveClient::open_socket(&user).await;
        let frame = ClientFrame::Resume {
            version: VERSION,
            epoch,
            member: Some(view.me),
            pos: view.pos,
            scope_rev: view.scope_rev,
            open: view.timelines.keys().copied().collect(),
        };
        client.view = Some(view);
        client.epoch = Some(epoch);
        client.wanted = wanted;
        client.send(&frame).await;
        for id in pending {
            client.ask_open(id).await;
        }
        client
    }

    /// The same at a server that was started again.
    pub(crate) fn at(self, server: &crate::harness::TestServer) -> Self {
        self.at_base(&server.base)
    }

    pub(crate) fn at_base(mut self, base: &str) -> Self {
        self.user = self.user.at_base(base);
        self
    }
}
