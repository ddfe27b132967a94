//! Thresholds that need nobody who looks: what is crossed is raised once and ended once, supervisors are told, and so is
//! whoever a tenant wants to be told. And what a supervisor tells everybody.

mod banner;
mod crossings;
mod receiver;
mod told;
mod webhook;
