//! Linear models in integers, and what makes them quick. Nothing here knows of texts.
//!
//! A [`Feature`] is a hash; a [`Linear`] model holds weights for features, packed into a `table` for scoring and written in few bytes
//! (`encoding`). Sums that come again are kept in a [`Memo`], memories that outlive a document in a [`Pool`]; [`QuickMap`] is a table for keys
//! that we gave out. Training needs an exponential that is the same on every machine (`arithmetic`).

mod arithmetic;
mod encoding;
mod feature;
mod memo;
mod model;
mod pool;
mod quick;
mod table;

pub(in crate::extract) use arithmetic::exp;
pub(in crate::extract) use encoding::{put_len, take, take_len};
pub(in crate::extract) use feature::Feature;
pub(in crate::extract) use memo::Memo;
pub(in crate::extract) use model::{Linear, MOST, SCALE, quantise};
pub(in crate::extract) use pool::Pool;
pub(in crate::extract) use quick::QuickMap;
pub(in crate::extract) use table::CLASSES;
