//! A second reader of the frames: what a state is to be after each, by the facts alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use linky_sensor::simulator::{FrameKind, Scenario, SentFrame, TariffPlan};
use linky_sensor::tic::Mode;
use serde_json::{Map, Value, json};

use super::facts::{
    Fact, HISTORIQUE, How, MAKERS, MOMENTS, OCCASIONAL, OF_THE_STATE, OWN, REGISTERS, STANDARD,
    SUMMED, TWICE,
};

/// Stands for the value of a model, which may be null too.
pub const ANY: &str = "of a model";

/// A fact of one number: label, interface, type, key, how.
#[derive(Clone, Debug)]
struct Single {
    label: String,
    interface: &'static str,
    signature: &'static str,
    key: String,
    how: How,
}

/// What is known of a label.
#[derive(Clone, Debug, Default)]
struct Known {
    horodate: String,
    data: String,
    seen: u32,
    missed: u32,
    stands: bool,
    /// Horodate and data that came once, and are to come again.
    awaited: Option<(String, String)>,
}

impl Known {
    /// A group came. `at_once`: which of its values need no second frame to be published.
    fn push(&mut self, horodate: &str, data: &str, at_once: bool) {
        let came = (horodate.to_owned(), data.to_owned());
        self.seen += 1;
        self.missed = 0;
        if at_once
            || (&self.horodate, &self.data) == (&came.0, &came.1)
            || self.awaited.as_ref() == Some(&came)
        {
            (self.horodate, self.data) = came;
            self.stands = true;
            self.awaited = None;
        } else {
            self.awaited = Some(came);
        }
    }
}

/// What is known of a meter after some frames.
pub struct Expected {
    mode: Mode,
    phases: u8,
    parity: bool,
    /// Keys that the contract can never give.
    never: &'static [&'static str],
    facts: Vec<Single>,
    labels: HashMap<String, Known>,
    /// Frames that ended in any way.
    pub frames: u64,
    damaged: u64,
}

impl Expected {
    /// Nothing was sent yet. `parity`: whether characters are sent with their parity.
    pub fn of(scenario: &Scenario, parity: bool) -> Self {
        let facts = match scenario.mode {
            Mode::Standard => STANDARD,
            Mode::Historique => HISTORIQUE,
        };
        Self {
            mode: scenario.mode,
            phases: scenario.phases.count(),
            parity,
            never: match scenario.contract {
                TariffPlan::Base => &["next_tariff", "next_tariff_time", "next_off_peak_time"],
                TariffPlan::Ejp => &["next_off_peak_time"],
                TariffPlan::OffPeak | TariffPlan::Tempo => &[],
            },
            facts: facts.iter().flat_map(singles).collect(),
            labels: HashMap::new(),
            frames: 0,
            damaged: 0,
        }
    }

    /// A frame was sent. Whether it makes a state: one that the meter interrupted does not.
    pub fn push(&mut self, sent: &SentFrame) -> bool {
        self.frames += 1;
        if sent.kind == FrameKind::Cut {
            self.damaged += 1;
            return false;
        }
        for known in self.labels.values_mut() {
            known.missed += 1;
        }
        // Short frames never carry the other labels: there these are not missing.
        if sent.kind == FrameKind::Short {
            for (label, known) in &mut self.labels {
                known.missed -=
                    u32::from(!label.starts_with("ADIR") && !label.starts_with("IINST"));
            }
        } else {
            for label in ["PEJP", "ADPS", "ADIR1", "ADIR2", "ADIR3"] {
                self.labels.entry(label.to_owned()).or_insert(Known {
                    missed: 1,
                    ..Known::default()
                });
            }
        }
        for group in &sent.groups {
            let (label, parity) = (group.label.name(), self.parity);
            let known = self.labels.entry(label.to_owned()).or_default();
            let is_first = known.data.is_empty() && known.horodate.is_empty();
            let at_once = match label {
                _ if MOMENTS.contains(&label) => true,
                _ if REGISTERS.contains(&label) => parity,
                "DATE" => parity || !is_first || known.awaited.is_some(),
                _ if TWICE.contains(&label) || group.horodate.is_some() => parity && is_first,
                _ => parity || !is_first || known.awaited.is_some() || SUMMED.contains(&label),
            };
            known.push(
                group.horodate.as_deref().unwrap_or_default(),
                &group.data,
                at_once,
            );
        }
        for known in self.labels.values_mut() {
            known.stands &= known.missed < 3;
        }
        true
    }

