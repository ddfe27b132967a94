//! `POST /{number}/messages`: messages, read marks, typing; answered as the behaviour says.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, access, accounts, validation};
use crate::behaviour::Outcome;
use crate::chat::bubble_of_business;
use crate::config::App;
use crate::customer::{Customer, recipient_of};
use crate::lively;
use crate::recording::{RecordedSend, SendKind};
use crate::running::Cutter;
use crate::state::{Outbound, Shared, line_of, new_wamid};
use crate::templates;

/// How long the business seems to type after it said so.
const TYPING_MS: i64 = 25_000;

pub(super) async fn send_message(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    bytes: web::Bytes,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    let call = Call { shared: Arc::clone(&shared), app, send: recorded(&request, &shared, &path, &bytes) };
    if call.send.kind != SendKind::Message {
        return call.mark_read();
    }
    if let Err(refusal) = call.check() {
        return call.refuse(refusal);
    }
    let outcome = shared.with(|state| state.queue.pop_front().unwrap_or_else(|| state.standing.clone()));
    call.answer(&request, outcome).await
}

/// One send on its way to an answer.
struct Call {
    shared: Arc<Shared>,
    app: App,
    send: RecordedSend,
}

impl Call {
    async fn answer(self, request: &HttpRequest, outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Accept => self.accept("accepted").await,
            Outcome::AcceptAfter { delay_ms } => {
                pause(delay_ms).await;
                self.accept("accepted").await
            }
            Outcome::AcceptThenStall { delay_ms } => {
                let answer = self.accept("accepted_stalled").await;
                pause(delay_ms).await;
                answer
            }
            Outcome::AcceptThenCut => {
                let answer = self.accept("accepted_cut").await;
                Cutter::cut(request);
                answer
            }
            Outcome::AcceptThenInvalidJson => {
                self.accept("accepted_invalid_json").await?;
                Ok(HttpResponse::Ok().content_type("application/json").body("{\"messages\":[{"))
            }
            Outcome::Refuse { code, details, http } => {
                let refusal = match details {
                    Some(details) => GraphError::with_details(code, details),
                    None => GraphError::of(code),
                };
                let http = http.unwrap_or(refusal.http);
                self.refuse(refusal.with_http(http))
            }
            Outcome::ServerError => self.fail("server_error", GraphError::of(131_000)),
            Outcome::RateLimited { retry_after_s } => {
                let limited = GraphError::of(130_429).with_http(429).retry_after(retry_after_s);
                self.fail("rate_limited", limited)
            }
            Outcome::CutBeforeAccept => {
                Cutter::cut(request);
                self.fail("cut", GraphError::of(131_000))
            }
            Outcome::Stall { delay_ms } => {
                self.shared.change(|state| state.record(RecordedSend { outcome: "cut".into(), ..self.send }));
                pause(delay_ms).await;
                Cutter::cut(request);
                Err(GraphError::of(131_000))
            }
        }
    }

    fn check(&self) -> Result<(), GraphError> {
        let now = self.shared.clock.now();
        let body = &self.send.body;
        let number = access::number_of(&self.app, &self.send.phone_number_id)?;
        self.shared.with(|state| {
            validation::check(state, &self.app.app_id, self.app.waba_of(number), body)?;
            let customer = state.customer(&recipient_of(body).unwrap_or_default()).key();
            if state.blocked.contains(&(self.send.phone_number_id.clone(), customer.clone())) {
                return Err(GraphError::of(130_403));
            }
            if !state.strict_window {
                return Ok(());
            }
            validation::window(state.chat(&customer, &self.send.phone_number_id).last_customer_at, now, body)
        })
    }

    fn refuse(self, refusal: GraphError) -> Answer {
        let outcome = format!("refused:{}", refusal.code);
        self.fail(&outcome, refusal)
    }

    fn fail(self, outcome: &str, error: GraphError) -> Answer {
        let send = RecordedSend { outcome: outcome.to_owned(), ..self.send };
        self.shared.change(|state| state.record(send));
        Err(error)
    }

    /// Meta has the message: it is in the customer's chat, and statuses will follow.
    async fn accept(self, outcome: &str) -> Answer {
        let wamid = new_wamid();
        let Self { shared, app, mut send } = self;
        send.outcome = outcome.to_owned();
        send.wamid = Some(wamid.clone());
        let (body, now) = (send.body.clone(), shared.clock.now());
        let number = access::number_of(&app, &send.phone_number_id)?;
        let line = line_of(&app, number);
        let outbound = Outbound {
            app_id: app.app_id.clone(),
            line,
            customer: String::new(),
            callback_data: send.callback_data().map(str::to_owned),
            category: "service".into(),
            reported: None,
        };
        let (customer, overtaking) = shared.change(|state| {
            let customer = state.customer(&recipient_of(&body).unwrap_or_default()).clone();
            let key = customer.key();
            let template = state.templates.named(&outbound.line.waba_id, &body).cloned();
            let bubble = bubble_of_business(&wamid, now, template.as_ref(), &body);
            let choices = bubble.as_ref().map(|bubble| bubble.choices.clone()).unwrap_or_default();
            let chat = state.chat(&key, &send.phone_number_id);
            match bubble {
                Some(bubble) => chat.push(bubble),
                None => react(chat, &body),
            }
            lively::hear(state, &key, &wamid, &choices, shared.clock.now_ms());
            let category = category(template.as_ref(), &body);
            state.remember_outbound(&wamid, Outbound { customer: key, category, ..outbound });
            state.record(send);
            (customer, state.statuses.overtaking)
        });
        let statuses = shared.runtime.spawn(Arc::clone(&shared).run_statuses(wamid.clone()));
        if overtaking {
            // A panic there would show in the statuses a test misses; the send is accepted anyway.
            let _ = statuses.await;
        }
        Ok(HttpResponse::Ok().json(accepted(&body, &customer, &wamid)))
    }

    fn mark_read(self) -> Answer {
        if let Err(refusal) = validation::product(&self.send.body) {
            return self.refuse(refusal);
        }
        let message_id = self.send.body.get("message_id").and_then(Value::as_str).unwrap_or_default();
        if message_id.is_empty() {
            return self.refuse(GraphError::parameter("The parameter message_id is required."));
        }
        if self.shared.with(|state| {
            let fails = state.failing_marks > 0;
            state.failing_marks = state.failing_marks.saturating_sub(1);
            fails
        }) {
            return self.refuse(GraphError::of(131_000));
        }
        let message_id = message_id.to_owned();
        let (number, kind) = (self.send.phone_number_id.clone(), self.send.kind);
        let typing_until_ms = self.shared.clock.now_ms() + TYPING_MS;
        self.shared.change(|state| {
            state.record(RecordedSend { outcome: "accepted".into(), ..self.send });
            for ((_, of), chat) in &mut state.chats {
                if *of != number || !chat.bubbles.iter().any(|bubble| bubble.id == message_id) {
                    continue;
                }
                chat.read_by_business(&message_id);
                if kind == SendKind::Typing {
                    chat.typing_until_ms = typing_until_ms;
                }
            }
        });
        Ok(accounts::success())
    }
}

