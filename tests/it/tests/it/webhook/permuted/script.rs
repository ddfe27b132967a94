//! What happens in one conversation, as WhatsApp tells it. No two events of a conversation are of the same second:
//! within one WhatsApp's clock says no order.

use serde_json::{Value, json};

use crate::harness::{Random, Tenant};

/// Stands for WhatsApp's name of our answer, which is another one for each tenant.
const OWN: &str = "wamid.OWN";
/// Stands for Meta's id of the number.
const NUMBER: &str = "$number";
const EMOJI: [&str; 5] = ["👍", "❤️", "😂", "😮", ""];

/// Something that WhatsApp tells.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// When it happened.
    pub(super) at: i64,
    /// In whose conversation.
    pub(super) whose: String,
    pub(super) field: &'static str,
    pub(super) value: Value,
}

impl Event {
    /// As it is told to a tenant.
    pub(super) fn change(&self, tenant: &Tenant, own: Option<&String>) -> Value {
        let change = json!({"field": self.field, "value": self.value}).to_string();
        let change = change.replace(NUMBER, &tenant.sales.phone_number_id);
        let change = change.replace(OWN, own.map_or(OWN, String::as_str));
        serde_json::from_str(&change).unwrap()
    }
}

/// How the customer of a conversation is known.
pub(super) fn label(n: usize) -> String {
    if is_group(n) { format!("group{n}") } else { format!("49153{n:08}") }
}

const fn is_group(n: usize) -> bool {
    n % 10 == 5
}

/// One conversation.
pub(super) struct Script {
    n: usize,
    now: i64,
    names: usize,
    /// Whether a message of ours stands in it.
    own: bool,
    theirs: Vec<String>,
    typed: Vec<String>,
    calls: usize,
    title: usize,
}

impl Script {
    pub(super) fn new(n: usize, start: i64) -> Self {
        let now = start + (n % 7) as i64;
        Self { n, now, names: 0, own: false, theirs: Vec::new(), typed: Vec::new(), calls: 0, title: 0 }
    }

    /// The customer writes, so that we can answer.
    pub(super) fn opening(&mut self) -> Event {
        let id = self.name();
        self.message(&id, "text", json!({"body": "Hello"}), 0)
    }

    pub(super) fn answered(&mut self) {
        self.own = true;
    }

