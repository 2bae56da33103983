//! Characters to frames: where groups and frames begin and end in a stream that may be damaged
//! anywhere.
//!
//! What a lost or spurious character costs:
//! - **STX and ETX count only between groups.** In a group they are damage like any control
//!   character: the group is broken, and rejected once. In a broken group they count, since its CR
//!   may be what was lost.
//! - **LF** ends a group that has no CR, which is rejected, and starts the next. **CR** ends a
//!   group, broken or not.
//! - **An LF or a CR too many** between groups costs nothing.
//! - **Characters between groups** (an LF was lost) are one broken group, until a CR or a marker.
//! - **ETX** ends the frame at once. A group that comes without STX opens a frame of its own,
//!   damaged.
//! - **STX** in a frame that holds groups may be spurious: it only marks the frame damaged. What
//!   ends a frame whose ETX was lost is a group whose label is in it already, or, as the first one
//!   accepted after an STX, has its place before the last one of the frame: the next frame begins
//!   there, or at that STX.
//! - **EOT** (the meter interrupts the frame) ends the group it is in. If STX or silence comes
//!   right after, the groups of the frame are dropped; else the frame goes on: it was noise.
//! - What comes before the first STX is dropped and not counted.
//!
//! A broken group is rejected for parity if it holds a character of bad parity. Source: 54E 5.3; 02E
//! for EOT.
//!
//! Invariants: a group has at most [`GROUP_MAX`] characters, a frame at most [`FRAME_MAX`] bytes.

use alloc::vec::Vec;
use core::{mem, str};

use super::builder::FrameBuilder;
use super::group::{Reject, parse_group};
use super::parity::is_even;
use super::{CR, EOT, ETX, Frame, FrameEnd, HT, LF, STX};
use crate::tic::Mode;

/// The most characters between LF and CR. The longest group that is specified has 110.
const GROUP_MAX: usize = 160;

/// The most bytes of a frame, STX and ETX included. Every label at once takes 1727.
const FRAME_MAX: usize = 4096;

/// What the next character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FramingState {
    /// Nothing: no STX has come yet.
    Start,
    /// Nothing: the last frame has ended.
    BetweenFrames,
    /// A frame, after STX or a whole group.
    BetweenGroups,
    /// A group with no damage so far.
    Group,
    /// A broken group, or characters that belong to none.
    BrokenGroup,
    /// The same, and one of its characters has bad parity.
    DamagedGroup,
}

impl FramingState {
    const fn is_in_frame(self) -> bool {
        !matches!(self, FramingState::Start | FramingState::BetweenFrames)
    }
}

/// Characters to frames.
pub(super) struct Framing {
    mode: Mode,
    state: FramingState,
    builder: FrameBuilder,
    /// The characters of the group so far; empty in all other states.
    group: Vec<u8>,
    /// The last character was an EOT of the open frame.
    interrupted: bool,
    /// The length of the open frame before an STX that came after its last group: the next frame may
    /// have begun there.
    stx_at: Option<usize>,
    /// An STX came after the last group that was accepted.
    is_after_stx: bool,
    /// Groups that were accepted so far.
    accepted: u64,
}

impl Framing {
    pub(super) fn new(mode: Mode) -> Framing {
        Framing {
            mode,
            state: FramingState::Start,
            builder: FrameBuilder::default(),
            group: Vec::with_capacity(GROUP_MAX),
            interrupted: false,
            stx_at: None,
            is_after_stx: false,
            accepted: 0,
        }
    }

    pub(super) const fn mode(&self) -> Mode {
        self.mode
    }

    /// Bytes of the open frame so far, STX included; 0 between frames.
    pub(super) fn open_len(&self) -> usize {
        if self.state.is_in_frame() {
            self.builder.wire_len + self.group.len()
        } else {
            0
        }
    }

    /// Groups of the open frame that were accepted so far; 0 between frames.
    pub(super) fn open_groups(&self) -> usize {
        if self.state.is_in_frame() {
            self.builder.accepted()
        } else {
            0
        }
    }

    /// Groups that were accepted since the first character.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Takes what is known of the next characters: their bytes, and whether their parity was checked.
    pub(super) fn note_parity(&mut self, is_checked: bool, bytes: &[u8]) {
        self.builder.parity_checked = is_checked;
        self.builder.holds_odd |= !is_checked && bytes.iter().any(|byte| !is_even(*byte));
    }

    /// How many characters the open group has room for; 0 outside a group.
    pub(super) fn room(&self) -> usize {
        if self.state == FramingState::Group {
            GROUP_MAX.saturating_sub(self.group.len())
        } else {
            0
        }
    }

    /// Reads bytes of good parity that go on with the open group: no more than it has [room](Self::room) for.
    pub(super) fn feed_text(&mut self, bytes: &[u8]) {
        self.group.extend(bytes.iter().map(|byte| byte & 0x7F));
    }

    /// Reads a character, `None` for one of bad parity. Adds the frames that end with it.
    pub(super) fn feed(&mut self, character: Option<u8>, frames: &mut Vec<Frame>) {
        if self.state == FramingState::Group {
            match character {
                Some(CR) => return self.end_group(frames),
                Some(c) if self.group.len() < GROUP_MAX && self.may_be_in_group(c) => {
                    return self.group.push(c);
                }
                // An LF too many.
                _ if self.group.is_empty() => {
                    self.state = FramingState::BetweenGroups;
                    self.stx_at = None;
                }
                Some(STX | ETX) => return self.break_group(1, frames),
                _ => self.break_group(0, frames),
            }
        }
        self.feed_outside_group(character, frames);
    }

