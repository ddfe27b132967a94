//! Everything a journey needs: the real server, the simulator, a proxy, and ChromeDriver.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use simulator::{App, Config, Control, HeldPort, Number, Running, SendKind, Simulator, StatusPlan};

use crate::{browser::Browser, proxy::Proxy};

/// How long anything may take before a journey gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running installation with the demo's people.
pub(crate) struct Stack {
    pub(crate) proxy: Proxy,
    simulator: Option<Running>,
    server: Child,
    driver: Child,
    driver_port: HeldPort,
    _server_port: HeldPort,
    seed: Value,
    _data: tempfile::TempDir,
}

impl Stack {
    /// Seeds a fresh data directory and starts everything.
    pub(crate) async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (server_port, driver_port) = (HeldPort::take().unwrap(), HeldPort::take().unwrap());
        let proxy = Proxy::start(server_port.address()).await;
        let simulator = Simulator::start(Config::for_tests()).unwrap();
        let environment = [
            ("SWITCHBOARD_DATA_DIR", data.path().display().to_string()),
            ("SWITCHBOARD_LISTEN", server_port.address().to_string()),
            ("SWITCHBOARD_PUBLIC_ORIGIN", format!("http://localhost:{}", proxy.port)),
            ("SWITCHBOARD_CONSOLE_DIR", variable("TEST_CONSOLE_DIR", "dist")),
            ("SWITCHBOARD_GRAPH_BASE_URL", simulator.base_url.clone()),
            ("SWITCHBOARD_DEMO", "true".to_owned()),
            ("SWITCHBOARD_LOG", "warn".to_owned()),
        ];
        let program = variable("TEST_SERVER_BIN", "target/debug/switchboard");
        let seeded = Command::new(&program).arg("demo-seed").envs(environment.clone()).output().unwrap();
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        let seed: Value = serde_json::from_slice(&seeded.stdout).unwrap();
        let mut server =
            Command::new(&program).arg("serve").envs(environment).stdin(Stdio::null()).spawn().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg(format!("--port={}", driver_port.number()))
            .arg("--log-level=SEVERE")
            .stdout(Stdio::null())
            .spawn()
            .expect("chromedriver is needed");
        let control = simulator.control();
        let webhook = format!("http://{}{}", server_port.address(), text(&seed, "webhook_path"));
        control.add_app(app(&seed, webhook));
        listens(&mut server, &server_port).await;
        listens(&mut driver, &driver_port).await;
        Self {
            proxy,
            simulator: Some(simulator),
            server,
            driver,
            driver_port,
            _server_port: server_port,
            seed,
            _data: data,
        }
    }

    /// Plays Meta and the customers.
    pub(crate) fn control(&self) -> &Control {
        self.simulator.as_ref().unwrap().control()
    }

    /// How many messages reached WhatsApp; marks of what was read are none.
    pub(crate) fn messages(&self) -> usize {
        self.control().sends().iter().filter(|send| send.kind == SendKind::Message).count()
    }

    /// Statuses come by themselves, fast.
    pub(crate) fn immediate_statuses(&self) {
        self.control().set_statuses(StatusPlan::immediate());
    }

    /// The business number that customers of a journey write to.
    pub(crate) fn number(&self) -> String {
        text(&self.seed["numbers"][0], "phone_number_id")
    }

    /// Another business number.
    pub(crate) fn second_number(&self) -> String {
        text(&self.seed["numbers"][1], "phone_number_id")
    }

    /// The business account of the numbers.
    pub(crate) fn account(&self) -> String {
        text(&self.seed, "waba_id")
    }

    /// The app that the number belongs to.
    pub(crate) fn app_id(&self) -> String {
        text(&self.seed, "app_id")
    }

    /// A browser of its own in which the n-th agent is signed in and live.
    pub(crate) async fn agent(&self, n: usize) -> Browser {
        self.signed_in("agent", n).await
    }

    /// A browser of its own in which a supervisor is signed in and live.
    pub(crate) async fn supervisor(&self) -> Browser {
        self.signed_in("supervisor", 0).await
    }

    /// A browser of its own in which an administrator is signed in and live.
    pub(crate) async fn administrator(&self) -> Browser {
        self.signed_in("administrator", 0).await
    }

    /// A browser of its own in which nobody is signed in.
    pub(crate) async fn browser(&self) -> Browser {
        Browser::open(self.driver_port.number(), self.proxy.port).await
    }

    async fn signed_in(&self, role: &str, n: usize) -> Browser {
        let (email, password) = self.login_of(role, n);
        let browser = self.browser().await;
        browser.sign_in(&email, &password).await;
        browser
    }

    /// E-mail and password of the n-th agent.
    pub(crate) fn login(&self, n: usize) -> (String, String) {
        self.login_of("agent", n)
    }

    fn login_of(&self, role: &str, n: usize) -> (String, String) {
        let logins = self.seed["logins"].as_array().unwrap();
        let login = logins.iter().filter(|login| login["role"] == role).nth(n).unwrap();
        (text(login, "email"), text(login, "password"))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn app(seed: &Value, webhook_url: String) -> App {
    let waba_id = text(seed, "waba_id");
    let numbers = seed["numbers"].as_array().unwrap().iter().map(|number| Number {
        phone_number_id: text(number, "phone_number_id"),
        display_phone_number: text(number, "display_phone_number"),
        verified_name: text(number, "verified_name"),
        waba_id: None,
    });
    App {
        webhook_url: Some(webhook_url),
        verify_token: text(seed, "verify_token"),
        app_secret: text(seed, "app_secret"),
        access_token: text(seed, "access_token"),
        app_id: text(seed, "app_id"),
        waba_id,
        numbers: numbers.collect(),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

/// A setting of `cargo xtask test`, or a path below the workspace.
fn variable(name: &str, otherwise: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var(name).unwrap_or_else(|_| root.join(otherwise).display().to_string())
}

async fn listens(child: &mut Child, port: &HeldPort) {
    let begin = Instant::now();
    while tokio::net::TcpStream::connect(port.address()).await.is_err() {
        assert!(child.try_wait().unwrap().is_none(), "what should listen on {} ended", port.address());
        assert!(begin.elapsed() < PATIENCE, "nothing listens on {}", port.address());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
