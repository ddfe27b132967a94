use std::{net::TcpListener, sync::Mutex};

use super::*;

fn public() -> Outbound {
    Outbound::new(Reach::Public).unwrap()
}

#[test]
fn an_address_is_on_the_public_internet_or_refused() {
    for (address, why) in [
        ("", Refused::Malformed),
        ("hooks.example.com/x", Refused::Malformed),
        ("https://", Refused::Malformed),
        ("https://hooks.example.com/a b", Refused::Malformed),
        (" https://hooks.example.com/", Refused::Malformed),
        ("https://hooks.example.com/\n", Refused::Malformed),
        ("http://hooks.example.com/", Refused::Scheme),
        ("ftp://hooks.example.com/", Refused::Scheme),
        ("http://localhost/", Refused::Scheme),
        ("https://me@hooks.example.com/", Refused::Credentials),
        ("https://:secret@hooks.example.com/", Refused::Credentials),
        ("https://hooks.example.com@10.0.0.1/", Refused::Credentials),
        ("https://hooks.example.com:22/", Refused::Port),
        ("https://hooks.example.com:80/", Refused::Port),
        ("https://8.8.8.8:53/", Refused::Port),
        ("https://localhost/", Refused::Inside),
        ("https://LOCALHOST./", Refused::Inside),
        ("https://db.localhost/", Refused::Inside),
        ("https://metadata.google.internal/", Refused::Inside),
        ("https://printer.local/", Refused::Inside),
        ("https://router.home.arpa/", Refused::Inside),
        ("https://intranet/", Refused::Inside),
        ("https://0.0.0.0/", Refused::Inside),
        ("https://10.1.2.3/", Refused::Inside),
        ("https://100.64.0.1/", Refused::Inside),
        ("https://127.0.0.1/", Refused::Inside),
        ("https://127.1/", Refused::Inside),
        ("https://0x7f000001/", Refused::Inside),
        ("https://017700000001/", Refused::Inside),
        ("https://2130706433/", Refused::Inside),
        ("https://169.254.169.254/", Refused::Inside),
        ("https://172.16.0.1/", Refused::Inside),
        ("https://192.0.2.1/", Refused::Inside),
        ("https://192.168.0.1:8443/", Refused::Inside),
        ("https://198.51.100.1/", Refused::Inside),
        ("https://203.0.113.1/", Refused::Inside),
        ("https://224.0.0.1/", Refused::Inside),
        ("https://255.255.255.255/", Refused::Inside),
        ("https://[::]/", Refused::Inside),
        ("https://[::1]/", Refused::Inside),
        ("https://[::127.0.0.1]/", Refused::Inside),
        ("https://[::ffff:8.8.8.8]/", Refused::Inside),
        ("https://[64:ff9b::8.8.8.8]/", Refused::Inside),
        ("https://[64:ff9b:1::1]/", Refused::Inside),
        ("https://[2002:808:808::1]/", Refused::Inside),
        ("https://[2001:db8::1]/", Refused::Inside),
        ("https://[fc00::1]/", Refused::Inside),
        ("https://[fe80::1]/", Refused::Inside),
        ("https://[ff02::1]/", Refused::Inside),
    ] {
        assert_eq!(public().check(address).err(), Some(why), "{address}");
    }
    let long = format!("https://hooks.example.com/{}", "x".repeat(URL_BYTES));
    assert_eq!(public().check(&long).err(), Some(Refused::Malformed));
    for address in [
        "https://hooks.example.com/x?y=z",
        "https://hooks.example.com:8443/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://internal.example.com/",
    ] {
        assert!(public().check(address).is_ok(), "{address}");
    }
}

#[test]
fn this_machine_is_reached_only_where_the_operator_allows_it() {
    let here = Outbound::new(Reach::Loopback).unwrap();
    for address in
        ["http://127.0.0.1:4000/x", "http://localhost:4000/", "http://[::1]/", "https://127.0.0.2/"]
    {
        assert!(here.check(address).is_ok(), "{address}");
        assert!(public().check(address).is_err(), "{address}");
    }
    for address in
        ["http://10.0.0.1/", "https://10.0.0.1/", "http://hooks.example.com/", "https://[::ffff:7f00:1]/"]
    {
        assert!(here.check(address).is_err(), "{address}");
    }
}

/// What a name means at the next look.
static MEANS: Mutex<Vec<Vec<IpAddr>>> = Mutex::new(Vec::new());

#[tokio::test]
async fn a_name_that_means_this_machine_among_others_is_not_called() {
    let trap = TcpListener::bind("0.0.0.0:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let port = trap.local_addr().unwrap().port();
    let outbound = Outbound::asking(Reach::Public, |_| {
        let meant = MEANS.lock().unwrap().pop().unwrap_or_default();
        Box::pin(async move { Ok(meant.into_iter().map(|address| SocketAddr::new(address, 0)).collect()) })
    });
    let outbound = outbound.unwrap();
    let inside = ["127.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::7f00:1"];
    for inside in inside {
        let inside: IpAddr = inside.parse().unwrap();
        // Whatever else it means, and whatever it will mean later.
        for meant in [vec![inside], vec![[8, 8, 8, 8].into(), inside]] {
            *MEANS.lock().unwrap() = vec![vec![[127, 0, 0, 1].into()], meant];
            // Past the look at the text, which refuses the port.
            let request = outbound.client.post(format!("https://hooks.example.com:{port}/")).send().await;
            assert_eq!(problem(&request.unwrap_err()), PostProblem::Address, "{inside}");
            assert_eq!(MEANS.lock().unwrap().len(), 1, "{inside}: it is looked up once");
        }
    }
    assert_eq!(trap.accept().map(|_| ()).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    // A client that reaches the public internet sends nothing in the clear.
    let plain = outbound.client.post(format!("http://127.0.0.1:{port}/")).send().await;
    assert!(plain.is_err() && trap.accept().is_err());
}

#[tokio::test]
async fn an_address_that_may_not_be_called_is_not_even_when_it_was_stored() {
    let outbound = public();
    for address in ["http://127.0.0.1:1/", "https://127.0.0.1/", "https://localhost/"] {
        let outcome = outbound.post(address, &[], "{}".into()).await;
        assert_eq!(outcome, Err((None, PostProblem::Address)), "{address}");
    }
}
