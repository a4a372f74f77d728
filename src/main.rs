//! spike
fn main() {}
