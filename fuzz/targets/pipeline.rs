//! From bytes to states: whatever comes, in whatever order and time, each state is valid and nothing grows.
//!
//! The input is a stream without parity, as the captures are. Bytes from 0xF0 on are no characters but things that happen.

#![no_main]
#![allow(clippy::expect_used, clippy::panic)]

#[path = "../../tests/trust/invariants.rs"]
mod invariants;

use std::time::Duration;

use invariants::{Invariants, check_memory};
use libfuzzer_sys::fuzz_target;
use linky_sensor::meter::{Identity, Input, LinkDetail, Memory, Meter, Moment, Timestamp};
use linky_sensor::tic::{Decoder, Mode, Parity, with_parity};

fuzz_target!(|bytes: &[u8]| {
    let mut pipeline = Pipeline::new();
    for stretch in bytes.split_inclusive(|byte| *byte >= 0xF0) {
        let (text, event) = match stretch.split_last() {
            Some((last, text)) if *last >= 0xF0 => (text, Some(*last)),
            _ => (stretch, None),
        };
        pipeline.receive(text);
        if let Some(event) = event {
            pipeline.happen(event);
        }
    }
    check_memory(&pipeline.meter);
});

struct Pipeline {
    decoder: Decoder,
    has_parity: bool,
    meter: Meter,
    invariants: Invariants,
    now: Moment,
}

fn meter(memory: &Memory) -> Meter {
    let identity = Identity::new("main", "b007");
    Meter::new(identity, memory)
}

impl Pipeline {
    fn new() -> Self {
        Self {
            decoder: Decoder::new(Mode::Standard, Parity::Ignore),
            has_parity: false,
            meter: meter(&Memory::default()),
            invariants: Invariants::default(),
            now: Moment {
                wall: Some(Timestamp(1_768_498_200_000_000)),
                mono: Duration::ZERO,
            },
        }
    }

    fn receive(&mut self, text: &[u8]) {
        let parity = |byte: &u8| {
            if self.has_parity {
                with_parity(*byte)
            } else {
                *byte
            }
        };
        let bytes: Vec<u8> = text.iter().map(parity).collect();
        for frame in self.decoder.push(&bytes) {
            self.pass(1);
            self.push(Input::Frame(frame));
        }
    }

    fn pass(&mut self, seconds: u32) {
        self.now.mono += Duration::from_secs(seconds.into());
        self.now.wall = self
            .now
            .wall
            .map(|wall| Timestamp(wall.0 + i64::from(seconds) * 1_000_000));
    }

    fn push(&mut self, input: Input) {
        if let Some(update) = self.meter.push(input, self.now) {
            self.invariants.check(&update);
        }
    }

    fn start_decoder(&mut self, mode: Mode) {
        let parity = if self.has_parity {
            Parity::Check
        } else {
            Parity::Ignore
        };
        self.decoder = Decoder::new(mode, parity);
    }

    fn happen(&mut self, event: u8) {
        let detail = LinkDetail::default;
        match event {
            0xF0 => {
                self.pass(1);
                self.push(Input::Tick { detail: detail() });
            }
            0xF1 => self.pass(60),
            0xF2 => self.pass(86_400),
            0xF3 => {
                self.meter = meter(&self.meter.memory());
                self.invariants = Invariants::default();
            }
            0xF4 => self.push(Input::Opened { detail: detail() }),
            0xF5 => self.push(Input::Unavailable { detail: detail() }),
            0xF6 => self.push(Input::Syncing { detail: detail() }),
            0xF7 => self.start_decoder(match self.decoder.mode() {
                Mode::Standard => Mode::Historique,
                Mode::Historique => Mode::Standard,
            }),
            0xF8 => {
                self.has_parity = !self.has_parity;
                self.start_decoder(self.decoder.mode());
            }
            _ => {
                for frame in self.decoder.silence() {
                    self.push(Input::Frame(frame));
                }
            }
        }
    }
}
