//! No wait on a bus is longer than [`DEADLINE`].

use std::time::Duration;

use super::error::Error;

/// The longest that anything asked of a bus may take.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// What `future` gives, or [`Error::Deadline`] after [`DEADLINE`].
pub async fn within<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or(Err(Error::Deadline))
}
