//! ARCHITECTURE.md as a promise: its invariants are numbered without a gap, and each names tests that exist; it names the rooms of
//! extraction in their order.

/// One numbered invariant: its number and the tests in backticks inside its last parentheses.
#[derive(Debug, PartialEq, Eq)]
pub struct Invariant {
    pub number: usize,
    pub tests: Vec<String>,
}

/// The list under `## Invariants`, one invariant a line.
pub fn invariants(page: &str) -> Vec<Invariant> {
    let lines = page.lines().skip_while(|line| *line != "## Invariants").skip(1).take_while(|line| !line.starts_with("## "));
    let numbered = lines.filter_map(|line| {
        let (number, text) = line.split_once(". ")?;
        let tests = text.rsplit_once('(').map_or("", |(_, tests)| tests);
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some(Invariant { number: number.parse().ok()?, tests })
    });
    numbered.collect()
}

/// The rooms in the table under `### Inside extraction`: the names in backticks that its rows begin with.
pub fn rooms_of_extraction(page: &str) -> Vec<String> {
    let rows = page.lines().skip_while(|line| *line != "### Inside extraction").skip(1).take_while(|line| !line.starts_with('#'));
    rows.filter_map(|row| Some(row.strip_prefix("| `")?.split_once('`')?.0.trim_end_matches(".rs").to_owned())).collect()
}

/// What is wrong with them, given the text of all sources.
pub fn faults(invariants: &[Invariant], sources: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, invariant) in invariants.iter().enumerate() {
        if invariant.number != at + 1 {
            faults.push(format!("invariant {} stands at place {}", invariant.number, at + 1));
        }
        if invariant.tests.is_empty() {
            faults.push(format!("invariant {} names no test", invariant.number));
        }
        for test in invariant.tests.iter().filter(|test| !sources.contains(&format!("fn {test}("))) {
            faults.push(format!("invariant {}: there is no test `{test}`", invariant.number));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_read_from_their_table() {
        let page = "### Inside extraction\n\n| room | holds |\n| --- | --- |\n| `a` | x `b` |\n| `c.rs` | y |\n\n## Where\n| `d` | z |\n";
        assert_eq!(rooms_of_extraction(page), ["a", "c"]);
    }

    #[test]
    fn an_invariant_without_its_test_is_caught() {
        let found = invariants("# A\n## Invariants\n\n1. One (or so). (`a`, `b`)\n3. Two.\n\n## Glossary\n4. No. (`c`)\n");
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(found, [Invariant { number: 1, tests: named(&["a", "b"]) }, Invariant { number: 3, tests: vec![] }]);
        assert_eq!(faults(&found, "fn a() {}").len(), 3, "b is missing, 3 is no 2 and names nothing");
        assert_eq!(faults(&found[..1], "fn a() {} fn b(x: u8) {}").len(), 0);
    }
}
