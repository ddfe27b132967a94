//! Changing one's own password, and the mail that tells of it.

use std::{fs, sync::Arc, time::Duration};

use chrono::TimeDelta;
use diesel::{RunQueryDsl, sql_query};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{
    admin::{AdminCommand, CreateMember, execute},
    clock::{Clock, FakeClock, SystemClock},
    db::control::audit,
};
use shared::{live::close, model::member::Role};

use crate::harness::{
    Engine, Options, User, World, eventually,
    live::LiveClient,
    server::ORIGIN,
    world::{PASSWORD, Person},
};

on_both_engines!(
    another_password_ends_all_other_sessions_and_a_mail_tells_of_it,
    without_the_current_password_or_with_a_poor_new_one_nothing_changes,
    wrong_current_passwords_are_counted_as_at_sign_in,
    one_of_many_changes_at_once_wins,
    nobody_who_signs_in_meanwhile_stays_in_with_the_old_password,
    what_a_request_says_of_hosts_and_a_name_of_headers_gets_into_no_mail,
    a_mail_that_cannot_leave_waits_and_leaves_later,
);

const OTHER: &str = "staple battery horse";

async fn change(user: &User, current: &str, new: &str) -> (StatusCode, Value) {
    let body = json!({ "current": current, "new": new });
    user.send(Method::POST, "/api/session/password", &body).await
}

async fn sign_in(world: &World, person: &Person, password: &str) -> StatusCode {
    let request = world.server.http.post(format!("{}/api/session", world.server.base));
    let body = json!({ "email": person.email, "password": password });
    request.header("origin", ORIGIN).json(&body).send().await.unwrap().status()
}

/// The mails that have left.
fn mails(world: &World) -> Vec<String> {
    let Ok(entries) = fs::read_dir(world.server.database.dir().join("mail")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|p| p.extension().is_some_and(|e| e == "eml"))
        .map(|p| fs::read_to_string(p).unwrap())
        .collect()
}

async fn only_mail(world: &World) -> String {
    let mut all =
        eventually("a mail has left", async || Some(mails(world)).filter(|all| !all.is_empty())).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

async fn count(world: &World, what: &'static str) -> i64 {
    let read = world.server.app.store.control().read(move |conn| {
        let row: Number = sql_query(format!("SELECT count(*) AS n FROM {what}")).get_result(conn)?;
        Ok(row.n)
    });
    read.await.unwrap()
}

async fn another_password_ends_all_other_sessions_and_a_mail_tells_of_it(engine: Engine) {
    let world = World::new(engine).await;
    let both = CreateMember {
        tenant: "beta".into(),
        email: world.alpha.agent.email.clone(),
        name: "agent elsewhere".into(),
        role: Role::Agent,
        password: None,
        queues: Vec::new(),
    };
    let (here, there, colleague) = (world.agent().await, world.agent().await, world.second_agent().await);
    execute(&world.server.admin(), AdminCommand::CreateMember(both)).await.unwrap_or_else(|e| panic!("{e}"));
    let mut kept = LiveClient::connect(&here).await;
    let mut lost = LiveClient::connect(&there).await;
    let began = std::time::Instant::now();
    assert_eq!(change(&here, PASSWORD, OTHER).await.0, StatusCode::NO_CONTENT);
    assert_eq!(lost.end().await, close::SESSION_GONE);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(there.get("/api/session").await.0, StatusCode::NO_CONTENT);
    assert_eq!(here.get("/api/session").await.0, StatusCode::OK);
    assert_eq!(colleague.get("/api/session").await.0, StatusCode::OK);
    let busy = shared::model::member::Availability::Busy;
    kept.done(shared::live::command::Command::available_as(busy)).await;

    // In two tenants by now: the right password asks which.
    assert_eq!(sign_in(&world, &world.alpha.agent, PASSWORD).await, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&world, &world.alpha.agent, OTHER).await, StatusCode::CONFLICT);
    let mail = only_mail(&world).await;
    assert!(
        mail.contains("To: agent@alpha.example") && mail.contains("Subject: Your password was changed"),
        "{mail}"
    );
    assert!(mail.contains(ORIGIN) && !mail.contains(OTHER) && !mail.contains(PASSWORD), "{mail}");
    // What a mail said is forgotten once it has left.
    eventually("the mail is noted", async || {
        (count(&world, "mail WHERE sent_at IS NOT NULL AND next_at IS NULL AND data = '{}'").await == 1)
            .then_some(())
    })
    .await;
    assert_eq!(count(&world, "operator_audit WHERE action = 'account.change_password'").await, 1);
    assert_eq!(world.server.app.store.control().read(audit::first_broken).await.unwrap(), None);
}