fn recorded(request: &HttpRequest, shared: &Shared, path: &GraphPath, bytes: &[u8]) -> RecordedSend {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body: Value = serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()));
    let read = body.get("status").and_then(Value::as_str) == Some("read");
    let kind = match (body.get("typing_indicator").is_some(), read) {
        (true, _) => SendKind::Typing,
        (false, true) => SendKind::Read,
        (false, false) => SendKind::Message,
    };
    RecordedSend {
        seq: 0,
        at_ms: shared.clock.now_ms(),
        version: path.version.clone(),
        phone_number_id: path.node.clone(),
        kind,
        body,
        content_type: header(CONTENT_TYPE),
        user_agent: header(USER_AGENT),
        outcome: String::new(),
        wamid: None,
    }
}

fn accepted(body: &Value, customer: &Customer, wamid: &str) -> Value {
    let to = body.get("to").and_then(Value::as_str).filter(|to| !to.is_empty());
    let contact = match (to, &customer.wa_id) {
        (Some(to), wa_id) => json!({ "input": to, "wa_id": wa_id }),
        (None, _) => json!({ "input": body.get("recipient"), "user_id": body.get("recipient") }),
    };
    json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [{ "id": wamid }] })
}

fn react(chat: &mut crate::chat::Chat, body: &Value) {
    let text = |pointer| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    chat.react(text("/reaction/message_id"), text("/reaction/emoji"));
}

fn category(template: Option<&templates::Template>, body: &Value) -> String {
    let is_template = body.get("type").and_then(Value::as_str) == Some("template");
    if is_template { templates::category(template) } else { "service".into() }
}

async fn pause(delay_ms: u64) {
    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
}
