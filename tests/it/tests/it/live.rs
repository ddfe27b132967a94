//! The live socket: what a console receives, when, and what closes it.

mod commands;
mod doors;
mod drafts;
mod news;
mod notices;
mod overlooking;
mod presence;
mod resume;
mod scope;
mod slow;
mod stepping_in;
mod timelines;
mod waves;
