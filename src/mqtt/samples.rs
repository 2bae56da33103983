//! Meters for the tests of this module: their frames, and the Updates made from them.

use std::sync::Arc;
use std::time::Duration;

use crate::meter::{
    Identity, Input, LinkCause, LinkDetail, Memory, Meter, Moment, Snapshot, Timestamp, Update,
};
use crate::tic::{Decoder, Frame, Mode, Parity, push_group, with_parity};

/// 2026-01-15 12:00:00 UTC.
const START: i64 = 1_768_478_400;

/// A meter without a frame so far, and its clock.
pub struct Sample {
    meter: Meter,
    seconds: u64,
}

impl Sample {
    pub fn new() -> Self {
        Self::with_identifiers(false)
    }

    pub fn with_identifiers(shows_identifiers: bool) -> Self {
        let identity = Identity {
            number: 0,
            id: "main".into(),
            boot: "b00t".into(),
            shows_identifiers,
        };
        Self {
            meter: Meter::new(identity, &Memory::default()),
            seconds: 0,
        }
    }

    pub fn last(&self) -> Arc<Snapshot> {
        self.meter.last().clone()
    }

    /// Takes an input, a second after the last one.
    pub fn push(&mut self, input: Input) -> Option<Arc<Update>> {
        self.seconds += 1;
        let seconds = i64::try_from(self.seconds).unwrap();
        let now = Moment {
            wall: Some(Timestamp((START + seconds) * 1_000_000)),
            mono: Duration::from_secs(self.seconds),
        };
        self.meter.push(input, now)
    }

    /// Takes a frame of these lines, a second after the last input.
    pub fn frame(&mut self, mode: Mode, lines: &str) -> Arc<Update> {
        self.push(Input::Frame(frame(mode, lines))).unwrap()
    }

    /// The state after enough of the same frames for all its keys.
    pub fn settled(mut self, mode: Mode, lines: &str) -> Arc<Snapshot> {
        for _ in 0..4 {
            self.frame(mode, lines);
        }
        self.last()
    }

    /// The port is gone.
    pub fn unplug(&mut self) -> Arc<Update> {
        let detail = LinkDetail::new(LinkCause::NoPort, "unplugged");
        self.push(Input::Unavailable { detail }).unwrap()
    }
}

/// The frame of these lines: `LABEL|data`, or `LABEL|horodate|data`.
fn frame(mode: Mode, lines: &str) -> Frame {
    let mut bytes = vec![0x02];
    for line in lines.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        match fields[..] {
            [label, data] => push_group(mode, label, None, data, &mut bytes),
            [label, horodate, data] => push_group(mode, label, Some(horodate), data, &mut bytes),
            _ => panic!("{line}"),
        }
    }
    bytes.push(0x03);
    let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
    let mut frames = Decoder::new(mode, Parity::Check).push(&bytes);
    assert!(!frames[0].is_damaged(), "{:?}", frames[0]);
    frames.remove(0)
}

/// A single-phase meter in standard mode with one price, at 450 VA.
pub fn single_phase() -> String {
    let indexes = numbered("EASF", 1..=10, "000000000") + &numbered("EASD", 1..=4, "000000042");
    format!(
        "ADSC|041875000000\nVTIC|02\nDATE|H260115120000|\nNGTF|      BASE      \nLTARF|      BASE      \n\
         EAST|000012345\n{indexes}IRMS1|002\nURMS1|231\nPREF|06\nPCOUP|06\nSINSTS|00450\n\
         SMAXSN|H260115080000|01230\nSMAXSN-1|H260114080000|02340\nCCASN|H260115113000|00450\n\
         CCASN-1|H260115110000|00440\nUMOY1|H260115115000|231\nSTGE|003A0001\n\
         MSG1|PAS DE          MESSAGE         \nPRM|99000000000001\nRELAIS|000\nNTARF|01\nNJOURF|00\n\
         NJOURF+1|00\nPJOURF+1|00004001{}",
        " NONUTILE".repeat(10)
    )
}

