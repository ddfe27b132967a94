//! Files that somebody is about to send: chosen, uploaded, ready, sent. They stay with their conversation
//! while the member looks at another one, and are gone when the page is.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use leptos::prelude::*;
use shared::{
    attachments,
    error::{ErrorCode, Problem},
    ids::{ConversationId, UploadId},
    live::command::Command,
    model::{
        content::MediaKind,
        outgoing::{Outgoing, Upload},
    },
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{File, FileList, ProgressEvent, Url, XmlHttpRequest};

use crate::{http, i18n::text, json, words};

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On its way to the server, in hundredths.
    Uploading(u8),
    /// It can be sent.
    Ready(UploadId),
    /// It cannot, and why; none when the server was not reached.
    Failed(Option<ErrorCode>),
}

/// A file beside the text that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    number: u32,
    /// Its name.
    pub(crate) name: String,
    /// As what it will be sent.
    pub(crate) kind: MediaKind,
    /// An address of the picture, the film or the recording in this browser.
    pub(crate) preview: Option<String>,
    /// How far it is.
    pub(crate) stage: Stage,
}

impl Attachment {
    /// Tells attachments apart, and each from what it was before.
    pub(crate) fn key(&self) -> String {
        let stage = match self.stage {
            Stage::Uploading(_) => "u",
            Stage::Ready(_) => "r",
            Stage::Failed(_) => "f",
        };
        format!("{}{stage}", self.number)
    }
}

/// Files on their way at once: a browser has six connections to the server, and the rest of the console needs
/// some.
const AT_ONCE: usize = 2;

/// What of a file must not leave the page's one thread.
struct Held {
    file: File,
    kind: MediaKind,
    way: Way,
}

/// Where a file is on its way to the server.
enum Way {
    /// It waits for its turn.
    Waits(Tray),
    /// It goes.
    Goes(XmlHttpRequest),
    /// It went, or never will.
    Ended,
}

