//! From margins to estimates: how often decisions of a margin were right on documents that their reader had not seen.

/// Decisions that share one estimate.
const SHARED: usize = 120;

/// (Least margin, thousandths that are right), both rising: neighbouring groups of decisions are pooled until their shares rise
/// (pool adjacent violators: Ayer et al. 1955; for classifiers: Zadrozny & Elkan 2002).
pub(super) fn calibration(mut verdicts: Vec<(i32, bool)>) -> Vec<(i32, u16)> {
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

/// The least margin whose decisions were rather right than wrong.
pub(super) fn threshold(calibration: &[(i32, u16)]) -> i32 {
    calibration.iter().find(|(_, share)| *share >= 500).map_or(0, |(least, _)| *least)
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
        let verdicts: Vec<(i32, bool)> = (0..1000).map(|m| (m, m % 10 < share(m))).collect();
        let found = calibration(verdicts);
        assert!(found.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1), "{found:?}");
        assert_eq!(found.first(), Some(&(0, 500)));
        assert_eq!(threshold(&found), 0);
        assert_eq!(threshold(&[(0, 300), (70, 600), (90, 900)]), 70);
        assert!(found.last().is_some_and(|(_, share)| (880..=920).contains(share)), "{found:?}");
    }

    #[test]
    fn without_decisions_there_is_nothing_to_say() {
        assert_eq!(calibration(Vec::new()), []);
    }
}
