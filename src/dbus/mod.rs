//! D-Bus.
