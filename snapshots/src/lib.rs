//! The approved templates of every stack, in `templates/`, and the test that compares them.
//!
//! A difference fails `cargo test`. `just review` shows each, and asks whether it is meant.
