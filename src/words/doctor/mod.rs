//! The words of `doctor`: what each check found, the verdict, what to do.
//!
//! | file | |
//! |---|---|
//! | `checks` | the names of the checks, configuration and service, and what to do about them |
//! | `port` | the port, and what to do about it |
//! | `line` | the meter, its line and its contract, and what to do about them |
//! | `broker` | the broker, and what to do about it |
//! | `verdict` | the sentence that names the culprit, and absolves the rest |

mod broker;
mod checks;
mod line;
mod port;
mod verdict;