    /// The state, without what no test can foresee: its boot, seq and time. The keys of labels that are to come are in it
    /// from the third frame on at the latest.
    pub fn state(&self) -> Map<String, Value> {
        let mut state = Map::new();
        for (_, key) in OWN {
            state.insert((*key).to_owned(), json!(0));
        }
        state.insert("schema".to_owned(), json!(1));
        state.insert("meter".to_owned(), json!("main"));
        state.insert("mode".to_owned(), json!(self.mode.as_str()));
        state.insert("link".to_owned(), json!("receiving"));
        state.insert("link_detail".to_owned(), json!(""));
        state.insert("link_cause".to_owned(), json!("none"));
        state.insert(
            "phases".to_owned(),
            json!((self.frames >= 3).then_some(self.phases)),
        );
        state.insert("frames_received".to_owned(), json!(self.frames));
        state.insert("frames_damaged".to_owned(), json!(self.damaged));
        for key in always() {
            state.entry(key).or_insert(Value::Null);
        }
        for fact in self.facts.iter().filter(|fact| self.is_there(fact)) {
            let value = self.value(fact);
            let entry = state.entry(fact.key.clone()).or_insert(Value::Null);
            if entry.is_null() {
                *entry = value;
            }
        }
        let of_the_state = OF_THE_STATE.iter();
        of_the_state
            .filter(|key| !["schema", "meter"].contains(key))
            .chain(self.never)
            .for_each(|key| drop(state.remove(*key)));
        state
    }

    /// The keys that may come with the first frames or with the third: those of labels sent only now and then.
    pub fn is_occasional(&self, key: &str) -> bool {
        let mut facts = self.facts.iter().filter(|fact| fact.key == key);
        facts.any(|fact| OCCASIONAL.contains(&fact.label.as_str()))
    }

    fn is_there(&self, fact: &Single) -> bool {
        let of_phase = fact.key.contains("_l2") || fact.key.contains("_l3");
        let seen = self
            .labels
            .get(&fact.label)
            .is_some_and(|known| known.seen >= 3);
        let other_phase = self.phases == 1 && of_phase;
        !other_phase
            && (seen || fact.interface == "Meter" || OCCASIONAL.contains(&fact.label.as_str()))
    }

    fn known(&self, label: &str) -> Option<&Known> {
        self.labels.get(label).filter(|known| known.stands)
    }

    fn data(&self, label: &str) -> Option<&str> {
        self.known(label).map(|known| known.data.as_str())
    }

    fn number(&self, label: &str) -> Option<u64> {
        let radix = if ["STGE", "PPOT"].contains(&label) {
            16
        } else {
            10
        };
        self.data(label)
            .map(|data| u64::from_str_radix(data, radix).unwrap())
    }

    fn value(&self, fact: &Single) -> Value {
        match fact.how {
            How::Rule => return self.by_rule(&fact.key),
            How::Model => return json!(ANY),
            _ => {}
        }
        let Some(known) = self.known(&fact.label) else {
            return Value::Null;
        };
        let text = known.data.trim();
        let pair = |at| &text[at..at + 2];
        let number = || self.number(&fact.label).unwrap();
        let bits = |from: u32, count: u32| number() >> from & ((1 << count) - 1);
        match fact.how {
            How::Number => json!(number()),
            How::Kilo => json!(number() * 1000),
            How::Text => json!(Some(text).filter(|text| !text.is_empty())),
            How::Horodate => json!(rfc3339(&known.horodate)),
            How::Maker => {
                let name = MAKERS.iter().find(|(code, _)| *code == pair(0));
                json!(name.map_or(pair(0), |(_, name)| name))
            }
            How::Year => json!(2000 + pair(2).parse::<u64>().unwrap()),
            How::Kind => json!(pair(4).parse::<u64>().unwrap()),
            How::Bit(bit) => json!(bits(bit, 1) == 1),
            How::NotBit(bit) => json!(bits(bit, 1) == 0),
            How::Bits(from, count, more) => json!(bits(from, count) + more),
            How::Words(from, count, words) => {
                let word = words[usize::try_from(bits(from, count)).unwrap()];
                json!(Some(word).filter(|word| *word != "-"))
            }
            How::Rule | How::Model => unreachable!("see above"),
        }
    }

