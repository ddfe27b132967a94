//! The shape of what is loading. CSS shows it after 150 ms only, so quick answers do not flash.

use leptos::prelude::*;

/// Rows of a list.
#[component]
pub(crate) fn RowSkeletons() -> impl IntoView {
    let row = || {
        view! {
            <li class="skeleton-row">
                <span class="skeleton skeleton--round"></span>
                <span class="skeleton-row__lines">
                    <span class="skeleton skeleton--half"></span>
                    <span class="skeleton"></span>
                </span>
            </li>
        }
    };
    view! { <ul class="late" aria-hidden="true">{(0..6).map(|_| row()).collect_view()}</ul> }
}

/// Bubbles of a timeline.
#[component]
pub(crate) fn TimelineSkeleton() -> impl IntoView {
    view! {
        <div class="skeleton-talk late" aria-hidden="true">
            <span class="skeleton skeleton--bubble"></span>
            <span class="skeleton skeleton--bubble skeleton--out"></span>
            <span class="skeleton skeleton--bubble skeleton--half"></span>
            <span class="skeleton skeleton--bubble skeleton--out skeleton--half"></span>
        </div>
    }
}
