//! What refuses to start.
