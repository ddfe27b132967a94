//! A link and a QR code with which customers begin a chat.

use leptos::prelude::*;
use shared::{ids::ChannelId, links};

use super::{fields::Line, webhook::copied};
use crate::{
    app::Desk,
    http,
    i18n::{Key, tr},
    ui::{Item, each},
};

/// Link, code and the text they begin with.
pub(super) fn draw(desk: Desk, id: ChannelId) -> AnyView {
    let words = RwSignal::new(String::new());
    let address =
        Memo::new(move |_| desk.live.channel(id).map(|channel| channel.address).unwrap_or_default());
    let link = Memo::new(move |_| links::click_to_chat(&address.get(), &words.get()));
    let code = move || format!("/api/channels/{id}/qr?text={}", http::encoded(words.get().trim()));
    view! {
        <div class="share">
            <div class="step__form">
                {Line::new("share-text", Key::ShareText, words).hint(Key::ShareTextHint).draw()}
                {each(move || {
                    let link = link.get();
                    vec![Item::new(link.clone(), move || copied(desk, "share-link", Key::ShareLink, link))]
                })}
            </div>
            <figure class="share__code">
                <img src=code alt=tr(Key::ShareCode) width="148" height="148" data-testid="qr"/>
                <a class="settings__more" href=code download="whatsapp.svg">{tr(Key::ShareDownload)}</a>
            </figure>
        </div>
    }
    .into_any()
}