/// A single-phase meter in standard mode with peak and off-peak hours.
pub fn off_peak() -> String {
    single_phase()
        .replace("NGTF|      BASE      ", "NGTF|H PLEINE/CREUSE ")
        .replace("LTARF|      BASE      ", "LTARF| HEURE  CREUSE  ")
}

/// The same with a calendar of the supplier's own, in the second of its hours.
pub fn unusual() -> String {
    single_phase()
        .replace("NGTF|      BASE      ", "NGTF|  ZEN WEEK-END  ")
        .replace("LTARF|      BASE      ", "LTARF|  HC  WEEK-END  ")
        .replace("EASF01|000000000", "EASF01|000000009")
        .replace("STGE|003A0001", "STGE|003A0401")
        .replace("NTARF|01", "NTARF|02")
}

/// The same at another power.
pub fn single_phase_at(power: u32) -> String {
    single_phase().replace("SINSTS|00450", &format!("SINSTS|{power:05}"))
}

/// The same, injecting.
pub fn producer() -> String {
    single_phase()
        .replace(
            "PCOUP|06\n",
            "PCOUP|06\nSINSTI|01500\n",
        )
        .replace("      BASE      ", "   PRODUCTEUR   ")
        .replace("EASF03|000000000", "EASF03|000000007")
        .replace(
            "IRMS1|002",
            "EAIT|000054321\nERQ1|000000001\nERQ2|000000002\nERQ3|000000003\nERQ4|000000004\nIRMS1|002",
        )
        .replace(
            "CCASN|",
            "SMAXIN|H260115110000|01900\nSMAXIN-1|H260114110000|02100\nCCAIN|H260115113000|01400\n\
             CCAIN-1|H260115110000|01300\nCCASN|",
        )
        .replace("STGE|003A0001", "STGE|003A0301")
}

/// A three-phase meter in standard mode with the Tempo contract.
pub fn three_phase() -> String {
    single_phase()
        .replace("041875", "041876")
        .replace("      BASE      ", "     TEMPO      ")
        .replace("IRMS1|002", "IRMS1|002\nIRMS2|003\nIRMS3|004")
        .replace("URMS1|231", "URMS1|231\nURMS2|232\nURMS3|233")
        .replace(
            "SINSTS|00450",
            "SINSTS|00450\nSINSTS1|00100\nSINSTS2|00150\nSINSTS3|00200",
        )
        .replace(
            "SMAXSN-1|",
            &(dated("SMAXSN1", "00500")
                + &dated("SMAXSN2", "00510")
                + &dated("SMAXSN3", "00520")
                + "SMAXSN-1|"),
        )
        .replace(
            "CCASN|",
            &(dated("SMAXSN1-1", "00600")
                + &dated("SMAXSN2-1", "00610")
                + &dated("SMAXSN3-1", "00620")
                + "CCASN|"),
        )
        .replace(
            "UMOY1|H260115115000|231",
            "UMOY1|H260115115000|231\nUMOY2|H260115115000|232\nUMOY3|H260115115000|233",
        )
}

/// A single-phase meter in historique mode with peak and off-peak hours.
pub fn historique() -> String {
    "ADCO|041875000000\nOPTARIF|HC..\nISOUSC|30\nHCHC|000001000\nHCHP|000002000\nPTEC|HP..\nIINST|002\n\
     IMAX|060\nPAPP|00450\nHHPHC|A\nMOTDETAT|000000"
        .to_owned()
}

/// A single-phase meter in historique mode with the EJP contract, half an hour before a mobile peak.
pub fn ejp() -> String {
    "ADCO|041875000000\nOPTARIF|EJP.\nISOUSC|45\nEJPHN|000001000\nEJPHPM|000002000\nPEJP|30\nPTEC|HN..\nIINST|002\n\
     IMAX|060\nPAPP|00450\nHHPHC|A\nMOTDETAT|000000"
        .to_owned()
}

fn numbered(label: &str, numbers: std::ops::RangeInclusive<u32>, data: &str) -> String {
    numbers
        .map(|number| format!("{label}{number:02}|{data}\n"))
        .collect()
}

fn dated(label: &str, data: &str) -> String {
    format!("{label}|H260115080000|{data}\n")
}
