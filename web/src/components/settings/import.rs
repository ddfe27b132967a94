//! Taking contacts in from a file: first what that would do is shown, then it is done.

use js_sys::futures::JsFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::api::contacts::{ImportFault, ImportFaultKind, ImportReport, ImportRequest};

use super::fields;
use crate::{
    http::{self, Refused},
    i18n::{Key, fill, tr},
    ui::{Button, ButtonLook, Dialog, Show},
};

/// A file and what is known of it.
#[derive(Clone, Copy)]
struct Import {
    csv: RwSignal<String>,
    report: RwSignal<Option<ImportReport>>,
    refused: RwSignal<Option<Refused>>,
    busy: RwSignal<bool>,
    done: Callback<()>,
}

impl Import {
    fn ask(self, apply: bool) {
        self.busy.set(true);
        self.refused.set(None);
        let request = ImportRequest { csv: self.csv.get_untracked(), apply };
        spawn_local(async move {
            let answer = http::post::<ImportReport>("/api/contacts/import", &request).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(report) => {
                    let _ = self.report.try_set(Some(report));
                }
                Err(refused) => {
                    let _ = self.refused.try_set(Some(refused));
                }
            }
            if apply {
                self.done.run(());
            }
        });
    }

    fn read(self, file: web_sys::File) {
        self.report.set(None);
        spawn_local(async move {
            let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
            let Some(text) = text else { return };
            let _ = self.csv.try_set(text);
            self.ask(false);
        });
    }
}

/// The dialog.
pub(super) fn dialog(open: RwSignal<bool>, done: Callback<()>) -> AnyView {
    let import = Import {
        csv: RwSignal::new(String::new()),
        report: RwSignal::new(None),
        refused: RwSignal::new(None),
        busy: RwSignal::new(false),
        done,
    };
    let Import { report, refused, busy, .. } = import;
    let useful = move || report.with(|r| r.as_ref().is_some_and(|r| !r.applied && r.new + r.changed > 0));
    let disabled = Signal::derive(move || busy.get() || !useful());
    view! {
        <Dialog open title=Signal::derive(|| crate::i18n::text(Key::ContactsImport).to_owned())>
            <div class="contact__ask">
                {fields::note(Key::ImportHint)}
                <input
                    type="file"
                    accept=".csv,text/csv"
                    data-testid="import-file"
                    aria-label=tr(Key::ImportFile)
                    on:change:target=move |event| {
                        if let Some(file) = event.target().files().and_then(|files| files.get(0)) {
                            import.read(file);
                        }
                    }
                />
                <div role="status" data-testid="import-report">
                    {move || report.get().map(|report| told(&report))}
                </div>
                {fields::refusal(refused)}
            </div>
            <footer class="contact__foot">
                <Button on:click=move |_| open.set(false)>{tr(Key::DialogClose)}</Button>
                <Show when=move || !report.with(|r| r.as_ref().is_some_and(|r| r.applied))>
                    <Button look=ButtonLook::Primary disabled on:click=move |_| import.ask(true) attr:data-testid="import-apply">
                        {tr(Key::ImportApply)}
                    </Button>
                </Show>
            </footer>
        </Dialog>
    }
    .into_any()
}

fn told(report: &ImportReport) -> AnyView {
    let key = if report.applied { Key::ImportDone } else { Key::ImportWould };
    let counts = [
        ("new", report.new.to_string()),
        ("changed", report.changed.to_string()),
        ("same", report.same.to_string()),
        ("wrong", report.wrong.to_string()),
    ];
    let said = fill(key, &counts.each_ref().map(|(name, n)| (*name, n.as_str())));
    let faults = report.faults.iter().map(|fault| view! { <li dir="auto">{fault_of(fault)}</li> }.into_any());
    view! { <p>{said}</p><ul class="described__list">{faults.collect_view()}</ul> }.into_any()
}

fn fault_of(fault: &ImportFault) -> String {
    let key = match fault.what {
        ImportFaultKind::Columns => Key::FaultColumns,
        ImportFaultKind::Phone => Key::FaultPhone,
        ImportFaultKind::Name => Key::FaultName,
        ImportFaultKind::Label => Key::FaultLabel,
        ImportFaultKind::Value => Key::FaultValue,
        ImportFaultKind::Twice => Key::FaultTwice,
        ImportFaultKind::Cells => Key::FaultCells,
    };
    let column = fault.column.as_deref().unwrap_or_default();
    fill(key, &[("line", &fault.line.to_string()), ("column", column)])
}
