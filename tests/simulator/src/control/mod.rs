//! How tests, benchmarks and the demo steer the simulator.
//!
//! [`Control`] does it in process; the same operations over HTTP, all JSON:
//!
//! | Request | What it does |
//! |---|---|
//! | `GET /control/health` | answers 200 |
//! | `POST /control/webhook` `{"url","app_id"?}` | where webhooks go |
//! | `POST /control/apps` | adds a Meta app (fields as in the configuration) |
//! | `GET`, `POST`, `DELETE /control/behaviour` | shows, changes, resets how sends are answered |
//! | `GET /control/sends[?wait=n&timeout_ms=…]`, `DELETE /control/sends` | what the server sent |
//! | `POST /control/statuses/{wamid}` `{"status","code"?}` | posts one status |
//! | `GET /control/customers`, `PUT /control/customers/{key}` | lists people, sets names and ids |
//! | `POST /control/customers/{key}/say` `{"type"?,…}` | a customer sends something |
//! | `POST /control/customers/{key}/read` `{"phone_number_id"?}` | a customer opens the chat |
//! | `POST /control/raw[?app_id=…]` | posts the request body as it is, signed |
//! | `POST /control/batch` `[{"customer",…}]` | many messages in one webhook |
//! | `POST /control/shuffle` `[{"customer",…}]` | one webhook each, all at once, in random order |
//! | `POST /control/duplicate` `{"customer","times",…}` | one message, posted several times at once |
//! | `POST /control/replay` `{"webhook"` or `"wamid","times"?}` | an earlier webhook again, at once |
//! | `POST /control/verify` `{"app_id"?}` | Meta's GET handshake against the webhook URL |
//! | `GET`, `PUT /control/templates/{account}` | shows its message templates, adds or replaces one |
//! | `POST /control/templates/{account}/{id}` `{"news","silent"?}` | changes one, with its webhook or without |
//! | `DELETE /control/templates/{account}/{id}` | removes one |
//! | `POST /control/numbers/{id}` (fields of [`crate::NumberNode`]) | how a number is; no webhook tells |
//! | `POST /control/tokens/{app_id}` (fields of [`crate::TokenNode`]) | what an app's token is worth |
//! | `POST /control/news` `{"account","field","value"}` | posts a webhook about a business account |
//! | `POST /control/clock` `{"offset_s"}` | moves the simulator's clock |
//! | `POST /control/pause`, `POST /control/resume` | silences or wakes the lively customers |

mod client;
mod http;
mod numbers;
mod posting;
mod templates;

pub use client::{Control, WaitTimeout};
pub use posting::Verification;

pub(crate) use http::routes;
