//! Characters to frames: where groups and frames begin and end in a stream that may be damaged
//! anywhere.
//!
//! What a lost or spurious character costs:
//! - **STX and ETX count only between groups.** In a sound group they are damage like any control
//!   character: the group dies, once. In a group that is dead already they count, since its CR may
//!   be what was lost.
//! - **LF** ends a group that has no CR, which is rejected, and starts the next. **CR** ends a
//!   group, sound or dead.
//! - **An LF or a CR too many** between groups costs nothing.
//! - **Characters between groups** (an LF was lost) are one dead group, until a CR or a marker.
//! - **ETX** ends the frame at once. A group that comes without STX opens a frame of its own,
//!   damaged.
//! - **STX** in a frame that holds groups may be spurious: it only marks the frame damaged. What
//!   ends a frame whose ETX was lost is a group whose label is in it already: the next frame begins
//!   there.
//! - **EOT** (the meter interrupts the frame) ends the group it is in. If STX or silence comes
//!   right after, the groups of the frame are dropped; else the frame goes on: it was noise.
//! - What comes before the first STX is dropped unseen.
//!
//! A dead group is rejected for parity if it holds a character of bad parity. Source:
//! Enedis-NOI-CPT_54E, 5.3; 02E for EOT.

use alloc::vec::Vec;
use core::mem;

use super::draft::Draft;
use super::group::{Reject, check};
use super::line::DAMAGED;
use super::scan::{PADDING, Scan, scan};
use super::{CR, EOT, ETX, Frame, FrameEnd, LF, Mode, STX};

/// The most bytes of a frame, STX and ETX included. Every label at once takes 1727.
const FRAME_MAX: usize = 4096;

/// Where in the stream the next character is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// No STX has come yet.
    Start,
    /// Between two frames.
    Outside,
    /// In a frame, between two groups.
    Between,
    /// In a group that is sound so far.
    Group,
    /// In a group that is dead, or in characters that belong to none.
    Dead,
    /// The same, and one of its characters has bad parity.
    Damaged,
}

impl Place {
    const fn is_in_frame(self) -> bool {
        !matches!(self, Place::Start | Place::Outside)
    }
}

/// Characters to frames.
pub(super) struct Framing {
    mode: Mode,
    place: Place,
    draft: Draft,
    /// The last character was an EOT of the open frame.
    interrupted: bool,
    /// Where, in the open frame, an STX came after its last group: the next frame may have begun
    /// there.
    turn: Option<usize>,
}

impl Framing {
    pub(super) fn new(mode: Mode) -> Framing {
        Framing {
            mode,
            place: Place::Start,
            draft: Draft::default(),
            interrupted: false,
            turn: None,
        }
    }

    /// The mode that it reads.
    pub(super) const fn mode(&self) -> Mode {
        self.mode
    }

    /// Says whether the parity of the characters is checked from now on.
    pub(super) fn say_parity_checked(&mut self, is: bool) {
        self.draft.parity_checked = is;
    }

    /// The frame that is open.
    pub(super) fn open(&self) -> Option<&Draft> {
        self.place.is_in_frame().then_some(&self.draft)
    }

    /// Goes through the characters of a window that ends with its padding. Returns how many are
    /// done with: all of them, but for a group that has not ended.
    pub(super) fn walk<const STANDARD: bool>(
        &mut self,
        window: &[u8],
        frames: &mut Vec<Frame>,
    ) -> usize {
        let mut rest = window;
        loop {
            if self.place == Place::Group {
                let used = match scan::<STANDARD>(rest) {
                    Scan::Unfinished => break,
                    Scan::Ended(shape) => {
                        let used = shape.len + 1;
                        self.make_room(used, frames);
                        match check::<STANDARD>(rest, shape) {
                            Ok(group) => {
                                if self.draft.holds(group.label) {
                                    self.turn_over(frames);
                                }
                                self.draft.accept(rest, group);
                            }
                            Err(reason) => self.draft.reject(reason),
                        }
                        self.place = Place::Between;
                        used
                    }
                    // No group has begun: the LF was one too many.
                    Scan::Broken(0) => {
                        self.place = Place::Between;
                        0
                    }
                    Scan::Broken(at) => {
                        // A marker does not count in the sound group that it kills; any other
                        // character is looked at again.
                        let used = at + usize::from(matches!(rest.get(at), Some(&(STX | ETX))));
                        self.make_room(used, frames);
                        self.place = Place::Dead;
                        used
                    }
                };
                self.draft.wire_len += used;
                self.turn = None;
                rest = rest.get(used..).unwrap_or_default();
                // Most groups are followed by the next one: no need to ask where we are.
                if self.place == Place::Between
                    && rest.first() == Some(&LF)
                    && self.draft.wire_len < FRAME_MAX
                {
                    self.draft.wire_len += 1;
                    self.place = Place::Group;
                    rest = rest.get(1..).unwrap_or_default();
                    continue;
                }
            }
            match rest.split_first() {
                Some((&character, others)) if others.len() >= PADDING.len() => {
                    self.step(character, frames);
                    rest = others;
                }
                _ => break,
            }
        }
        window.len() - rest.len()
    }

