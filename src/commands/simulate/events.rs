//! Events while the simulation runs: lines of a file, of a FIFO or of standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::simulator::{ScenarioEvent, parse_event};

/// No line of an event is as long: what follows is another line.
const LINE_MAX: u64 = 1024;

/// Lines that are read in a thread of their own: standard input may give none for ever.
pub struct EventLines(Receiver<io::Result<String>>);

impl EventLines {
    /// Begins to read; `-` is standard input. A FIFO stays open when a writer closes it.
    pub fn open(path: &Path) -> Self {
        let (sender, receiver) = channel();
        let path = path.to_owned();
        thread::spawn(move || read(&path, &sender));
        Self(receiver)
    }

    /// The events of the lines read since the last call, and what is wrong with the others.
    pub fn take(&self) -> impl Iterator<Item = Result<ScenarioEvent, String>> {
        let lines = self.0.try_iter();
        lines.map(|line| parse_event(&line.map_err(|error| error.to_string())?))
    }
}

fn read(path: &Path, to: &Sender<io::Result<String>>) {
    let opened: io::Result<Box<dyn Read>> = if path.as_os_str() == "-" {
        Ok(Box::new(io::stdin()))
    } else {
        open(path).map(|file| Box::new(file) as Box<dyn Read>)
    };
    let read = opened.and_then(|input| {
        let mut input = BufReader::new(input);
        loop {
            let mut line = Vec::new();
            if (&mut input).take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            let line = String::from_utf8_lossy(&line).trim().to_owned();
            if !line.is_empty() && !line.starts_with('#') && to.send(Ok(line)).is_err() {
                return Ok(());
            }
        }
    });
    if let Err(error) = read {
        // Without a receiver the command has ended.
        let _ = to.send(Err(error));
    }
}

/// A FIFO is opened for writing too, so that its end is never read.
fn open(path: &Path) -> io::Result<File> {
    let is_fifo = path.metadata()?.file_type().is_fifo();
    File::options().read(true).write(is_fifo).open(path)
}