    /// Whatever happens then.
    pub(super) fn play(&mut self, random: &mut Random) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..5 + random.below(8) {
            if is_group(self.n) {
                self.group(random, &mut events);
            } else {
                self.chat(random, &mut events);
            }
        }
        events
    }

    fn chat(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        match random.below(100) {
            0..28 => self.says(random, events),
            28..40 => self.reacts(random, events, 0),
            40..48 => self.edits(random, events),
            48..54 => self.revokes(random, events),
            54..66 => self.types(random, events),
            66..76 => self.changes_typed(random, events),
            76..84 => self.statuses(random, events),
            84..90 => self.calls(random, events),
            90..93 => self.title += 1,
            93..95 => {
                let id = self.name();
                let event = self.message(&id, "text", json!({"body": "to the bot"}), 0);
                let message = &event.value["messages"][0];
                let standby =
                    json!({"standby": {"contacts": event.value["contacts"], "messages": [message]}});
                events.push(self.event("standby", standby));
                self.theirs.push(id);
            }
            _ => {
                let role = random.pick(&["escalation", "ai_agent"]).unwrap();
                let at = self.tick();
                let value = json!({"messaging_product": "whatsapp", "sender": {"phone_number": label(self.n)},
                    "recipient": {"phone_number_id": NUMBER}, "type": "control_passed", "timestamp": at.to_string(),
                    "control_passed": {"new_owner_role": role, "metadata": format!("handover {at}")}});
                events.push(Event { at, whose: label(self.n), field: "messaging_handovers", value });
            }
        }
    }

    fn group(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        let who = random.below(3);
        match random.below(100) {
            0..35 => {
                let id = self.name();
                events.push(self.message(&id, "text", json!({"body": format!("words {id}")}), who));
                self.theirs.push(id);
            }
            35..70 => self.reacts(random, events, who),
            70..85 if self.own => {
                let state = random.pick(&["sent", "delivered", "read", "failed"]).unwrap();
                let at = self.tick();
                let status = json!({"id": OWN, "status": state, "timestamp": at.to_string(),
                    "recipient_id": label(self.n), "recipient_type": "group",
                    "recipient_participant_id": self.person(who)});
                events.push(self.event("messages", json!({"statuses": [status]})));
            }
            _ => {
                let at = self.tick();
                let (field, group) = if random.percent(50) {
                    let subject =
                        json!({"text": format!("Group of {at}"), "update_successful": random.percent(80)});
                    (
                        "group_settings_update",
                        json!({"group_id": label(self.n), "type": "group_settings_update",
                        "timestamp": at.to_string(), "group_subject": subject}),
                    )
                } else {
                    (
                        "group_lifecycle_update",
                        json!({"group_id": label(self.n), "type": "group_create",
                        "timestamp": at.to_string(), "subject": format!("Made {at}")}),
                    )
                };
                events.push(self.event(field, json!({"groups": [group]})));
            }
        }
    }

    fn says(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        let id = self.name();
        let words = format!("words {id} {}", random.below(50));
        let (kind, content) = match random.below(8) {
            0 => (
                "image",
                json!({"id": format!("9{}", random.below(1_000_000)), "mime_type": "image/jpeg", "caption": words}),
            ),
            1 => ("location", json!({"latitude": 52.5, "longitude": 13.4, "name": words})),
            2 => {
                ("contacts", json!([{"name": {"formatted_name": words}, "phones": [{"phone": "+4930123"}]}]))
            }
            3 => {
                ("interactive", json!({"type": "button_reply", "button_reply": {"id": "1", "title": words}}))
            }
            4 => ("unsupported", json!({})),
            _ => ("text", json!({"body": words})),
        };
        let mut event = self.message(&id, kind, content, 0);
        if let (true, Some(about)) = (random.percent(30), self.any(random)) {
            event.value["messages"][0]["context"] = json!({"from": label(self.n), "id": about});
        }
        events.push(event);
        self.theirs.push(id);
    }

    fn reacts(&mut self, random: &mut Random, events: &mut Vec<Event>, who: usize) {
        let Some(target) = self.any(random) else { return };
        let (id, emoji) = (self.name(), random.pick(&EMOJI).unwrap());
        events.push(self.message(&id, "reaction", json!({"message_id": target, "emoji": emoji}), who));
    }

    fn edits(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        // Also what is not theirs, which changes nothing.
        let Some(target) = self.any(random) else { return };
        let id = self.name();
        let message = json!({"type": "text", "text": {"body": format!("edited {id}")}});
        events.push(self.message(&id, "edit", json!({"original_message_id": target, "message": message}), 0));
    }

    fn revokes(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        let Some(target) = self.any(random) else { return };
        let id = self.name();
        events.push(self.message(&id, "revoke", json!({"original_message_id": target}), 0));
    }

    /// The business writes on its phone.
    fn types(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        let id = self.name();
        let (field, text) = if random.percent(80) {
            ("smb_message_echoes", json!({"body": format!("typed {id}")}))
        } else {
            ("standby", json!({"body": format!("bot says {id}")}))
        };
        let echo = self.echo(&id, "text", text);
        let value = if field == "standby" {
            json!({"standby": {"message_echoes": [echo]}})
        } else {
            json!({"message_echoes": [echo]})
        };
        events.push(self.event(field, value));
        self.typed.push(id);
    }

    /// The phone changes or deletes what stands there, or puts an emoji under it.
    fn changes_typed(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        let Some(target) = self.any(random) else { return };
        let id = self.name();
        let (kind, content) = match random.below(4) {
            0 => {
                let message = json!({"type": "text", "text": {"body": format!("retyped {id}")}});
                ("edit", json!({"original_message_id": target, "message": message}))
            }
            1 => ("revoke", json!({"original_message_id": target})),
            _ => ("reaction", json!({"message_id": target, "emoji": random.pick(&EMOJI).unwrap()})),
        };
        let echo = self.echo(&id, kind, content);
        events.push(self.event("smb_message_echoes", json!({"message_echoes": [echo]})));
    }

    fn statuses(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        let mut ours = self.typed.clone();
        if self.own {
            ours.push(OWN.into());
        }
        let Some(id) = random.pick(&ours).cloned() else { return };
        let ends: [&[&str]; 5] = [
            &["sent", "delivered", "read"],
            &["sent", "delivered", "read", "played"],
            &["sent", "read"],
            &["sent", "failed"],
            &["delivered"],
        ];
        for state in *random.pick(&ends).unwrap() {
            let at = self.tick();
            let mut status = json!({"id": id, "status": state, "timestamp": at.to_string(), "recipient_id": label(self.n),
                "pricing": {"billable": true, "category": "service", "type": "free_customer_service"}});
            if *state == "failed" {
                status["errors"] = json!([{"code": 131_026, "title": "not on WhatsApp"}]);
            }
            events.push(self.event("messages", json!({"statuses": [status]})));
        }
    }

    fn calls(&mut self, random: &mut Random, events: &mut Vec<Event>) {
        self.calls += 1;
        let id = format!("wacid.{}.{}", self.n, self.calls);
        if random.percent(30) {
            for status in ["RINGING", random.pick(&["ACCEPTED", "REJECTED"]).unwrap()] {
                let at = self.tick();
                let told = json!({"id": id, "type": "call", "status": status, "recipient_id": label(self.n),
                    "timestamp": at.to_string()});
                events.push(self.event("calls", json!({"statuses": [told]})));
            }
            return;
        }
        let seconds = if random.percent(60) { 61 } else { 0 };
        for (event, more) in [("connect", json!({})), ("terminate", json!({"duration": seconds}))] {
            let at = self.tick();
            let mut told = json!({"id": id, "from": label(self.n), "to": "493055501", "event": event,
                "direction": "USER_INITIATED", "timestamp": at.to_string()});
            told.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            events.push(self.event("calls", json!({"contacts": [self.contact(0)], "calls": [told]})));
        }
        if seconds > 0 && random.percent(40) {
            let at = self.tick();
            let recording =
                json!({"type": "audio", "audio": {"id": format!("8{at}"), "mime_type": "audio/ogg"}});
            let told = json!({"id": id, "from": label(self.n), "timestamp": at.to_string(),
                "event": "call_recording_available", "call_recording": recording});
            events.push(self.event("calls", json!({"calls": [told]})));
        }
    }

    /// Any message that has stood here so far, or never did.
    fn any(&mut self, random: &mut Random) -> Option<String> {
        if random.percent(2) {
            return Some(format!("wamid.NOWHERE{}", self.n));
        }
        let own = self.own.then(|| OWN.to_owned());
        let all: Vec<String> = self.theirs.iter().chain(&self.typed).cloned().chain(own).collect();
        random.pick(&all).cloned()
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("wamid.P{}.{}.", self.n, self.names)
    }

    fn tick(&mut self) -> i64 {
        self.now += 7;
        self.now
    }

    fn person(&self, who: usize) -> String {
        if is_group(self.n) { format!("49154{:07}{who}", self.n) } else { label(self.n) }
    }

    fn contact(&self, who: usize) -> Value {
        let number = self.person(who);
        json!({"profile": {"name": format!("Customer {} the {}.", self.n, self.title)}, "wa_id": number,
            "user_id": format!("DE.{number}")})
    }

    fn message(&mut self, id: &str, kind: &str, content: Value, who: usize) -> Event {
        let at = self.tick();
        let mut message = json!({"from": self.person(who), "id": id, "timestamp": at.to_string(), "type": kind, kind: content});
        if is_group(self.n) {
            message["group_id"] = label(self.n).into();
        }
        self.event("messages", json!({"contacts": [self.contact(who)], "messages": [message]}))
    }

    fn echo(&mut self, id: &str, kind: &str, content: Value) -> Value {
        let at = self.tick();
        json!({"from": "493055501", "to": label(self.n), "to_user_id": format!("DE.{}", label(self.n)), "id": id,
            "timestamp": at.to_string(), "type": kind, kind: content})
    }

    fn event(&self, field: &'static str, value: Value) -> Event {
        let mut whole = json!({"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "4930", "phone_number_id": NUMBER}});
        whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        Event { at: self.now, whose: label(self.n), field, value: whole }
    }
}
