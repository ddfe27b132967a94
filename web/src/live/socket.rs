//! One WebSocket: opens, hands over text and the close code, and falls silent when dropped.

use shared::live::frame::ClientFrame;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::browser;

/// What a socket tells.
#[derive(Debug)]
pub(super) enum SocketEvent {
    /// The connection stands.
    Opened,
    /// One text frame.
    Text(String),
    /// It is over, with this close code.
    Closed(u16),
}

/// An open or opening connection. Dropping it closes it; nothing is told after that.
pub(super) struct Socket {
    inner: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _text: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Starts to connect to the server the page came from.
    pub(super) fn connect(tell: impl Fn(SocketEvent) + Clone + 'static) -> Option<Self> {
        let inner = match WebSocket::new(&browser::socket_url()) {
            Ok(socket) => socket,
            Err(error) => {
                browser::warn("no socket", &error);
                return None;
            }
        };
        let opened = Closure::new({
            let tell = tell.clone();
            move || tell(SocketEvent::Opened)
        });
        let text = Closure::new({
            let tell = tell.clone();
            move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    tell(SocketEvent::Text(text));
                }
            }
        });
        let closed = Closure::new(move |event: CloseEvent| tell(SocketEvent::Closed(event.code())));
        inner.set_onopen(Some(opened.as_ref().unchecked_ref()));
        inner.set_onmessage(Some(text.as_ref().unchecked_ref()));
        inner.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self { inner, _opened: opened, _text: text, _closed: closed })
    }

    /// Sends a frame; on a connection that is not open nothing happens, the caller sends again later.
    pub(super) fn send(&self, frame: &ClientFrame) {
        if self.inner.ready_state() != WebSocket::OPEN {
            return;
        }
        if let Ok(text) = serde_json::to_string(frame)
            && let Err(error) = self.inner.send_with_str(&text)
        {
            browser::warn("frame not sent", &error);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        let _ = self.inner.close();
    }
}
