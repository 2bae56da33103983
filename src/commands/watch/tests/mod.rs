//! The screens as text, kept in `tests/golden/watch`, and what each key does.

mod goldens;
mod keys;
mod samples;