    fn by_rule(&self, key: &str) -> Value {
        let period = self.data("PTEC");
        let missed = |labels: &[&str]| labels.iter().all(|label| self.labels[*label].missed >= 3);
        match key {
            "clock_degraded" => {
                let season = self
                    .known("DATE")
                    .map(|known| known.horodate.starts_with(['h', 'e']));
                let register = self.number("STGE").map(|register| register >> 16 & 1 == 1);
                json!(
                    season
                        .zip(register)
                        .map(|(season, register)| season || register)
                )
            }
            "color_today" if self.mode == Mode::Standard => {
                let color = match (self.data("NGTF").map(str::trim), self.number("NTARF")) {
                    (Some("TEMPO"), Some(1 | 2)) => Some("blue"),
                    (Some("TEMPO"), Some(3 | 4)) => Some("white"),
                    (Some("TEMPO"), Some(5 | 6)) => Some("red"),
                    _ => None,
                };
                json!(color)
            }
            "color_today" => json!(match period
                .and_then(|period| period.strip_prefix("HCJ").or(period.strip_prefix("HPJ")))
            {
                Some("B") => Some("blue"),
                Some("W") => Some("white"),
                Some("R") => Some("red"),
                _ => None,
            }),
            "color_tomorrow" => json!(match self.data("DEMAIN") {
                Some("BLEU") => Some("blue"),
                Some("BLAN") => Some("white"),
                Some("ROUG") => Some("red"),
                _ => None,
            }),
            "tariff_index" => json!(match period {
                Some("HC.." | "HN.." | "HCJB") => Some(1),
                Some("HP.." | "PM.." | "HPJB") => Some(2),
                Some("HCJW") => Some(3),
                Some("HPJW") => Some(4),
                Some("HCJR") => Some(5),
                Some("HPJR") => Some(6),
                _ => None,
            }),
            "mobile_peak" => json!(period.map(|period| u8::from(period == "PM.."))),
            "mobile_peak_notice" if self.known("PEJP").is_some() => json!(1),
            "mobile_peak_notice" => json!(missed(&["PEJP"]).then_some(0)),
            "over_power" => {
                let labels = ["ADPS", "ADIR1", "ADIR2", "ADIR3"];
                if labels.iter().any(|label| self.known(label).is_some()) {
                    json!(true)
                } else {
                    json!(missed(&labels).then_some(false))
                }
            }
            // From the first frame on nothing but consumption moves the index.
            "energy" | "energy_counter" => {
                let parts: &[&str] = match self.data("OPTARIF") {
                    Some("BASE") => &["BASE"],
                    Some("HC..") => &["HCHC", "HCHP"],
                    Some("EJP.") => &["EJPHN", "EJPHPM"],
                    _ => &[
                        "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR",
                    ],
                };
                json!(
                    parts
                        .iter()
                        .map(|part| self.number(part))
                        .sum::<Option<u64>>()
                )
            }
            "subscribed_power" => {
                let phases = (self.frames >= 3).then_some(u64::from(self.phases));
                json!(
                    self.number("ISOUSC")
                        .zip(phases)
                        .map(|(amperes, phases)| amperes * 200 * phases)
                )
            }
            key => panic!("no rule for {key}"),
        }
    }
}

/// Which interface a key is on, and its D-Bus type; none for those of the state itself.
pub fn properties() -> BTreeMap<String, (&'static str, &'static str)> {
    let facts = [STANDARD, HISTORIQUE]
        .into_iter()
        .flatten()
        .flat_map(singles);
    let mut all: BTreeMap<_, _> = facts
        .map(|fact| (fact.key, (fact.interface, fact.signature)))
        .collect();
    all.extend(
        OWN.iter()
            .map(|(signature, key)| ((*key).to_owned(), ("Meter", *signature))),
    );
    all
}

/// The keys that are in every state: those of the state and of the interface Meter, in either mode.
pub fn always() -> BTreeSet<String> {
    let facts = [STANDARD, HISTORIQUE]
        .into_iter()
        .flatten()
        .filter(|fact| fact.1 == "Meter");
    let keys = facts
        .map(|fact| fact.3)
        .chain(OWN.iter().map(|(_, key)| *key));
    keys.chain(OF_THE_STATE.iter().copied())
        .map(str::to_owned)
        .collect()
}

/// A fact for each of its numbers.
fn singles(&(label, interface, signature, key, how): &Fact) -> Vec<Single> {
    let numbers = match key {
        _ if !key.contains("{n}") => 0..1,
        "energy_tariff_{n}" | "energy_counter_tariff_{n}" | "energy_today_tariff_{n}" => 1..10,
        "energy_distributor_{n}" | "reactive_energy_q{n}" => 1..5,
        _ => 1..4,
    };
    numbers
        .map(|n: u32| Single {
            label: label.replace("{n}", &n.to_string()),
            interface,
            signature,
            key: key.replace("{n}", &n.to_string()),
            how,
        })
        .collect()
}

/// `H260115183000` as a time of RFC 3339. Without a season it is winter: the scenarios that have such times are in it.
fn rfc3339(horodate: &str) -> String {
    let part = |at: usize| &horodate[at..at + 2];
    let offset = match &horodate[..1] {
        "H" | "h" | " " => "+01:00",
        "E" | "e" => "+02:00",
        season => panic!("{season}"),
    };
    format!(
        "20{}-{}-{}T{}:{}:{}{offset}",
        part(1),
        part(3),
        part(5),
        part(7),
        part(9),
        part(11)
    )
}
