//! Sessions that end or change while a console is away.

use std::time::Duration;

use crate::{
    browser::Cut,
    stack::Stack,
    steps::{ONE_AT_A_TIME, open_row, say, write},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ended_while_away_leads_to_signing_in_and_nothing_is_lost() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let ann = stack.agent(0).await;
    say(&stack, "4915550501", "is anybody there").await;
    open_row(&ann, "is anybody there").await;
    stack.proxy.cut();
    ann.until_state("offline").await;
    write(&ann, "written while away").await;
    ann.drop_session().await;
    stack.proxy.mend();
    // Not "offline" for ever: the refused handshake is asked about.
    let (email, password) = stack.login(0);
    ann.sign_in(&email, &password).await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(20)).await.unwrap();
    assert_eq!(sends[0].text(), Some("written while away"));
    let shown = "[...document.querySelectorAll('[data-testid=message]')].filter(m => m.innerText.includes('written while away'))";
    ann.until_true(&format!("{shown}.length === 1")).await;
    assert_eq!(stack.messages(), 1, "sent once");
    // The refused handshake itself is what the browser complains of.
    ann.finish(Cut::Yes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_comes_back_as_another_member_shows_and_sends_nothing_of_the_first() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let stack = Stack::start().await;
    let (ann, ben) = (stack.agent(0).await, stack.agent(1).await);
    say(&stack, "4915550502", "a question").await;
    open_row(&ann, "a question").await;
    let anns = ann.presence().await;
    let bens = ben.presence().await;
    assert_ne!(anns, bens);
    stack.proxy.cut();
    ann.until_state("offline").await;
    write(&ann, "from ann alone").await;
    ann.visible("composer").await.send_keys("begun by ann").await.unwrap();
    ann.put_session(&ben.session_cookie().await).await;
    stack.proxy.mend();
    ann.until_true(&format!(
        "document.querySelector('[data-testid=presence-menu]')?.title.startsWith('{bens}')"
    ))
    .await;
    ann.until_state("live").await;
    open_row(&ann, "a question").await;
    ann.until_composed("", false).await;
    write(&ann, "from ben").await;
    let sends = stack.control().wait_for_sends(1, Duration::from_secs(20)).await.unwrap();
    assert_eq!(sends.iter().filter_map(|send| send.text()).collect::<Vec<_>>(), ["from ben"]);
    let shown = ann.evaluate("return document.body.innerText.includes('from ann alone')").await;
    assert_eq!(shown, serde_json::Value::Bool(false));
    ann.finish(Cut::Yes).await;
    ben.finish(Cut::Yes).await;
}
