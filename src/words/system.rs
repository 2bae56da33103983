//! The errors of the system, and of a way to a host, for people. The raw text is in the log.

use std::io::ErrorKind;

use super::Words;

impl Words {
    /// An error of the system: its kind, and `raw` for one that has no words here.
    pub fn system_error(self, kind: ErrorKind, raw: &str) -> String {
        let (french, english) = match kind {
            ErrorKind::NotFound => ("introuvable", "not found"),
            ErrorKind::PermissionDenied => ("accès refusé", "permission denied"),
            ErrorKind::ConnectionRefused => ("connexion refusée", "connection refused"),
            ErrorKind::ConnectionReset => ("connexion coupée", "connection reset"),
            ErrorKind::ConnectionAborted => ("connexion interrompue", "connection aborted"),
            ErrorKind::HostUnreachable => ("machine inaccessible", "no route to the host"),
            ErrorKind::NetworkUnreachable => ("réseau inaccessible", "network unreachable"),
            ErrorKind::TimedOut => ("pas de réponse", "no answer"),
            ErrorKind::AddrNotAvailable => ("adresse indisponible", "address not available"),
            ErrorKind::BrokenPipe => ("connexion fermée", "connection closed"),
            ErrorKind::StorageFull => ("disque plein", "disk full"),
            ErrorKind::ReadOnlyFilesystem => ("disque en lecture seule", "read-only disk"),
            ErrorKind::IsADirectory => ("c'est un dossier", "it is a directory"),
            _ => return raw.to_owned(),
        };
        self.pick(french, english).to_owned()
    }
}

messages! {
    /// A name without an address.
    host_unknown(host: &str) {
        fr: "le nom {host} est inconnu",
        en: "the name {host} is not known",
    }
    /// The resolver is too slow.
    host_lookup_timeout(host: &str) {
        fr: "la recherche du nom {host} reste sans réponse",
        en: "the look-up of {host} has no answer",
    }
    /// An address, and why it cannot be reached.
    host_refused(address: &str, cause: &str) {
        fr: "{address} : {cause}",
        en: "{address}: {cause}",
    }
    /// No thread.
    host_no_thread() {
        fr: "la machine n'a plus de place pour une connexion",
        en: "the machine has no room for a connection",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Language;

    #[test]
    fn an_error_is_in_the_language_or_as_it_is() {
        let french = Words::new(Language::French, false);
        let refused = french.system_error(ErrorKind::ConnectionRefused, "raw");
        assert_eq!(refused, "connexion refusée");
        assert_eq!(french.system_error(ErrorKind::Other, "raw"), "raw");
    }
}
