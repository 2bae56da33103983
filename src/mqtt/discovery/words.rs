//! The French names of enumerated states. The only translation of them.

/// The French name; the word itself if it is the same or unknown.
pub fn french(word: &'static str) -> &'static str {
    FRENCH
        .iter()
        .find(|(english, _)| *english == word)
        .map_or(word, |(_, french)| french)
}

const FRENCH: &[(&str, &str)] = &[
    // Tempo
    ("blue", "bleu"),
    ("white", "blanc"),
    ("red", "rouge"),
    // Contracts and tariff periods
    ("off_peak", "heures creuses"),
    ("peak", "heures pleines"),
    ("super_off_peak", "heures super creuses"),
    ("ejp_normal", "heures normales"),
    ("ejp_peak", "pointe mobile"),
    ("blue_off_peak", "bleu heures creuses"),
    ("blue_peak", "bleu heures pleines"),
    ("white_off_peak", "blanc heures creuses"),
    ("white_peak", "blanc heures pleines"),
    ("red_off_peak", "rouge heures creuses"),
    ("red_peak", "rouge heures pleines"),
    ("producer", "producteur"),
    ("other", "autre"),
    // Breaker
    ("closed", "fermé"),
    ("over_power", "ouvert : surpuissance"),
    ("over_voltage", "ouvert : surtension"),
    ("load_shedding", "ouvert : délestage"),
    ("remote_order", "ouvert : ordre à distance"),
    ("overheat_high_current", "ouvert : surchauffe, courant fort"),
    (
        "overheat_low_current",
        "ouvert : surchauffe, courant faible",
    ),
    // Euridis output and power line communication
    ("disabled", "désactivée"),
    ("enabled", "activée sans sécurité"),
    ("secure", "activée avec sécurité"),
    ("new_unlocked", "nouveau, déverrouillé"),
    ("new_locked", "nouveau, verrouillé"),
    ("registered", "enregistré"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{FRENCH, french};
    use crate::meter::quantity::TABLE;
    use crate::meter::{HomeAssistant, Kind};

    /// Spelt the same in both languages.
    const SAME: [&str; 5] = ["standard", "historique", "base", "ejp", "tempo"];

    #[test]
    fn every_word_that_is_shown_has_a_french_word_of_its_own() {
        let mut used = HashSet::new();
        for row in &TABLE {
            let (Kind::Enum(words), HomeAssistant::Entity { binary: false, .. }) =
                (row.kind, row.home_assistant)
            else {
                continue;
            };
            let translated: HashSet<&str> = words.iter().map(|word| french(word)).collect();
            assert_eq!(translated.len(), words.len(), "{}", row.key);
            for word in words {
                let is_known = FRENCH.iter().any(|(english, _)| english == word);
                assert!(is_known != SAME.contains(word), "{word}");
                used.insert(*word);
            }
        }
        for (word, french) in FRENCH {
            assert!(used.contains(word), "{word} is no word of the table");
            assert!(
                !french.contains(['\'', '\\']),
                "{french} would end a template"
            );
        }
    }
}
