//! Why a command was not carried out, in words for the operator.

use crate::{
    db::{ReadError, WriteError, connection::OpenError},
    secrets::SecretError,
    whatsapp::binding::NotBound,
};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The command asks for something that is not allowed or does not exist.
    #[error("{0}")]
    Refused(String),
    /// It could not be done now; what was done of it is done again when the command is repeated.
    #[error("{0}; the command can be repeated")]
    Failed(String),
}

impl AdminError {
    /// A refusal with its reason.
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl From<WriteError> for AdminError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused(code) => Self::Refused(code.title().into()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<ReadError> for AdminError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Refused(code) => Self::Refused(code.title().into()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<OpenError> for AdminError {
    fn from(error: OpenError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<SecretError> for AdminError {
    fn from(error: SecretError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<NotBound> for AdminError {
    fn from(error: NotBound) -> Self {
        match error {
            NotBound::Secret(error) => error.into(),
            NotBound::Read(error) => error.into(),
            NotBound::Write(error) => error.into(),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<std::io::Error> for AdminError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<serde_json::Error> for AdminError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
