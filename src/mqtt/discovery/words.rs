//! The names of enumerated states, in the languages of people. The only translation of them: the JSON has the words alone.

use crate::config::Language;

/// The name of a word; the word itself if it has none.
pub fn shown(word: &'static str, language: Language) -> &'static str {
    let known = WORDS.iter().find(|(known, ..)| *known == word);
    known.map_or(word, |(_, english, french)| match language {
        Language::English => english,
        Language::French => french,
    })
}

/// The words, their English and French names.
const WORDS: &[(&str, &str, &str)] = &[
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

    use super::{Language, WORDS, shown};
    use crate::meter::quantity::TABLE;
    use crate::meter::{Entity, HomeAssistant, Kind};

    #[test]
    fn every_word_that_is_shown_has_a_name_of_its_own_in_each_language() {
        let mut used = HashSet::new();
        for row in &TABLE {
            let (Kind::Enum(words), HomeAssistant::Entity(Entity { binary: false, .. })) =
                (row.kind, row.home_assistant)
            else {
                continue;
            };
            for language in [Language::English, Language::French] {
                let names: HashSet<&str> = words.iter().map(|word| shown(word, language)).collect();
                assert_eq!(names.len(), words.len(), "{}", row.key);
            }
            for word in words {
                assert!(WORDS.iter().any(|(known, ..)| known == word), "{word}");
                used.insert(*word);
            }
        }
        for (word, english, french) in WORDS {
            assert!(used.contains(word), "{word} is no word of the table");
            for name in [english, french] {
                assert!(!name.contains(['\'', '\\']), "{name} would end a template");
            }
        }
    }
}
