//! The words of the tariff: periods by their closed words, colours of days.

use super::Words;

impl Words {
    /// A contract as the meter names it; `kind`, the word for it, where the meter has a code such as `BBR(` (historique mode).
    pub fn contract_name(self, named: &str, kind: Option<&str>) -> String {
        match kind {
            Some(kind) if !["", "other"].contains(&kind) => self.name_of(kind),
            _ => named.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    /// A period by its public word, as people name it; the colour of its day apart. Empty for one with a name of its own.
    pub fn period_name(self, word: &str) -> &'static str {
        match word {
            "base" => self.pick("Tarif de base", "Single rate"),
            "super_off_peak" => self.pick("Heures super creuses", "Super off-peak"),
            "ejp_normal" => self.pick("Heures normales", "Normal hours"),
            "ejp_peak" => self.pick("Pointe mobile", "Mobile peak"),
            word if word.ends_with("off_peak") => self.pick("Heures creuses", "Off-peak"),
            word if word.ends_with("peak") => self.pick("Heures pleines", "Peak hours"),
            _ => "",
        }
    }

    /// The same in a list: one or two words, with the colour of its day.
    pub fn period_short(self, word: &str) -> &'static str {
        match word {
            "base" => "Base",
            "off_peak" => self.pick("Creuses", "Off-peak"),
            "peak" => self.pick("Pleines", "Peak"),
            "super_off_peak" => self.pick("Super cr.", "Super off"),
            "ejp_normal" => self.pick("Normales", "Normal"),
            "ejp_peak" => self.pick("Pointe", "Peak"),
            "blue_off_peak" => self.pick("HC bleu", "HC blue"),
            "blue_peak" => self.pick("HP bleu", "HP blue"),
            "white_off_peak" => self.pick("HC blanc", "HC white"),
            "white_peak" => self.pick("HP blanc", "HP white"),
            "red_off_peak" => self.pick("HC rouge", "HC red"),
            "red_peak" => self.pick("HP rouge", "HP red"),
            _ => "",
        }
    }

    /// The colour of a day by its public word; `?` while it is not announced.
    pub fn color_name(self, word: &str) -> &'static str {
        match word {
            "blue" => self.pick("BLEU", "BLUE"),
            "white" => self.pick("BLANC", "WHITE"),
            "red" => self.pick("ROUGE", "RED"),
            _ => "?",
        }
    }
}

messages! {
    /// An index whose period is not known.
    index_number(index: u8) {
        fr: "Index {index}",
        en: "Index {index}",
    }
    /// What a meter counts without an index.
    without_index() {
        fr: "Total",
        en: "Total",
    }
}
