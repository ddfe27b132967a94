//! A body must arrive in time: a client that drips bytes would hold a connection and a buffer.

use std::{io, time::Duration};

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::Method,
    middleware::Next,
};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

/// From the end of the headers to the end of the body.
const BODY: Duration = Duration::from_secs(15);

/// Ends bodies that take too long with an error to whoever reads them.
pub(super) async fn deadline(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // Without a body there is nothing to wait for, and an upgraded connection has no end at all.
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let payload = request.take_payload();
        request.set_payload(limited(payload, Instant::now() + BODY));
    }
    next.call(request).await
}

fn limited(payload: Payload, until: Instant) -> Payload {
    let chunks = futures_util::stream::unfold(payload, move |mut payload| async move {
        let late = PayloadError::Io(io::ErrorKind::TimedOut.into());
        let chunk = timeout_at(until, payload.next()).await.unwrap_or(Some(Err(late)))?;
        Some((chunk, payload))
    });
    Payload::Stream { payload: Box::pin(chunks) }
}

#[cfg(test)]
mod tests {
    use actix_web::web::Bytes;

    use super::*;

    #[actix_web::test]
    async fn a_body_that_stops_arriving_ends_in_an_error() {
        let drip =
            futures_util::stream::iter([Ok(Bytes::from_static(b"{"))]).chain(futures_util::stream::pending());
        let until = Instant::now() + Duration::from_millis(5);
        let mut limited = limited(Payload::Stream { payload: Box::pin(drip) }, until);
        assert_eq!(limited.next().await.unwrap().unwrap().as_ref(), b"{");
        assert!(matches!(limited.next().await, Some(Err(PayloadError::Io(_)))));
    }
}