    /// Ends the open frame, and rejects what is unfinished in it.
    pub(super) fn silence(&mut self, frames: &mut Vec<Frame>) {
        if !self.state.is_in_frame() {
            return;
        }
        match self.state {
            // An LF alone: nothing of a group came.
            FramingState::Group if self.group.is_empty() => {
                self.state = FramingState::BetweenGroups;
            }
            FramingState::Group => self.break_group(0, frames),
            _ => {}
        }
        self.reject_open_group();
        let end = if self.interrupted {
            FrameEnd::Aborted
        } else {
            FrameEnd::Silence
        };
        self.close(end, frames);
    }

    /// Whether a group may have the character.
    pub(super) fn may_be_in_group(&self, character: u8) -> bool {
        matches!(character, b' '..=b'~') || character == HT && self.mode == Mode::Standard
    }

    /// Accepts or rejects the group that CR ends.
    fn end_group(&mut self, frames: &mut Vec<Frame>) {
        let len = self.group.len() + 1;
        self.make_room(len, frames);
        let text = str::from_utf8(&self.group).unwrap_or_default();
        match parse_group(self.mode, text) {
            Ok(group) => {
                let begins_next = |label| {
                    self.builder.holds(label) || self.is_after_stx && self.builder.is_past(label)
                };
                if group.label().is_some_and(begins_next) {
                    // The LF of the group is counted already.
                    let end = self.stx_at.unwrap_or(self.builder.wire_len - 1);
                    let begun = self.builder.wire_len - end;
                    frames.extend(self.builder.close(self.mode, FrameEnd::Boundary, end));
                    self.builder.open(begun, self.stx_at.is_none());
                }
                self.builder.accept(&group);
                self.is_after_stx = false;
                self.accepted += 1;
            }
            Err(reason) => self.builder.reject(reason),
        }
        self.builder.wire_len += len;
        self.group.clear();
        self.state = FramingState::BetweenGroups;
        self.stx_at = None;
    }

    /// Drops the characters of a group that cannot be one, and the `more` characters that broke it.
    fn break_group(&mut self, more: usize, frames: &mut Vec<Frame>) {
        let len = self.group.len() + more;
        self.make_room(len, frames);
        self.builder.wire_len += len;
        self.group.clear();
        self.state = FramingState::BrokenGroup;
        self.stx_at = None;
    }

    /// Starts another frame with the open group, whose LF is counted already, if its other bytes
    /// are too many for this one.
    fn make_room(&mut self, bytes: usize, frames: &mut Vec<Frame>) {
        if self.builder.wire_len + bytes > FRAME_MAX {
            let end = self.builder.wire_len - 1;
            frames.extend(self.builder.close(self.mode, FrameEnd::Overflow, end));
            self.builder.open(1, true);
            self.stx_at = None;
        }
    }

    fn feed_outside_group(&mut self, character: Option<u8>, frames: &mut Vec<Frame>) {
        if self.state.is_in_frame() && self.builder.wire_len == FRAME_MAX {
            self.reject_open_group();
            self.close(FrameEnd::Overflow, frames);
        }
        if !self.state.is_in_frame() {
            match character {
                Some(STX) => self.begin(FramingState::BetweenGroups, false),
                Some(LF) if self.state == FramingState::BetweenFrames => {
                    self.begin(FramingState::Group, true);
                }
                _ => {}
            }
            return;
        }
        let interrupted = mem::take(&mut self.interrupted);
        let before = self.builder.wire_len;
        self.builder.wire_len += 1;
        match character {
            Some(LF) => {
                self.reject_open_group();
                self.state = FramingState::Group;
            }
            Some(CR) => {
                self.reject_open_group();
                self.state = FramingState::BetweenGroups;
            }
            Some(STX) => {
                self.reject_open_group();
                self.state = FramingState::BetweenGroups;
                if interrupted {
                    frames.extend(self.builder.close(self.mode, FrameEnd::Aborted, before));
                    self.begin(FramingState::BetweenGroups, false);
                } else if self.builder.is_empty() {
                    self.begin(FramingState::BetweenGroups, false);
                } else {
                    self.builder.damaged = true;
                    self.stx_at = Some(before);
                    self.is_after_stx = true;
                }
            }
            Some(ETX) => {
                self.reject_open_group();
                self.close(FrameEnd::Etx, frames);
            }
            Some(EOT) => {
                self.builder.damaged = true;
                self.interrupted = true;
            }
            None => self.state = FramingState::DamagedGroup,
            Some(_) if self.state == FramingState::DamagedGroup => {}
            Some(_) => self.state = FramingState::BrokenGroup,
        }
    }

    /// Starts a frame with the character that is being read.
    fn begin(&mut self, state: FramingState, damaged: bool) {
        self.builder.open(1, damaged);
        self.state = state;
        self.builder.holds_odd = false;
        self.interrupted = false;
        self.stx_at = None;
        self.is_after_stx = false;
    }

    fn close(&mut self, end: FrameEnd, frames: &mut Vec<Frame>) {
        let wire_len = self.builder.wire_len;
        frames.extend(self.builder.close(self.mode, end, wire_len));
        self.state = FramingState::BetweenFrames;
    }

    /// Counts the broken group that ends here, if there is one.
    fn reject_open_group(&mut self) {
        match self.state {
            FramingState::BrokenGroup => self.builder.reject(Reject::Format),
            FramingState::DamagedGroup => self.builder.reject(Reject::Parity),
            _ => return,
        }
        self.stx_at = None;
    }
}
