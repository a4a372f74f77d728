//! What can be wrong in a rule file: each problem with its code and its message, in Chinese and in English. Codes: `O05x`.

/// A problem of `rules/*.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RuleProblem {
    Toml { said: String },
    UnknownType { name: String },
    UnknownGroup { name: String },
    UnknownModality { name: String },
    TakenId { id: String, place: String },
    Incomplete { id: String, what: Wanted },
    // The pattern
    Unclosed { mark: char },
    Unopened { mark: char },
    NoBound,
    Empty,
    NoEnd,
    TooManyOptional,
    // An example
    BadMark { mark: String },
    NoArrow { line: String },
    NotMarked { name: String },
}

/// What every rule must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Pattern,
    Description,
    Example,
    Counterexample,
}

impl Wanted {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Pattern => ("模式（patterns）", "a pattern"),
            Self::Description => ("中英文说明（zh、en）", "a description in Chinese and in English (zh, en)"),
            Self::Example => ("例句（examples）", "an example"),
            Self::Counterexample => ("反例（counterexamples）", "a counterexample"),
        }
    }
}

impl RuleProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Toml { .. } => "O050",
            Self::UnknownType { .. } => "O051",
            Self::UnknownGroup { .. } => "O052",
            Self::UnknownModality { .. } => "O053",
            Self::TakenId { .. } => "O054",
            Self::Incomplete { .. } => "O055",
            Self::Unclosed { .. } | Self::Unopened { .. } | Self::NoBound | Self::Empty | Self::NoEnd | Self::TooManyOptional => "O056",
            Self::BadMark { .. } => "O057",
            Self::NoArrow { .. } => "O058",
            Self::NotMarked { .. } => "O059",
        }
    }

    /// Chinese and English.
    pub fn message(&self) -> (String, String) {
        match self {
            Self::Toml { said } => (format!("TOML 错误：{said}"), format!("TOML error: {said}")),
            Self::UnknownType { name } => (
                format!("{name} 不是标注类型，也不是本体的类"),
                format!("{name} is neither a type of annotation.toml nor a class of the ontology"),
            ),
            Self::UnknownGroup { name } => {
                (format!("lexicon.toml 与 cues.toml 中没有词组 {name}"), format!("neither lexicon.toml nor cues.toml has a group {name}"))
            }
            Self::UnknownModality { name } => (format!("没有语气 {name}"), format!("there is no modality {name}")),
            Self::TakenId { id, place } => (format!("规则 {id} 已写在 {place}"), format!("the rule {id} stands at {place} already")),
            Self::Incomplete { id, what } => {
                let (zh, en) = what.names();
                (format!("规则 {id} 缺少{zh}"), format!("the rule {id} lacks {en}"))
            }
            Self::Unclosed { mark } => (format!("“{mark}”没有收尾"), format!("“{mark}” is not closed")),
            Self::Unopened { mark } => (format!("“{mark}”没有开头"), format!("“{mark}” closes nothing")),
            Self::NoBound => ("间隔须写明最多几个字，如 ..6 或 ~6".into(), "a gap needs its bound in characters, such as ..6 or ~6".into()),
            Self::Empty => ("这里什么也没有".into(), "there is nothing here".into()),
            Self::NoEnd => ("模式须有 {subject} 或 {object}".into(), "a pattern needs {subject} or {object}".into()),
            Self::TooManyOptional => {
                ("一个模式至多三处可省部分，不能嵌套".into(), "a pattern has three optional parts at most, none within another".into())
            }
            Self::BadMark { mark } => (format!("“{mark}”应写成 [名称|类型]"), format!("“{mark}” should read [name|Type]")),
            Self::NoArrow { line } => (format!("“{line}”应写成：主语 → 宾语"), format!("“{line}” should read: subject → object")),
            Self::NotMarked { name } => (format!("例句中没有标出“{name}”"), format!("the example marks no name “{name}”")),
        }
    }
}