async fn without_the_current_password_or_with_a_poor_new_one_nothing_changes(engine: Engine) {
    let world = World::new(engine).await;
    let (here, there) = (world.agent().await, world.agent().await);
    let (status, refused) = change(&here, "wrong", OTHER).await;
    assert_eq!((status, &refused["code"]), (StatusCode::UNAUTHORIZED, &json!("invalid_credentials")));
    for poor in ["short", "012345678", "Agent@Alpha.example", &"x".repeat(2000)] {
        let (status, refused) = change(&here, PASSWORD, poor).await;
        assert_eq!(refused["code"], json!("value_invalid"), "{poor}: {status}");
        assert!(refused["detail"].is_string(), "{poor}");
    }
    let nobody = reqwest::Client::new().post(format!("{}/api/session/password", world.server.base));
    let answer =
        nobody.header("origin", ORIGIN).json(&json!({ "current": PASSWORD, "new": OTHER })).send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(there.get("/api/session").await.0, StatusCode::OK);
    assert_eq!(sign_in(&world, &world.alpha.agent, PASSWORD).await, StatusCode::OK);
    assert_eq!(count(&world, "mail").await, 0);
}

async fn wrong_current_passwords_are_counted_as_at_sign_in(engine: Engine) {
    let world = World::new(engine).await;
    let here = world.agent().await;
    for _ in 0..5 {
        assert_eq!(change(&here, "wrong", OTHER).await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(change(&here, PASSWORD, OTHER).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(sign_in(&world, &world.alpha.agent, PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
}

async fn one_of_many_changes_at_once_wins(engine: Engine) {
    let world = World::new(engine).await;
    let mut users = Vec::new();
    for _ in 0..10 {
        users.push(world.agent().await);
    }
    let tries = users.iter().enumerate().map(|(n, user)| async move {
        let new = format!("{OTHER} {n}");
        (change(user, PASSWORD, &new).await.0, new)
    });
    let answers = futures_util::future::join_all(tries).await;
    let won: Vec<_> = answers.iter().filter(|(status, _)| *status == StatusCode::NO_CONTENT).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let mut alive = 0;
    for user in &users {
        alive += usize::from(user.get("/api/session").await.0 == StatusCode::OK);
    }
    assert_eq!(alive, 1);
    assert_eq!(count(&world, "mail").await, 1);
}

async fn nobody_who_signs_in_meanwhile_stays_in_with_the_old_password(engine: Engine) {
    let world = World::new(engine).await;
    let here = world.agent().await;
    let url = format!("{}/api/session", world.server.base);
    let body = json!({ "email": world.alpha.agent.email, "password": PASSWORD });
    let sign_ins = (0..12).map(|_| async {
        let answer = world.server.http.post(&url).header("origin", ORIGIN).json(&body).send().await.unwrap();
        let cookie = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
        cookie.map(|line| line.split(';').next().unwrap().to_owned())
    });
    let changed = change(&here, PASSWORD, OTHER);
    let (cookies, (status, _)) =
        futures_util::future::join(futures_util::future::join_all(sign_ins), changed).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for cookie in cookies.into_iter().flatten() {
        let answer = reqwest::Client::new().get(&url).header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "signed in with the old password");
    }
    assert_eq!(here.get("/api/session").await.0, StatusCode::OK);
}

async fn what_a_request_says_of_hosts_and_a_name_of_headers_gets_into_no_mail(engine: Engine) {
    let world = World::new(engine).await;
    let here = world.agent().await;
    // No door takes such a name; the mail must not depend on that.
    let written = world.server.app.store.control().write(|conn| {
        let name = "Ada\r\nBcc: eve@evil.example\r\n\r\n<a href=https://evil.example>\u{202e}";
        sql_query("UPDATE account SET name = $1 WHERE email = 'agent@alpha.example'")
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(conn)?;
        Ok(())
    });
    written.await.unwrap();
    let answer = here
        .request(Method::POST, "/api/session/password")
        .header("host", "evil-host.example")
        .header("x-forwarded-host", "evil-host.example")
        .header("forwarded", "host=evil-host.example")
        .header("accept-language", "de-DE,de;q=0.9")
        .json(&json!({ "current": PASSWORD, "new": OTHER }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let mail = only_mail(&world).await;
    // As readers see it: quoted-printable breaks long lines and writes `=` as `=3D`.
    let read = mail.replace("=\r\n", "").replace("=3D", "=");
    assert!(read.contains("Hallo Ada Bcc: eve@evil.example") && !read.contains("evil-host"), "{read}");
    assert!(!mail.lines().any(|line| line.starts_with("Bcc")), "{mail}");
    let (_, html) = read.split_once("text/html").unwrap();
    assert_eq!(html.matches("<a href").count(), 1, "{html}");
    assert!(html.contains(&format!("<a href=\"{ORIGIN}\">")), "{html}");
}

async fn a_mail_that_cannot_leave_waits_and_leaves_later(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    let directory = world.server.database.dir().join("mail");
    // A file where the directory of mails should be.
    fs::write(&directory, "in the way").unwrap();
    assert_eq!(change(&world.agent().await, PASSWORD, OTHER).await.0, StatusCode::NO_CONTENT);
    eventually("the mail was tried", async || {
        let waits = "mail WHERE last_error IS NOT NULL AND attempts = 1 AND next_at IS NOT NULL";
        (count(&world, waits).await == 1).then_some(())
    })
    .await;
    fs::remove_file(&directory).unwrap();
    clock.advance(TimeDelta::seconds(31));
    eventually("the mail has left", async || {
        world.server.app.mail.ring();
        (mails(&world).len() == 1).then_some(())
    })
    .await;
}
