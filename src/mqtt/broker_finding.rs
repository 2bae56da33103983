//! What is found out about a broker during a session, as it is reported.

/// What a broker was found to do with our messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokerFinding {
    /// It refuses something that is not needed for the states.
    Limit(String),
    /// It takes the states, and they do not arrive.
    Denied(String),
    /// What is published arrives.
    Proven,
}
