//! spike
fn main(){}
