//! Bytes to frames: finds groups and frames in a stream that may be damaged anywhere, and finds its way back.
//!
//! Input: bytes in chunks of any size. The same bytes give the same frames however they are cut. Output: each [`Frame`] as soon as
//! it has ended. Memory is bounded: one chunk of 4 kB, one group, one frame, whatever comes.
//!
//! What a lost or spurious character costs:
//! - **STX and ETX count only between groups.** In a sound group they are damage like any control character: the group dies, once.
//!   In a group that is dead already they count, since its CR may be what was lost.
//! - **LF** ends a group that has no CR, which is rejected, and starts the next. **CR** ends a group, sound or dead.
//! - **Characters between groups** (an LF was lost) are one dead group, until a CR or a marker.
//! - **ETX** ends the frame at once. A group that comes without STX opens a frame of its own, damaged.
//! - **STX** in a frame that holds groups may be spurious: it only marks the frame damaged. What ends a frame whose ETX was lost is
//!   a group whose label is in it already: the next frame begins there.
//! - **EOT** (the meter interrupts the frame) ends the group it is in. If STX or silence comes right after, the groups of the frame
//!   are dropped; else the frame goes on: it was noise.
//! - What comes before the first STX is dropped unseen.
//!
//! A dead group is rejected for parity if it holds a character of bad parity. Source: Enedis-NOI-CPT_54E, 5.3; 02E for EOT.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use super::draft::Draft;
use super::group::{GROUP_MAX, PADDING, Reject, Scan, check, scan};
use super::line::{DAMAGED, Line};
use super::{CR, EOT, ETX, Frame, FrameEnd, LF, Mode, Parity, ParityFound, STX};

/// The most bytes of a frame, STX and ETX included. Every label at once takes 1727.
const FRAME_MAX: usize = 4096;

/// How many bytes are read at once.
const CHUNK: usize = 4096;

/// Bytes to frames; see the module.
pub struct Decoder {
    line: Line,
    /// Characters: those of a group that has not ended, then those just read, then [`PADDING`].
    window: Vec<u8>,
    /// How many there are. Between two calls: at most `GROUP_MAX`.
    filled: usize,
    framing: Framing,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(mode: Mode, parity: Parity) -> Decoder {
        let window = vec![0; GROUP_MAX + CHUNK + PADDING.len()];
        Decoder {
            line: Line::new(parity),
            window,
            filled: 0,
            framing: Framing::new(mode),
        }
    }

    /// Takes bytes as they came, and gives every frame that ends in them to `sink`.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Frame)) {
        for chunk in bytes.chunks(CHUNK) {
            self.push_chunk(chunk, sink);
        }
    }

    /// Says that nothing more came for a while, or that the stream has ended: an open frame ends here, and what is unfinished in it
    /// is rejected.
    pub fn silence(&mut self, sink: &mut impl FnMut(Frame)) {
        self.framing.silence(self.filled, sink);
        self.filled = 0;
    }

    /// What is known about parity.
    pub fn parity(&self) -> ParityFound {
        self.line.found()
    }

    /// The mode that it reads.
    pub fn mode(&self) -> Mode {
        self.framing.mode
    }

    /// Bytes of the open frame so far, STX included; 0 between frames.
    pub fn open_len(&self) -> usize {
        if self.framing.place.is_in_frame() {
            self.framing.draft.wire_len + self.filled
        } else {
            0
        }
    }

    /// Groups of the open frame that were accepted so far; 0 between frames.
    pub fn open_groups(&self) -> usize {
        if self.framing.place.is_in_frame() {
            self.framing.draft.accepted()
        } else {
            0
        }
    }

    fn push_chunk(&mut self, chunk: &[u8], sink: &mut impl FnMut(Frame)) {
        let Some((characters, rest)) = self
            .window
            .get_mut(self.filled..)
            .and_then(|free| free.split_at_mut_checked(chunk.len()))
        else {
            return;
        };
        self.line.read(chunk, characters);
        if let Some(padding) = rest.first_chunk_mut() {
            *padding = PADDING;
        }
        self.filled += chunk.len();
        let window = self
            .window
            .get(..self.filled + PADDING.len())
            .unwrap_or_default();
        let used = match self.framing.mode {
            Mode::Standard => self.framing.walk::<true>(window, sink),
            Mode::Historique => self.framing.walk::<false>(window, sink),
        };
        self.window.copy_within(used..self.filled, 0);
        self.filled -= used;
    }
}

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
    Dead {
        /// With a character of bad parity.
        damaged: bool,
    },
}

impl Place {
    const fn is_in_frame(self) -> bool {
        !matches!(self, Place::Start | Place::Outside)
    }
}

/// Characters to frames.
struct Framing {
    mode: Mode,
    place: Place,
    draft: Draft,
    /// The last character was an EOT of the open frame.
    interrupted: bool,
    /// Where, in the open frame, an STX came after its last group: the next frame may have begun there.
    turn: Option<usize>,
}

