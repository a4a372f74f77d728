//! Linear models in integers.

mod arithmetic;
mod memo;
mod model;
mod pool;
mod quick;

pub(in crate::extract) use arithmetic::exp;
pub(in crate::extract) use memo::Memo;
pub(in crate::extract) use model::{CLASSES, Feature, Linear, MOST, SCALE, put_len, quantise, take, take_len};
pub(in crate::extract) use pool::Pool;
pub(in crate::extract) use quick::QuickMap;
