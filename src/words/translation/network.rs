//! Why a host cannot be reached: the texts of `net::HostError`, those of the resolver and of the system among them.

use super::TranslatedRow;

/// See the module above.
pub const ROWS: &[TranslatedRow] = &[
    (
        "{} (from an earlier look-up; now {})",
        "{0} (d'après une recherche plus ancienne ; maintenant, {1})",
    ),
    (
        "the look-up of {} failed: {}. Is there a network interface {}? See: ip link",
        "la recherche de {0} a échoué : {1}. Y a-t-il une interface réseau {2} ? Voyez : ip link",
    ),
    (
        "the look-up of {} failed: {}. Names in .local need the package libnss-mdns; an address works without",
        "la recherche de {0} a échoué : {1}. Les noms en .local demandent le paquet libnss-mdns ; une adresse s'en passe",
    ),
    (
        "the look-up of {} failed: {}",
        "la recherche de {0} a échoué : {1}",
    ),
    (
        "the look-up of {} had no answer within {} s. Check the name servers of this computer (resolvectl status), or write the address",
        "la recherche de {0} est restée sans réponse pendant {1} s. Vérifiez les serveurs de noms de cette machine (resolvectl status), ou écrivez l'adresse",
    ),
    (
        "no answer from {} within {} s; {}",
        "pas de réponse de {0} en {1} s ; {2}",
    ),
    (
        "no answer from {} within {} s",
        "pas de réponse de {0} en {1} s",
    ),
    (
        "{}: Connection refused (os error 111); {}",
        "{0} : connexion refusée ; {1}",
    ),
    (
        "{}: Connection refused (os error 111)",
        "{0} : connexion refusée",
    ),
    (
        "{}: Network is unreachable (os error 101); {}",
        "{0} : réseau inaccessible ; {1}",
    ),
    (
        "{}: Network is unreachable (os error 101)",
        "{0} : réseau inaccessible",
    ),
    (
        "{}: No route to host (os error 113); {}",
        "{0} : aucune route vers cette machine ; {1}",
    ),
    (
        "{}: No route to host (os error 113)",
        "{0} : aucune route vers cette machine",
    ),
    // The resolver, gai_strerror(3).
    ("Name or service not known", "nom inconnu"),
    (
        "No address associated with hostname",
        "ce nom n'a pas d'adresse",
    ),
    (
        "Temporary failure in name resolution",
        "échec provisoire de la résolution du nom",
    ),
    (
        "Non-recoverable failure in name resolution",
        "échec définitif de la résolution du nom",
    ),
];

#[cfg(test)]
mod tests {
    use crate::config::Language;
    use crate::words::Words;

    #[test]
    fn a_text_that_holds_others_is_french_throughout() {
        let english = "no answer from [2001:db8::1]:1883 within 10 s; 192.0.2.1:1883: Connection refused (os error 111) \
                       (from an earlier look-up; now the look-up of pi failed: Name or service not known)";
        assert_eq!(
            Words::new(Language::French, false).translated(english),
            "pas de réponse de [2001:db8::1]:1883 en 10 s ; 192.0.2.1:1883 : connexion refusée \
             (d'après une recherche plus ancienne ; maintenant, la recherche de pi a échoué : nom inconnu)"
        );
    }
}
