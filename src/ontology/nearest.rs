//! The valid name nearest to a mistyped one.

/// The candidate with the smallest edit distance to `name`, the first in code point order among equals; `None` where all are
/// farther than a third of its length (at least one edit).
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().collect();
    let limit = (name.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| distance(&name, candidate, limit).map(|distance| (distance, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap neighbours; upper and lower case count as equal) from `name` to `candidate`, `None` above `limit`.
fn distance(name: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().collect();
    if name.len().abs_diff(candidate.len()) > limit {
        return None;
    }
    let same = |a: char, b: char| a == b || a.eq_ignore_ascii_case(&b);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=candidate.len()).collect();
    for (i, &a) in name.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in candidate.iter().enumerate() {
            let mut best = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + usize::from(!same(a, b)));
            if i > 0 && j > 0 && same(a, candidate[j - 1]) && same(name[i - 1], b) {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_found_within_a_third_of_the_length() {
        let names = ["Cluster", "Institution", "Region", "Park"];
        assert_eq!(nearest("Clustre", names), Some("Cluster"));
        assert_eq!(nearest("region", names), Some("Region"));
        assert_eq!(nearest("Insitution", names), Some("Institution"));
        assert_eq!(nearest("Building", names), None);
        assert_eq!(nearest("成都巿", ["成都市", "德阳市"]), Some("成都市"));
    }
}