impl Framing {
    fn new(mode: Mode) -> Framing {
        Framing {
            mode,
            place: Place::Start,
            draft: Draft::default(),
            interrupted: false,
            turn: None,
        }
    }

    /// Goes through the characters of a window that ends with its padding. Returns how many are done with: all of them, but for a
    /// group that has not ended.
    fn walk<const STANDARD: bool>(&mut self, window: &[u8], sink: &mut impl FnMut(Frame)) -> usize {
        let mut rest = window;
        loop {
            if self.place == Place::Group {
                let used = match scan::<STANDARD>(rest) {
                    Scan::Unfinished => break,
                    Scan::Ended(shape) => {
                        let used = shape.len + 1;
                        self.make_room(used, sink);
                        match check::<STANDARD>(rest, shape) {
                            Ok(group) => {
                                if self.draft.holds(group.label) {
                                    self.turn_over(sink);
                                }
                                self.draft.accept(rest, group);
                            }
                            Err(reason) => self.draft.reject(reason),
                        }
                        self.place = Place::Between;
                        used
                    }
                    Scan::Broken(at) => {
                        // A marker does not count in the sound group that it kills; any other character is looked at again.
                        let used = at + usize::from(matches!(rest.get(at), Some(&(STX | ETX))));
                        self.make_room(used, sink);
                        self.place = Place::Dead { damaged: false };
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
                    self.step(character, sink);
                    rest = others;
                }
                _ => break,
            }
        }
        window.len() - rest.len()
    }

    /// Takes a character that is not in a sound group.
    #[inline]
    fn step(&mut self, character: u8, sink: &mut impl FnMut(Frame)) {
        if self.place.is_in_frame() && self.draft.wire_len == FRAME_MAX {
            self.bury();
            self.close(FrameEnd::Overflow, sink);
        }
        if !self.place.is_in_frame() {
            match character {
                STX => self.open(Place::Between, false),
                LF if self.place == Place::Outside => self.open(Place::Group, true),
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
                self.draft.damaged = true;
                self.place = Place::Between;
            }
            STX => {
                self.bury();
                self.place = Place::Between;
                if interrupted {
                    self.draft.close(self.mode, FrameEnd::Aborted, before, sink);
                    self.open(Place::Between, false);
                } else if self.draft.is_empty() {
                    self.open(Place::Between, false);
                } else {
                    self.draft.damaged = true;
                    self.turn = Some(before);
                }
            }
            ETX => {
                self.bury();
                self.close(FrameEnd::Etx, sink);
            }
            EOT => {
                self.draft.damaged = true;
                self.interrupted = true;
            }
            _ => {
                let damaged = character == DAMAGED || self.place == Place::Dead { damaged: true };
                self.place = Place::Dead { damaged };
            }
        }
    }

    fn silence(&mut self, unfinished: usize, sink: &mut impl FnMut(Frame)) {
        if !self.place.is_in_frame() {
            return;
        }
        if self.place == Place::Group {
            self.make_room(unfinished, sink);
            self.draft.wire_len += unfinished;
            self.place = Place::Dead { damaged: false };
        }
        self.bury();
        self.close(
            if self.interrupted {
                FrameEnd::Aborted
            } else {
                FrameEnd::Silence
            },
            sink,
        );
    }

    /// Starts a frame with the character that is being taken.
    fn open(&mut self, place: Place, damaged: bool) {
        self.draft.open(1, damaged);
        self.place = place;
        self.interrupted = false;
        self.turn = None;
    }

    fn close(&mut self, end: FrameEnd, sink: &mut impl FnMut(Frame)) {
        self.draft.close(self.mode, end, self.draft.wire_len, sink);
        self.place = Place::Outside;
    }

    /// Counts the dead group that ends here, if there is one.
    fn bury(&mut self) {
        if let Place::Dead { damaged } = self.place {
            self.draft.reject(if damaged {
                Reject::Parity
            } else {
                Reject::Format
            });
            self.turn = None;
        }
    }

    /// Starts the next frame with the group that is being taken, whose LF is counted and whose label the open frame holds already.
    #[cold]
    fn turn_over(&mut self, sink: &mut impl FnMut(Frame)) {
        let end = self.turn.unwrap_or(self.draft.wire_len - 1);
        let begun = self.draft.wire_len - end;
        self.draft.close(self.mode, FrameEnd::Boundary, end, sink);
        self.draft.open(begun, self.turn.is_none());
    }

    /// Starts another frame with the group that is being taken, whose LF is counted, if its other bytes are too many for this one.
    #[inline]
    fn make_room(&mut self, bytes: usize, sink: &mut impl FnMut(Frame)) {
        if self.draft.wire_len + bytes > FRAME_MAX {
            self.draft
                .close(self.mode, FrameEnd::Overflow, self.draft.wire_len - 1, sink);
            self.draft.open(1, true);
            self.turn = None;
        }
    }
}
