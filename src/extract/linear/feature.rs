//! A feature of a linear model: the hash of what it says.

/// Hash of a feature: its template number and up to a few values.
#[derive(Clone, Copy)]
pub(in crate::extract) struct Feature(u64);

impl Feature {
    /// Starts a feature of template `template`.
    #[inline]
    pub fn new(template: u32) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ u64::from(template).wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    /// Mixes one value in.
    #[inline]
    pub fn with(self, value: u64) -> Self {
        let mixed = (self.0 ^ value).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        Self(mixed ^ (mixed >> 32))
    }

    /// Mixes a string in.
    #[inline]
    pub fn text(self, text: &str) -> Self {
        text.bytes().fold(self, |f, b| f.with(u64::from(b)))
    }

    /// The finished hash, of forty bits; never zero.
    #[inline]
    pub fn hash(self) -> u64 {
        self.0 >> 24 | 1
    }
}
