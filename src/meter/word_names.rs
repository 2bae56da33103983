//! The names of enumerated states, in the languages of people. The only translation of them: the JSON has the words alone.
//!
//! Discovery gives them to Home Assistant, `words` to the commands.

/// The names of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordNames {
    /// In English, with a capital unless it is only ever a value.
    pub english: &'static str,
    /// In French.
    pub french: &'static str,
}

/// The names of one of the closed words of the table; `None` if it has none.
pub fn word_names(word: &str) -> Option<WordNames> {
    let (_, english, french) = WORDS.iter().find(|(known, ..)| *known == word)?;
    Some(WordNames { english, french })
}

/// The words, their English and French names.
const WORDS: &[(&str, &str, &str)] = &[
    // The link
    ("no_device", "No port", "Pas de port"),
    ("no_signal", "No signal", "Pas de signal"),
    ("syncing", "Synchronising", "Synchronisation"),
    ("receiving", "Receiving", "Réception"),
    ("standard", "Standard", "Standard"),
    ("historique", "Historique", "Historique"),
    // Tempo
    ("blue", "Blue", "Bleu"),
    ("white", "White", "Blanc"),
    ("red", "Red", "Rouge"),
    // Contracts and tariff periods
    ("base", "Base", "Base"),
    ("off_peak", "Off-peak hours", "Heures creuses"),
    ("peak", "Peak hours", "Heures pleines"),
    (
        "super_off_peak",
        "Super off-peak hours",
        "Heures super creuses",
    ),
    ("ejp", "EJP", "EJP"),
    ("ejp_normal", "Normal hours", "Heures normales"),
    ("ejp_peak", "Mobile peak hours", "Heures de pointe mobile"),
    ("tempo", "Tempo", "Tempo"),
    (
        "blue_off_peak",
        "Blue off-peak hours",
        "Bleu heures creuses",
    ),
    ("blue_peak", "Blue peak hours", "Bleu heures pleines"),
    (
        "white_off_peak",
        "White off-peak hours",
        "Blanc heures creuses",
    ),
    ("white_peak", "White peak hours", "Blanc heures pleines"),
    ("red_off_peak", "Red off-peak hours", "Rouge heures creuses"),
    ("red_peak", "Red peak hours", "Rouge heures pleines"),
    ("producer", "Producer", "Producteur"),
    ("other", "Other", "Autre"),
    // Why the meter has opened its breaker
    ("closed", "none", "aucune"),
    ("over_power", "power overrun", "surpuissance"),
    ("over_voltage", "overvoltage", "surtension"),
    ("load_shedding", "load shedding", "délestage"),
    ("remote_order", "remote order", "ordre à distance"),
    (
        "overheat_high_current",
        "overheating, high current",
        "surchauffe, courant fort",
    ),
    (
        "overheat_low_current",
        "overheating, low current",
        "surchauffe, courant faible",
    ),
    // Euridis output and power line communication
    ("disabled", "disabled", "désactivée"),
    (
        "enabled",
        "enabled without security",
        "activée sans sécurité",
    ),
    ("secure", "enabled with security", "activée avec sécurité"),
    ("new_unlocked", "new, unlocked", "nouveau, déverrouillé"),
    ("new_locked", "new, locked", "nouveau, verrouillé"),
    ("registered", "registered", "enregistré"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{WORDS, word_names};
    use crate::meter::quantity::TABLE;
    use crate::meter::{Entity, HomeAssistant, Kind};

    #[test]
    fn every_word_that_is_shown_has_a_name_of_its_own_in_each_language() {
        let mut used: HashSet<&str> = HashSet::new();
        for row in &TABLE {
            let Kind::Enum(words) = row.kind else {
                continue;
            };
            used.extend(words);
            let HomeAssistant::Entity(Entity { binary: false, .. }) = row.home_assistant else {
                continue;
            };
            let names: Vec<_> = words
                .iter()
                .map(|word| word_names(word).unwrap_or_else(|| panic!("{word} has no name")))
                .collect();
            let english: HashSet<&str> = names.iter().map(|names| names.english).collect();
            let french: HashSet<&str> = names.iter().map(|names| names.french).collect();
            let counts = [english.len(), french.len()];
            assert_eq!(counts, [words.len(); 2], "{}", row.key);
        }
        for (word, english, french) in WORDS {
            assert!(used.contains(word), "{word} is no word of the table");
            for name in [english, french] {
                assert!(!name.contains(['\'', '\\']), "{name} would end a template");
            }
        }
    }
}
