//! The value of one accepted group: number, horodate and text, and the readings that the specification gives them.

use core::cell::OnceCell;
use std::sync::Arc;

use crate::tic::{Address, Group, Horodate, Period, Relays, Status};

/// The value of a group that was accepted.
#[derive(Clone, Debug, Default)]
pub struct GroupValue {
    number: u32,
    horodate: Option<Horodate>,
    text: String,
    /// Made when it is first asked for.
    trimmed: OnceCell<Arc<str>>,
}

impl GroupValue {
    /// The value of a group.
    pub fn of(group: &Group<'_>) -> Self {
        Self {
            number: group.number(),
            horodate: group.horodate(),
            text: group.data().to_owned(),
            trimmed: OnceCell::new(),
        }
    }

    /// Whether the group has this value.
    pub fn is(&self, group: &Group<'_>) -> bool {
        self.number == group.number()
            && self.text == group.data()
            && self.horodate == group.horodate()
    }

    /// Takes the value of another group.
    pub fn set(&mut self, group: &Group<'_>) {
        self.number = group.number();
        self.horodate = group.horodate();
        if self.text != group.data() {
            self.text.clear();
            self.text.push_str(group.data());
            self.trimmed.take();
        }
    }

    /// The digits or the hexadecimal digits of the group, as a number; 0 for a text.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The horodate, of a group that carries one.
    pub fn horodate(&self) -> Option<Horodate> {
        self.horodate
    }

    /// The data as sent, never trimmed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The data without the blanks around it, shared by all states that show it.
    pub fn trimmed(&self) -> &Arc<str> {
        self.trimmed.get_or_init(|| self.text.trim().into())
    }

    /// The data as the status register.
    pub fn status(&self) -> Status {
        Status::new(self.number)
    }

    /// The data as the eight relays.
    pub fn relays(&self) -> Relays {
        Relays::new(u8::try_from(self.number).unwrap_or_default())
    }

    /// The data as the address of a meter.
    pub fn address(&self) -> Option<Address> {
        Address::parse(self.text.as_bytes())
    }

    /// The data as a tariff period of the historique mode.
    pub fn period(&self) -> Option<Period> {
        Period::parse(self.text.as_bytes())
    }
}
