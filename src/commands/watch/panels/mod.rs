//! The panels, one file each: `draw(canvas, area, scene)`. None knows of another.

pub mod energy;
pub mod footer;
pub mod header;
pub mod help;
pub mod history;
pub mod link;
pub mod narrow;
pub mod obstacle;
pub mod phases;
pub mod power;
pub mod silence;
pub mod tariff;
