//! The schema: the same on both engines, reversible, declared, and closed between tenants.

mod catalog;
mod declared;
mod parity;
mod placeholders;
