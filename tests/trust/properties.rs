//! Whatever comes, in whatever order, at whatever time: no panic, bounded memory, sound states.

use std::time::Duration;

use linky_sensor::meter::{Identity, Input, LinkDetail, Memory, Meter, Moment, Timestamp};
use linky_sensor::simulator::{Channel, Noise, Phases, Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Decoder, Mode, Parity};
use proptest::prelude::*;

use crate::invariants::{Invariants, check_memory};

/// One thing that happens at the port.
#[derive(Clone, Debug)]
enum Step {
    Unavailable,
    Opened,
    Syncing,
    Tick,
    /// Frames of one of the meters, over a line with `noise` wrong bits in a thousand.
    Frames {
        meter: usize,
        count: usize,
        noise: u8,
    },
    Bytes(Vec<u8>),
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<(Step, u32, i64)>> {
    let step = prop_oneof![
        1 => Just(Step::Unavailable),
        1 => Just(Step::Opened),
        1 => Just(Step::Syncing),
        3 => Just(Step::Tick),
        8 => (0..4_usize, 1..6_usize, prop_oneof![Just(0_u8), 0..20_u8])
            .prop_map(|(meter, count, noise)| Step::Frames { meter, count, noise }),
        2 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Step::Bytes),
        1 => Just(Step::Restart),
    ];
    let pause = prop_oneof![8 => 0..3_u32, 1 => 0..100_u32, 1 => any::<u32>()];
    // The host's clock may be set, back too.
    let clock = prop_oneof![9 => Just(0_i64), 1 => any::<i32>().prop_map(i64::from)];
    prop::collection::vec((step, pause, clock), 1..40)
}

fn meters() -> Vec<SimulatedMeter> {
    let scenario = |mode, phases, contract, producer| Scenario {
        mode,
        phases,
        contract,
        producer,
        overrun: true,
        messages: true,
        ..Scenario::default()
    };
    [
        scenario(Mode::Standard, Phases::One, TariffPlan::Ejp, false),
        scenario(Mode::Standard, Phases::Three, TariffPlan::Tempo, true),
        scenario(Mode::Historique, Phases::One, TariffPlan::OffPeak, false),
        scenario(Mode::Historique, Phases::Three, TariffPlan::Tempo, false),
    ]
    .map(|scenario| SimulatedMeter::new(scenario).unwrap())
    .into()
}

struct Run {
    meter: Meter,
    private: bool,
    invariants: Invariants,
    now: Moment,
}

fn meter(private: bool, memory: &Memory) -> Meter {
    let identity = Identity {
        shows_identifiers: private,
        ..Identity::new("main", "b007")
    };
    Meter::new(identity, memory)
}

impl Run {
    fn new(private: bool) -> Self {
        Self {
            meter: meter(private, &Memory::default()),
            private,
            invariants: Invariants::default(),
            now: Moment {
                wall: Some(Timestamp(1_768_498_200_000_000)),
                mono: Duration::ZERO,
            },
        }
    }

    fn push(&mut self, input: Input) {
        if let Some(update) = self.meter.push(input, self.now) {
            self.invariants.check(&update);
        }
    }

    fn receive(&mut self, decoder: &mut Decoder, bytes: &[u8]) {
        let frames = decoder.push(bytes);
        assert!(decoder.open_len() <= 4096);
        frames
            .into_iter()
            .for_each(|frame| self.push(Input::Frame(frame)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_life_gives_sound_states(steps in steps(), private: bool, seed: u64) {
        let mut run = Run::new(private);
        let mut meters = meters();
        let mut decoders = [Mode::Standard, Mode::Historique].map(|mode| Decoder::new(mode, Parity::Auto));
        let detail = LinkDetail::default;
        for (step, pause, clock) in steps {
            run.now.mono += Duration::from_secs(pause.into());
            run.now.wall = run.now.wall.map(|wall| Timestamp(wall.0 + (i64::from(pause) + clock) * 1_000_000));
            match step {
                Step::Unavailable => run.push(Input::Unavailable { detail: detail() }),
                Step::Opened => run.push(Input::Opened { detail: detail() }),
                Step::Syncing => run.push(Input::Syncing { detail: detail() }),
                Step::Tick => run.push(Input::Tick { detail: detail() }),
                Step::Frames { meter, count, noise } => {
                    let bit_error = f64::from(noise) / 1000.0;
                    let mut channel = Channel::new(Noise { bit_error, strip_parity: private, ..Noise::default() }, seed);
                    for sent in meters[meter].by_ref().take(count) {
                        run.now.mono += Duration::from_millis(1500);
                        run.receive(&mut decoders[meter / 2], &channel.pass(&sent.bytes));
                    }
                }
                Step::Bytes(bytes) => run.receive(&mut decoders[usize::from(private)], &bytes),
                Step::Restart => {
                    let memory = run.meter.memory();
                    run.meter = meter(run.private, &memory);
                    run.invariants = Invariants::default();
                }
            }
            check_memory(&run.meter);
        }
    }

    #[test]
    fn any_bytes_give_sound_states(bytes in prop::collection::vec(any::<u8>(), 0..4000), historique: bool) {
        let mode = if historique { Mode::Historique } else { Mode::Standard };
        let mut run = Run::new(true);
        run.receive(&mut Decoder::new(mode, Parity::Ignore), &bytes);
        check_memory(&run.meter);
    }
}