thread_local! {
    static HELD: RefCell<BTreeMap<u32, Held>> = const { RefCell::new(BTreeMap::new()) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// The files of one conversation.
pub(crate) type Tray = ArcRwSignal<Vec<Attachment>>;

/// The files of all conversations; the handle every component shares.
#[derive(Clone, Copy)]
pub(crate) struct Attachments {
    trays: StoredValue<BTreeMap<ConversationId, Tray>>,
    /// What was sent and may come back when the server refuses it.
    sent: StoredValue<Vec<(UploadId, Attachment)>>,
}

impl Attachments {
    /// Nothing is attached anywhere.
    pub(crate) fn new() -> Self {
        Self { trays: StoredValue::new(BTreeMap::new()), sent: StoredValue::new(Vec::new()) }
    }

    /// The files beside the text of a conversation.
    pub(crate) fn tray(self, id: ConversationId) -> Tray {
        self.trays.try_update_value(|trays| trays.entry(id).or_default().clone()).unwrap_or_default()
    }

    /// Whether something is attached anywhere.
    pub(crate) fn any(self) -> bool {
        self.trays
            .with_value(|trays| trays.values().any(|tray| tray.with_untracked(|files| !files.is_empty())))
    }

    /// Adds files; those that WhatsApp would not take say so and are not uploaded.
    pub(crate) fn add(self, tray: &Tray, files: &FileList) {
        for file in (0..files.length()).filter_map(|at| files.get(at)) {
            put_checked(tray, file, None);
        }
    }

    /// Adds the sample of a template's header; one that Meta would not take says so and is not uploaded.
    pub(crate) fn add_sample(self, tray: &Tray, files: &FileList, wanted: MediaKind) {
        if let Some(file) = files.get(0) {
            put_checked(tray, file, Some(wanted));
        }
    }

    /// Adds what the server has already.
    pub(crate) fn add_upload(self, tray: &Tray, upload: Upload) {
        let number = NEXT.with(|next| next.replace(next.get() + 1));
        let Upload { id, kind, name, .. } = upload;
        tray.update(|all| {
            all.push(Attachment { number, name, kind, preview: None, stage: Stage::Ready(id) });
        });
    }

    /// Adds what was spoken.
    pub(crate) fn add_voice(self, tray: &Tray, file: File) {
        let name = text(words::kind(MediaKind::Voice.as_str())).to_owned();
        put(tray, file, name, MediaKind::Voice, Stage::Uploading(0));
    }

    /// Uploads a file again that the server did not get.
    pub(crate) fn again(self, tray: &Tray, attachment: &Attachment) {
        set(tray, attachment.number, |one| one.stage = Stage::Uploading(0));
        HELD.with_borrow_mut(|held| {
            if let Some(held) = held.get_mut(&attachment.number) {
                held.way = Way::Waits(tray.clone());
            }
        });
        next();
    }

    /// Takes a file away; the server forgets it too.
    pub(crate) fn remove(self, tray: &Tray, attachment: &Attachment) {
        tray.update(|all| all.retain(|one| one.number != attachment.number));
        if let Some(Way::Goes(request)) = let_go(attachment) {
            let _ = request.abort();
        }
        next();
        if let Stage::Ready(upload) = attachment.stage {
            leptos::task::spawn_local(async move {
                // What stays is forgotten after a day.
                let _ = http::delete(&format!("/api/uploads/{upload}")).await;
            });
        }
    }

    /// Takes all files out to send them, in order; each with its upload.
    pub(crate) fn take(self, tray: &Tray) -> Vec<(UploadId, MediaKind)> {
        let all = tray.try_update(std::mem::take).unwrap_or_default();
        let ready: Vec<(UploadId, Attachment)> = all
            .into_iter()
            .filter_map(|one| match one.stage {
                Stage::Ready(upload) => Some((upload, one)),
                _ => None,
            })
            .collect();
        let kinds = ready.iter().map(|(upload, one)| (*upload, one.kind)).collect();
        self.sent.update_value(|sent| sent.extend(ready));
        kinds
    }

    /// A file that was taken out has arrived: nothing of it is needed any more.
    pub(crate) fn arrived(self, upload: UploadId) {
        if let Some(attachment) = self.take_sent(upload) {
            let_go(&attachment);
        }
    }

    fn take_sent(self, upload: UploadId) -> Option<Attachment> {
        let found = self.sent.try_update_value(|sent| {
            let at = sent.iter().position(|(id, _)| *id == upload)?;
            Some(sent.remove(at).1)
        });
        found.flatten()
    }

    /// Puts files back that were taken out and not sent after all.
    pub(crate) fn put_back(self, tray: &Tray, upload: UploadId) {
        if let Some(attachment) = self.take_sent(upload) {
            tray.update(|all| all.push(attachment));
        }
    }

    /// The name of a file that was sent.
    pub(crate) fn name_of(self, upload: UploadId) -> Option<String> {
        self.sent.with_value(|sent| {
            sent.iter().find(|(id, _)| *id == upload).map(|(_, attachment)| attachment.name.clone())
        })
    }

    /// Puts the file of a refused command back where it was.
    pub(crate) fn give_back(self, command: &Command, code: ErrorCode) {
        let Command::Send { conversation, what: Outgoing::File { upload, .. }, .. } = command else { return };
        if let Some(mut attachment) = self.take_sent(*upload) {
            if code == ErrorCode::UploadGone {
                attachment.stage = Stage::Failed(None);
            }
            self.tray(*conversation).update(|all| all.push(attachment));
        }
    }
}

/// Puts a file into a tray as what it is; `sample` is what the header shows that it is a sample for.
fn put_checked(tray: &Tray, file: File, sample: Option<MediaKind>) {
    let (mime, name, size) = (file.type_(), attachments::tidy_name(&file.name()), file.size() as u64);
    let accepted = attachments::accept(&mime, &name, size);
    let kind = accepted.map_or(MediaKind::Document, |accepted| accepted.kind);
    let checked = match sample {
        Some(wanted) => attachments::accept_sample(wanted, &mime, &name, size).map(drop),
        None => accepted.map(drop),
    };
    let stage = checked.map_or_else(|code| Stage::Failed(Some(code)), |()| Stage::Uploading(0));
    put(tray, file, name, kind, stage);
}

fn put(tray: &Tray, file: File, name: String, kind: MediaKind, stage: Stage) {
    let shown = matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Sticker | MediaKind::Voice);
    let preview = shown.then(|| Url::create_object_url_with_blob(&file).ok()).flatten();
    let number = NEXT.with(|next| next.replace(next.get() + 1));
    let waits = stage == Stage::Uploading(0);
    let way = if waits { Way::Waits(tray.clone()) } else { Way::Ended };
    HELD.with_borrow_mut(|held| held.insert(number, Held { file, kind, way }));
    tray.update(|all| all.push(Attachment { number, name, kind, preview, stage }));
    next();
}

/// Forgets what this browser holds of a file; where it was.
fn let_go(attachment: &Attachment) -> Option<Way> {
    if let Some(preview) = &attachment.preview {
        let _ = Url::revoke_object_url(preview);
    }
    HELD.with_borrow_mut(|held| held.remove(&attachment.number)).map(|held| held.way)
}

/// Sends the files on their way whose turn it is.
fn next() {
    loop {
        let turn = HELD.with_borrow(|held| {
            let going = held.values().filter(|held| matches!(held.way, Way::Goes(_))).count();
            let mut waiting = held.iter().filter_map(|(number, held)| match &held.way {
                Way::Waits(tray) => Some((*number, tray.clone())),
                _ => None,
            });
            waiting.next().filter(|_| going < AT_ONCE)
        });
        let Some((number, tray)) = turn else { return };
        let request = upload(&tray, number);
        let failed = request.is_none();
        HELD.with_borrow_mut(|held| {
            if let Some(held) = held.get_mut(&number) {
                held.way = request.map_or(Way::Ended, Way::Goes);
            }
        });
        if failed {
            set(&tray, number, |one| one.stage = Stage::Failed(None));
        }
    }
}

fn set(tray: &Tray, number: u32, change: impl FnOnce(&mut Attachment)) {
    tray.update(|all| {
        if let Some(one) = all.iter_mut().find(|one| one.number == number) {
            change(one);
        }
    });
}

/// Only the older way to ask tells how far an upload is.
fn upload(tray: &Tray, number: u32) -> Option<XmlHttpRequest> {
    let (file, kind) =
        HELD.with_borrow(|held| held.get(&number).map(|held| (held.file.clone(), held.kind)))?;
    let request = XmlHttpRequest::new().ok()?;
    let name = http::encoded(&attachments::tidy_name(&file.name()));
    let voice = if kind == MediaKind::Voice { "&voice" } else { "" };
    request.open_with_async("POST", &format!("/api/uploads?name={name}{voice}"), true).ok()?;

    // The file's own type would stand there, which only its bytes decide.
    request.set_request_header("content-type", "application/octet-stream").ok()?;

    let moving = tray.clone();
    let moved = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        let hundredths = (event.loaded() * 100.0 / event.total().max(1.0)) as u8;
        set(&moving, number, |one| one.stage = Stage::Uploading(hundredths.min(99)));
    });
    let (ended, asked) = (tray.clone(), request.clone());
    let done = Closure::<dyn FnMut()>::new(move || {
        let came = answered(&asked);
        HELD.with_borrow_mut(|held| {
            if let Some(held) = held.get_mut(&number) {
                held.way = Way::Ended;
            }
        });
        set(&ended, number, |one| match came {
            // What it is, the server knows better than the end of a name.
            Ok(upload) => (one.kind, one.stage) = (upload.kind, Stage::Ready(upload.id)),
            Err(code) => one.stage = Stage::Failed(code),
        });
        next();
    });
    request.set_onloadend(Some(done.into_js_value().unchecked_ref()));
    if let Ok(way) = request.upload() {
        way.set_onprogress(Some(moved.into_js_value().unchecked_ref()));
    }
    request.send_with_opt_blob(Some(&file)).ok()?;
    Some(request)
}

/// What an upload came to.
fn answered(request: &XmlHttpRequest) -> Result<Upload, Option<ErrorCode>> {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    if request.status() == Ok(200) {
        return json::read::<Upload>(&text).map_err(|_| None);
    }
    let code = json::read::<Problem>(&text).ok().map(|problem| problem.code);
    if code == Some(ErrorCode::Unauthenticated) {
        http::doubt();
    }
    Err(code)
}
