//! From margins to estimates: how often decisions of a margin were right on documents that their reader had not seen, and from which
//! margin on a relation is believed.

use crate::extract::linear::{SCALE, exp};

/// The logit of the least share that has to be right: eleven in twenty.
const LEAST_LOGIT: f64 = 0.200_67;

/// The highest threshold, in stored units: no margin is as wide.
const HIGHEST: i32 = 2000;

const NEWTON_STEPS: usize = 12;

/// Decisions that share one estimate.
const SHARED: usize = 60;

/// Decisions that a relation must have had for estimates of its own.
const ENOUGH: usize = 150;

/// A decision on an unseen document: its class, its margin, whether it was right.
pub(super) type Verdict = (usize, i32, bool);

/// For each of `classes` the steps of its estimates; those of all together where a relation had too few decisions.
pub(super) fn calibration(verdicts: &[Verdict], classes: usize) -> Vec<Vec<(i32, u16)>> {
    let all = of_all(verdicts);
    let of_class = |class: usize| -> Vec<(i32, bool)> { verdicts.iter().filter(|v| v.0 == class).map(|v| (v.1, v.2)).collect() };
    (0..classes).map(|class| Some(of_class(class)).filter(|own| own.len() >= ENOUGH).map_or_else(|| all.clone(), steps)).collect()
}

/// (Least margin, thousandths that are right), both rising: neighbouring groups of decisions are pooled until their shares rise
/// (pool adjacent violators: Ayer et al. 1955; for classifiers: Zadrozny & Elkan 2002).
fn steps(mut verdicts: Vec<(i32, bool)>) -> Vec<(i32, u16)> {
    verdicts.sort_unstable();
    let mut groups: Vec<(i32, usize, usize)> = Vec::new();
    for group in verdicts.chunks(SHARED) {
        groups.push((group[0].0, group.iter().filter(|v| v.1).count(), group.len()));
        while let [.., before, last] = groups[..] {
            if before.1 * last.2 < last.1 * before.2 {
                break;
            }
            groups.truncate(groups.len() - 2);
            groups.push((before.0, before.1 + last.1, before.2 + last.2));
        }
    }
    groups.into_iter().map(|(least, right, all)| (least, u16::try_from(right * 1000 / all.max(1)).unwrap_or(1000))).collect()
}

fn of_all(verdicts: &[Verdict]) -> Vec<(i32, u16)> {
    steps(verdicts.iter().map(|v| (v.1, v.2)).collect())
}

/// The margin from which on a decision is right eleven times in twenty or more ([`LEAST_LOGIT`]), of all relations together (on documents
/// that were not trained on, thresholds for each relation apart did no better): where the logistic curve through all decisions crosses
/// it, which the chances of a few decisions near the crossing move less than steps (Platt 1999). Never below 0: nothing is decided there. Where wider
/// margins are right no more often, all decisions are believed or none.
pub(super) fn threshold(verdicts: &[Verdict]) -> i32 {
    let (level, slope) = curve(verdicts);
    if slope <= 0.0 {
        return if level >= LEAST_LOGIT { 0 } else { HIGHEST };
    }
    #[expect(clippy::cast_possible_truncation, reason = "clamped to margins that occur")]
    let margin = (SCALE * (LEAST_LOGIT - level) / slope).clamp(0.0, f64::from(HIGHEST)) as i32;
    margin
}

/// Level and slope (to the nat) of the logistic curve from margins to shares that are right, by Newton's method.
fn curve(verdicts: &[Verdict]) -> (f64, f64) {
    let (mut level, mut slope) = (0.0, 0.0);
    for _ in 0..NEWTON_STEPS {
        // Gradient and curvature, with a pull towards level 0 and slope 1 that keeps few or unanimous decisions finite. The start at
        // slope 0, where the curve bends most, keeps the steps short.
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (level, slope - 1.0, 1.0, 0.0, 1.0);
        for (_, margin, is_right) in verdicts {
            let x = f64::from(*margin) / SCALE;
            let share = 1.0 / (1.0 + exp(-(level + slope * x)));
            let (off, bend) = (share - f64::from(u8::from(*is_right)), share * (1.0 - share));
            g0 += off;
            g1 += off * x;
            h00 += bend;
            h01 += bend * x;
            h11 += bend * x * x;
        }
        let determinant = h00 * h11 - h01 * h01;
        level -= (g0 * h11 - g1 * h01) / determinant;
        slope -= (g1 * h00 - g0 * h01) / determinant;
    }
    (level, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_rise_with_the_margin() {
        // Right more and more often, but for a dip in the middle that is pooled with its neighbours.
        let share = |margin: i32| match margin {
            0..200 => 5,
            200..400 => 8,
            400..600 => 6,
            _ => 9,
        };
        let found = steps((0..1000).map(|m| (m, m % 10 < share(m))).collect());
        assert!(found.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1), "{found:?}");
        assert_eq!(found.first(), Some(&(0, 500)));
        assert!(found.last().is_some_and(|(_, share)| (880..=920).contains(share)), "{found:?}");
    }

    #[test]
    fn a_relation_with_few_decisions_takes_the_estimates_of_all() {
        let verdicts: Vec<Verdict> = (0..400).map(|m| (1, m, m >= 200)).chain([(2, 5, true)]).collect();
        let found = calibration(&verdicts, 3);
        assert!(found[1][0].1 < 100 && found[1].last() == Some(&(240, 1000)), "{found:?}");
        assert_eq!(found[2], found[0]);
        assert!((190..=212).contains(&threshold(&verdicts)), "{}", threshold(&verdicts));
    }

    #[test]
    fn without_decisions_there_is_nothing_to_say() {
        assert_eq!(calibration(&[], 2), [[], []]);
        assert_eq!(threshold(&[]), 25, "level 0 and slope 1");
    }

    #[test]
    fn margins_that_say_little_give_a_threshold_all_the_same() {
        let flat = |share: i32| -> Vec<Verdict> { (0..1500).map(|m| (1, m, m * 7 % 10 < share)).collect() };
        assert_eq!(threshold(&flat(8)), 0, "eight in ten are right at every margin");
        assert!(threshold(&flat(4)) > 1500, "{}", threshold(&flat(4)));
        let hopeless: Vec<Verdict> = (0..1000).map(|_| (1, 1280, false)).collect();
        assert!(threshold(&hopeless) > 1280, "{}", threshold(&hopeless));
    }
}
