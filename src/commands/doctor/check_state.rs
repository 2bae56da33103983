//! How a check of the doctor ends.

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It is as it should be.
    Ok,
    /// It works, or may work, and deserves a look.
    Warning,
    /// It does not work.
    Failed,
    /// It was not checked.
    Skipped,
}

impl CheckState {
    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}
