//! From margins to estimates: how often decisions of a margin were right on documents that their reader had not seen, and from which
//! margin on a relation is rather right than wrong.

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

/// The least margin whose decisions were rather right than wrong, of all relations together: on documents that were not trained on,
/// thresholds for each relation apart did no better.
pub(super) fn threshold(verdicts: &[Verdict]) -> i32 {
    of_all(verdicts).iter().find(|(_, share)| *share >= 500).map_or(0, |(least, _)| *least)
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
        assert_eq!(threshold(&verdicts), 179);
    }

    #[test]
    fn without_decisions_there_is_nothing_to_say() {
        assert_eq!(calibration(&[], 2), [[], []]);
        assert_eq!(threshold(&[]), 0);
    }
}
