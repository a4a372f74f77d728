//! Word groups that tell how something is said: its mode, the bound of a figure, how a figure moves. Looked up once by name, since hits
//! ask for them all the time.

/// What a word group of `cues.toml` or `lexicon.toml` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::extract) enum Cue {
    Denied,
    Discouraged,
    Conditional,
    Planned,
    Recommended,
    Realised,
    About,
    AtLeast,
    AtMost,
    Up,
    Down,
    After,
    YearOnYear,
    PeriodOnPeriod,
    AgainstBase,
    Respectively,
}

impl Cue {
    /// What the group of this name tells; `None` for groups that tell something else.
    pub fn of_group(name: &str) -> Option<Self> {
        Some(match name {
            "cue.denied" => Self::Denied,
            "cue.discouraged" => Self::Discouraged,
            "cue.conditional" => Self::Conditional,
            "cue.planned" => Self::Planned,
            "cue.recommended" => Self::Recommended,
            "cue.realised" => Self::Realised,
            "bound.about" => Self::About,
            "bound.least" => Self::AtLeast,
            "bound.most" => Self::AtMost,
            "change.up" => Self::Up,
            "change.down" => Self::Down,
            "change.after" => Self::After,
            "compare.year" => Self::YearOnYear,
            "compare.period" => Self::PeriodOnPeriod,
            "compare.base" => Self::AgainstBase,
            "cue.respectively" => Self::Respectively,
            _ => return None,
        })
    }
}
