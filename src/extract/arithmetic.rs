//! Exponential and logarithm from basic operations alone: IEEE 754 fixes the bits of `+ - * /`, not those of a platform's
//! mathematics library, and training must give the same weights on every machine.

/// e to the power of `x`; relative error below 1e-13 for |x| ≤ 700, clamped beyond.
pub(super) fn exp(x: f64) -> f64 {
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

/// Natural logarithm of a positive `x`; relative error below 1e-12.
pub(super) fn ln(x: f64) -> f64 {
    if x <= 0.0 {
        return -700.0;
    }
    let bits = x.to_bits();
    #[expect(clippy::cast_possible_wrap, reason = "the exponent field has eleven bits")]
    let mut exponent = ((bits >> 52) & 0x7FF) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let t2 = t * t;
    let mut sum = 0.0;
    let mut n = 21.0;
    while n >= 1.0 {
        sum = sum * t2 + 1.0 / n;
        n -= 2.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "an exponent fits")]
    let e = exponent as f64;
    2.0 * t * sum + e * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_agree_with_the_library() {
        for i in -4000..4000 {
            let x = f64::from(i) / 97.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "exp {x}");
            let y = x.abs() + 1e-6;
            assert!((ln(y) - y.ln()).abs() < 1e-10, "ln {y}");
        }
    }
}