    /// Takes a character that is not in a sound group.
    #[inline]
    fn step(&mut self, character: u8, frames: &mut Vec<Frame>) {
        if self.place.is_in_frame() && self.draft.wire_len == FRAME_MAX {
            self.bury();
            self.close(FrameEnd::Overflow, frames);
        }
        if !self.place.is_in_frame() {
            match character {
                STX => self.begin(Place::Between, false),
                LF if self.place == Place::Outside => self.begin(Place::Group, true),
                _ => {}
            }
            return;
        }
        let interrupted = mem::take(&mut self.interrupted);
        let before = self.draft.wire_len;
        self.draft.wire_len += 1;
        match character {
            LF => {
                self.bury();
                self.place = Place::Group;
            }
            CR => {
                self.bury();
                self.place = Place::Between;
            }
            STX => {
                self.bury();
                self.place = Place::Between;
                if interrupted {
                    self.draft
                        .close(self.mode, FrameEnd::Aborted, before, frames);
                    self.begin(Place::Between, false);
                } else if self.draft.is_empty() {
                    self.begin(Place::Between, false);
                } else {
                    self.draft.damaged = true;
                    self.turn = Some(before);
                }
            }
            ETX => {
                self.bury();
                self.close(FrameEnd::Etx, frames);
            }
            EOT => {
                self.draft.damaged = true;
                self.interrupted = true;
            }
            DAMAGED => self.place = Place::Damaged,
            _ if self.place == Place::Damaged => {}
            _ => self.place = Place::Dead,
        }
    }

    pub(super) fn silence(&mut self, unfinished: usize, frames: &mut Vec<Frame>) {
        if !self.place.is_in_frame() {
            return;
        }
        if self.place == Place::Group {
            self.make_room(unfinished, frames);
            self.draft.wire_len += unfinished;
            self.place = Place::Dead;
        }
        self.bury();
        self.close(
            if self.interrupted {
                FrameEnd::Aborted
            } else {
                FrameEnd::Silence
            },
            frames,
        );
    }

    /// Starts a frame with the character that is being taken.
    fn begin(&mut self, place: Place, damaged: bool) {
        self.draft.open(1, damaged);
        self.place = place;
        self.interrupted = false;
        self.turn = None;
    }

    fn close(&mut self, end: FrameEnd, frames: &mut Vec<Frame>) {
        self.draft
            .close(self.mode, end, self.draft.wire_len, frames);
        self.place = Place::Outside;
    }

    /// Counts the dead group that ends here, if there is one.
    fn bury(&mut self) {
        match self.place {
            Place::Dead => self.draft.reject(Reject::Format),
            Place::Damaged => self.draft.reject(Reject::Parity),
            Place::Start | Place::Outside | Place::Between | Place::Group => return,
        }
        self.turn = None;
    }

    /// Starts the next frame with the group that is being taken, whose LF is counted and whose
    /// label the open frame holds already.
    #[cold]
    fn turn_over(&mut self, frames: &mut Vec<Frame>) {
        let end = self.turn.unwrap_or(self.draft.wire_len - 1);
        let begun = self.draft.wire_len - end;
        self.draft.close(self.mode, FrameEnd::Boundary, end, frames);
        self.draft.open(begun, self.turn.is_none());
    }

    /// Starts another frame with the group that is being taken, whose LF is counted, if its other
    /// bytes are too many for this one.
    #[inline]
    fn make_room(&mut self, bytes: usize, frames: &mut Vec<Frame>) {
        if self.draft.wire_len + bytes > FRAME_MAX {
            self.overflow(frames);
        }
    }

    #[cold]
    fn overflow(&mut self, frames: &mut Vec<Frame>) {
        let end = self.draft.wire_len - 1;
        self.draft.close(self.mode, FrameEnd::Overflow, end, frames);
        self.draft.open(1, true);
        self.turn = None;
    }
}
