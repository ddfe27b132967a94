//! Who sees the board, and for how long.

use shared::{
    error::ErrorCode,
    live::{command::Command, frame::ClientFrame},
    model::{board::Board, member::Role},
};

use crate::harness::{Engine, LiveClient, User, World, eventually, webhook::ann};

on_both_engines!(
    who_may_not_see_the_board_is_told_so,
    whoever_asks_before_their_view_is_there_gets_it_with_the_view,
    whoever_looks_no_longer_gets_no_more_and_the_last_one_ends_it,
    whoever_comes_back_asks_anew,
    a_supervisor_who_is_one_no_longer_sees_it_no_longer,
    a_board_is_of_one_tenant,
);

/// A member's console with the board on screen.
pub(super) async fn watching(user: &User) -> LiveClient {
    let mut client = LiveClient::connect(user).await;
    client.send(&ClientFrame::WatchBoard {}).await;
    client.until("the board is there", |c| !c.boards.is_empty()).await;
    client
}

pub(super) fn newest(client: &LiveClient) -> &Board {
    &client.boards.last().unwrap().1
}

async fn who_may_not_see_the_board_is_told_so(engine: Engine) {
    let world = World::new(engine).await;
    let mut agent = LiveClient::connect(&world.agent().await).await;
    agent.send(&ClientFrame::WatchBoard {}).await;
    agent.until("the answer is there", |c| !c.refused_boards.is_empty()).await;
    assert_eq!(agent.refused_boards[0].code, ErrorCode::Forbidden);
    assert!(world.server.app.hub.board_looks(world.alpha.id).is_none(), "nobody looks");
    let answer = agent.user.get("/api/board/conversations?figure=waiting").await;
    assert_eq!(answer.0, 403, "{answer:?}");
    for user in [world.supervisor().await, world.administrator().await] {
        let client = watching(&user).await;
        assert_eq!(newest(&client).queues.len(), 2);
    }
    assert!(agent.boards.is_empty());
}

async fn whoever_asks_before_their_view_is_there_gets_it_with_the_view(engine: Engine) {
    let world = World::new(engine).await;
    for user in [world.supervisor().await, world.agent().await] {
        let mut client = LiveClient::hello(&user).await;
        client.send(&ClientFrame::WatchBoard {}).await;
        client.until("the answer is there", |c| !c.boards.is_empty() || !c.refused_boards.is_empty()).await;
        assert_eq!(client.boards.is_empty(), user.member == world.alpha.agent.member);
        assert!(client.is_greeted(), "nothing is shown to somebody of whom nothing is known");
    }
}

async fn whoever_looks_no_longer_gets_no_more_and_the_last_one_ends_it(engine: Engine) {
    let world = World::new(engine).await;
    let mut first = watching(&world.supervisor().await).await;
    let mut second = watching(&world.administrator().await).await;
    first.send(&ClientFrame::UnwatchBoard {}).await;
    // A command is answered behind the frame before it.
    first.done(Command::available_as(shared::model::member::Availability::Busy)).await;
    first.read_what_is_there().await;
    let before = first.boards.len();
    world.customer_writes(&ann(), "Hello?").await;
    second.until("the board changes", |c| newest(c).total.waiting == 1).await;
    first.until("the change is in view", |c| !c.view().conversations.is_empty()).await;
    first.read_what_is_there().await;
    assert_eq!(first.boards.len(), before);
    second.say_goodbye().await;
    eventually("nobody looks", async || {
        world.server.app.hub.board_looks(world.alpha.id).is_none().then_some(())
    })
    .await;
    first.send(&ClientFrame::WatchBoard {}).await;
    first.until("it begins anew", |c| c.boards.len() > before).await;
    assert_eq!(newest(&first).total.waiting, 1);
}

async fn whoever_comes_back_asks_anew(engine: Engine) {
    let world = World::new(engine).await;
    let client = watching(&world.supervisor().await).await;
    let mut back = client.disconnect().resume().await;
    world.customer_writes(&ann(), "Hello?").await;
    back.until("the change is in view", |c| !c.view().conversations.is_empty()).await;
    eventually("nobody looks", async || {
        world.server.app.hub.board_looks(world.alpha.id).is_none().then_some(())
    })
    .await;
    back.read_what_is_there().await;
    assert!(back.boards.is_empty());
    back.send(&ClientFrame::WatchBoard {}).await;
    back.until("the board is there", |c| !c.boards.is_empty()).await;
    assert_eq!(newest(&back).total.waiting, 1);
}

async fn a_supervisor_who_is_one_no_longer_sees_it_no_longer(engine: Engine) {
    let world = World::new(engine).await;
    let supervisor = world.supervisor().await;
    let mut client = watching(&supervisor).await;
    let administrator = world.administrator().await;
    administrator.command(Command::SetRole { member: supervisor.member, role: Role::Agent }).await.unwrap();
    client.until("the view is another", |c| !c.resets.is_empty()).await;
    client.until("the board is taken away", |c| !c.refused_boards.is_empty()).await;
    let before = client.boards.len();
    let mut other = watching(&administrator).await;
    world.customer_writes(&ann(), "Hello?").await;
    other.until("the board changes", |c| newest(c).total.waiting == 1).await;
    client.read_what_is_there().await;
    assert_eq!(client.boards.len(), before);
}

async fn a_board_is_of_one_tenant(engine: Engine) {
    let world = World::new(engine).await;
    let mut stranger = watching(&world.stranger().await).await;
    let mut ours = watching(&world.supervisor().await).await;
    world.customer_writes(&ann(), "Hello?").await;
    ours.until("the board changes", |c| newest(c).total.waiting == 1).await;
    let looks = world.server.app.hub.board_looks(world.beta.id).unwrap();
    stranger.read_what_is_there().await;
    assert!(stranger.boards.iter().all(|(_, board)| board.total.waiting == 0));
    let known: Vec<_> = [world.alpha.sales_queue, world.alpha.support_queue].map(Some).to_vec();
    assert!(newest(&stranger).queues.iter().all(|line| !known.contains(&line.queue)));
    let (status, behind) = stranger.user.get("/api/board/conversations?figure=waiting").await;
    assert_eq!((status.as_u16(), behind["count"].as_u64()), (200, Some(0)));
    let theirs = format!("/api/board/conversations?figure=waiting&queue={}", world.alpha.sales_queue);
    assert_eq!(stranger.user.get(&theirs).await.1["count"], 0, "another tenant's queue is none");
    assert!(looks < 20, "one tenant's work is looked at for another's board: {looks} times");
}
