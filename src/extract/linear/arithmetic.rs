//! The exponential from basic operations alone: IEEE 754 fixes the bits of `+ - * /`, not those of a platform's
//! mathematics library, and training must give the same weights on every machine.

/// e to the power of `x`; relative error below 1e-13 for |x| ≤ 700, clamped beyond.
pub(in crate::extract) fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let k = (x * std::f64::consts::LOG2_E).round();
    let r = x - k * 0.693_147_180_369_123_8 - k * 1.908_214_929_270_587_7e-10;
    let mut sum = 1.0;
    let mut n = 13.0;
    while n > 0.0 {
        sum = 1.0 + sum * r / n;
        n -= 1.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "k lies within ±1010")]
    let exponent = (k as i64 + 1023).clamp(1, 2046);
    #[expect(clippy::cast_sign_loss, reason = "clamped to be positive")]
    let scale = f64::from_bits((exponent as u64) << 52);
    sum * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_library() {
        for i in -4000..4000 {
            let x = f64::from(i) / 97.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "exp {x}");
        }
    }
}
