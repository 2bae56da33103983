//! What is printed of an error of D-Bus. Its `Display` is English, for the journal.

use crate::dbus::Error;
use crate::home::Home;
use crate::names::BUS_NAME;
use crate::words::Words;

/// The error for people, with what to do.
pub fn explained(error: &Error, words: Words) -> String {
    match error {
        Error::NoBus { .. } if Home::current() != Home::Machine => words.bus_none_in_container(),
        Error::NoBus { bus, cause } => {
            words.bus_none(&words.translated(bus), &words.translated(cause))
        }
        Error::OwnershipDenied => words.bus_ownership_denied(BUS_NAME),
        Error::NameTaken => words.bus_name_taken(BUS_NAME),
        Error::CallDenied(why) => words.bus_call_denied(why, BUS_NAME),
        Error::NotRunning => words.bus_not_running(),
        Error::Deadline => words.bus_deadline(),
        Error::Lost => words.bus_lost(),
        Error::Failed(why) => words.bus_failed(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;

    #[test]
    fn the_english_text_is_that_of_the_journal() {
        let why = || "why".to_owned();
        let english = Words::new(Language::English, false);
        let french = Words::new(Language::French, false);
        for error in [
            Error::NoBus {
                bus: "unix:path=/x".to_owned(),
                cause: why(),
            },
            Error::OwnershipDenied,
            Error::NameTaken,
            Error::CallDenied(why()),
            Error::NotRunning,
            Error::Deadline,
            Error::Lost,
            Error::Failed(why()),
        ] {
            assert_eq!(explained(&error, english), error.to_string());
            assert_ne!(explained(&error, french), error.to_string());
        }
        let no_bus = Error::NoBus {
            bus: "the system bus".to_owned(),
            cause: "No such file or directory (os error 2)".to_owned(),
        };
        let text = explained(&no_bus, french);
        assert!(
            text.contains("le bus système ne répond pas (fichier"),
            "{text}"
        );
    }
}
