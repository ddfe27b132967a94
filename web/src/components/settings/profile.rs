//! What customers see about the business; read from Meta when it is opened, written back whole.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    api::numbers::{BusinessProfile, Nothing},
    ids::ChannelId,
    profile::{self, ProfileField, VERTICALS},
};

use super::{
    fields::{self, Line},
    setup::Order,
};
use crate::{
    http::{self, Refused},
    i18n::{Key, text, tr},
    ui::{Button, RowSkeletons},
};

fn path(id: ChannelId) -> String {
    format!("/api/channels/{id}/profile")
}

/// The form, once Meta has answered.
pub(super) fn draw(id: ChannelId) -> AnyView {
    let fetched = RwSignal::new(None::<Result<BusinessProfile, Refused>>);
    let fetch = move || {
        fetched.set(None);
        spawn_local(async move {
            let answer = http::get::<BusinessProfile>(&path(id)).await;
            let _ = fetched.try_set(Some(answer));
        });
    };
    fetch();
    (move || match fetched.get() {
        None => view! { <RowSkeletons/> }.into_any(),
        Some(Err(refused)) => view! {
            <p class="settings__note">
                {fields::explain(&refused)}" "
                <Button on:click=move |_| fetch()>{tr(Key::TryAgain)}</Button>
            </p>
        }
        .into_any(),
        Some(Ok(known)) => form(id, known),
    })
    .into_any()
}

fn form(id: ChannelId, known: BusinessProfile) -> AnyView {
    let mut sites = known.websites.into_iter();
    let (about, address) = (RwSignal::new(known.about), RwSignal::new(known.address));
    let (description, email) = (RwSignal::new(known.description), RwSignal::new(known.email));
    let first = RwSignal::new(sites.next().unwrap_or_default());
    let second = RwSignal::new(sites.next().unwrap_or_default());
    let vertical = RwSignal::new(known.vertical);
    let written = move || {
        let trimmed = |field: RwSignal<String>| field.get().trim().to_owned();
        BusinessProfile {
            about: trimmed(about),
            address: trimmed(address),
            description: trimmed(description),
            email: trimmed(email),
            websites: [first, second].into_iter().map(trimmed).filter(|site| !site.is_empty()).collect(),
            vertical: vertical.get(),
        }
    };
    let faults = Memo::new(move |_| profile::faults(&written()));
    let fault = move |broken: fn(ProfileField) -> bool, words: Key| {
        Signal::derive(move || {
            faults.with(|all| all.iter().any(|one| broken(*one))).then(|| text(words).to_owned())
        })
    };
    let order = Order::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = untrack(written);
        order.run(async move { http::post::<Option<Nothing>>(&path(id), &new).await.map(drop) });
    };
    let verticals = || {
        let none = (String::new(), text(Key::VerticalNone).to_owned());
        std::iter::once(none)
            .chain(VERTICALS.into_iter().map(|one| (one.to_owned(), vertical_word(one))))
            .collect()
    };
    view! {
        <form class="step__form" on:submit=submit>
            {Line::new("profile-about", Key::ProfileAbout, about)
                .fault(fault(|one| one == ProfileField::About, Key::ProfileAboutFault)).draw()}
            {Line::new("profile-description", Key::ProfileDescription, description)
                .fault(fault(|one| one == ProfileField::Description, Key::ProfileDescriptionFault)).draw_area("3")}
            {Line::new("profile-address", Key::ProfileAddress, address)
                .fault(fault(|one| one == ProfileField::Address, Key::ProfileAddressFault)).draw()}
            <div class="pair">
                {Line::new("profile-email", Key::SignInEmail, email).kind("email")
                    .fault(fault(|one| one == ProfileField::Email, Key::ProfileEmailFault)).draw()}
                {fields::choice("profile-vertical", Key::ProfileVertical, vertical, verticals)}
                {Line::new("profile-site-1", Key::ProfileWebsite, first).kind("url")
                    .fault(fault(|one| one == ProfileField::Website(0), Key::ProfileWebsiteFault)).draw()}
                {Line::new("profile-site-2", Key::ProfileWebsiteOther, second).kind("url")
                    .fault(fault(|one| one == ProfileField::Website(1), Key::ProfileWebsiteFault)).draw()}
            </div>
            {order.outcome(Key::ProfileSaved)}
            {fields::save("profile-save", Key::Save, Signal::derive(move || order.busy.get() || !faults.with(Vec::is_empty)))}
        </form>
    }
    .into_any()
}

/// Meta's word for a line of business, as people say it.
fn vertical_word(vertical: &str) -> String {
    text(match vertical {
        "ALCOHOL" => Key::VerticalAlcohol,
        "APPAREL" => Key::VerticalApparel,
        "AUTO" => Key::VerticalAuto,
        "BEAUTY" => Key::VerticalBeauty,
        "EDU" => Key::VerticalEdu,
        "ENTERTAIN" => Key::VerticalEntertain,
        "EVENT_PLAN" => Key::VerticalEventPlan,
        "FINANCE" => Key::VerticalFinance,
        "GOVT" => Key::VerticalGovt,
        "GROCERY" => Key::VerticalGrocery,
        "HEALTH" => Key::VerticalHealth,
        "HOTEL" => Key::VerticalHotel,
        "NONPROFIT" => Key::VerticalNonprofit,
        "ONLINE_GAMBLING" => Key::VerticalOnlineGambling,
        "PROF_SERVICES" => Key::VerticalProfServices,
        "RESTAURANT" => Key::VerticalRestaurant,
        "RETAIL" => Key::VerticalRetail,
        "TRAVEL" => Key::VerticalTravel,
        _ => Key::VerticalOther,
    })
    .to_owned()
}
