//! The design system: small components that know tokens and nothing of the domain.

mod arrows;
mod avatar;
mod button;
mod chip;
mod count;
mod dialog;
mod each;
mod empty_state;
mod icon;
mod kbd;
mod menu;
mod notice;
mod show;
mod skeleton;
mod tabs;
mod text_field;
mod toasts;

pub(crate) use avatar::{Avatar, AvatarSize, Dot};
pub(crate) use button::{Button, ButtonLook, IconButton};
pub(crate) use chip::{Chip, Tone};
pub(crate) use count::Count;
pub(crate) use dialog::Dialog;
pub(crate) use each::{Item, each};
pub(crate) use empty_state::EmptyState;
pub(crate) use icon::{Icon, IconName};
pub(crate) use kbd::Kbd;
pub(crate) use menu::{Menu, MenuGroup, MenuGroupLook, MenuItem, MenuKind, close_menu};
pub(crate) use notice::Notice;
pub(crate) use show::Show;
pub(crate) use skeleton::{RowSkeletons, TimelineSkeleton};
pub(crate) use tabs::{Tab, Tabs};
pub(crate) use text_field::TextField;
pub(crate) use toasts::{ToastList, Toasts};
