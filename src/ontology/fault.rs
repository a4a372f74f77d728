//! What can be wrong in the folder: each problem with its code, its message and its next step, in Chinese and in English.
//!
//! Codes: `O00x` files, `O01x` vocabulary and shapes, `O02x` an entry, `O03x` entries towards each other, `O04x` variants, `O05x` rules.

use super::rule_fault::RuleProblem;
use crate::model::{Diagnostic, Language, Location, Severity};

/// A problem. Names come as analysts write them: `yp:Cluster`, `yps:National`, `region:510100`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    // Files
    Unreadable { path: String, error: String },
    NotUtf8,
    Syntax { said: String },
    MissingFile { path: &'static str },
    NoVariants,
    // Vocabulary and shapes
    UnknownTerm { name: String },
    DeclaredTwice { name: String },
    SchemeOfConcept { name: String },
    LabelOfTerm { name: String, property: String, tag: String },
    NoSegment { class: String },
    SameSegment { class: String, other: String },
    SameName { name: String, concept: String, other: String },
    RelationNotInShapes { relation: String },
    NoRelation { name: String },
    // An entry
    NoClass,
    NoEntityClass { name: String },
    UnknownProperty { iri: String },
    PreferredLabel { tag: String },
    WrongConcept { name: String, property: String, schemes: String },
    NotOneCharacter,
    UncleanName { name: String },
    NameWithoutLanguage { name: String },
    NameAgain { name: String },
    NoSuchName { name: String },
    WrongKey { expected: String },
    WrittenTwice { name: String, place: String },
    // Entries towards each other
    NoSuchEntry { name: String },
    WrongEnd { relation: String, end: End, wanted: String, found: String },
    MalformedCode,
    CodeTaken { name: String },
    TooFewMembers,
    Cycle { names: String },
    // Variants
    NoTab,
    NotOneCodePoint { text: String },
    FoldsToItself { from: char },
    FoldedTwice { from: char },
    FoldChain { from: char, to: char, end: char },
    // Rules
    Rule(RuleProblem),
}

/// An end of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Subject,
    Object,
}

/// A problem with its place and the nearest valid name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub problem: Problem,
    pub location: Location,
    pub near: Option<String>,
}

impl Problem {
    /// The problem as a fault at a place.
    pub fn at(self, location: Location) -> Fault {
        Fault { problem: self, location, near: None }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "O001",
            Self::NotUtf8 => "O002",
            Self::Syntax { .. } => "O003",
            Self::MissingFile { .. } => "O004",
            Self::NoVariants => "O005",
            Self::UnknownTerm { .. } => "O010",
            Self::DeclaredTwice { .. } => "O011",
            Self::SchemeOfConcept { .. } => "O012",
            Self::LabelOfTerm { .. } => "O013",
            Self::NoSegment { .. } => "O014",
            Self::SameSegment { .. } => "O015",
            Self::SameName { .. } => "O016",
            Self::RelationNotInShapes { .. } | Self::NoRelation { .. } => "O018",
            Self::NoClass | Self::NoEntityClass { .. } => "O020",
            Self::UnknownProperty { .. } => "O021",
            Self::PreferredLabel { .. } => "O022",
            Self::WrongConcept { .. } => "O023",
            Self::NotOneCharacter => "O024",
            Self::UncleanName { .. } | Self::NameWithoutLanguage { .. } => "O025",
            Self::NameAgain { .. } => "O026",
            Self::NoSuchName { .. } => "O027",
            Self::WrongKey { .. } => "O028",
            Self::WrittenTwice { .. } => "O029",
            Self::NoSuchEntry { .. } => "O030",
            Self::WrongEnd { .. } => "O031",
            Self::MalformedCode => "O032",
            Self::CodeTaken { .. } => "O033",
            Self::TooFewMembers => "O034",
            Self::Cycle { .. } => "O035",
            Self::NoTab | Self::NotOneCodePoint { .. } | Self::FoldsToItself { .. } => "O040",
            Self::FoldedTwice { .. } => "O041",
            Self::FoldChain { .. } => "O042",
            Self::Rule(problem) => problem.code(),
        }
    }

    /// The folder can be used all the same.
    pub fn severity(&self) -> Severity {
        if *self == Self::NoVariants { Severity::Warning } else { Severity::Error }
    }

    fn message(&self, language: Language) -> String {
        let (zh, en) = match self {
            Self::Unreadable { .. } | Self::NotUtf8 | Self::Syntax { .. } | Self::MissingFile { .. } | Self::NoVariants => self.of_files(),
            Self::NoTab | Self::NotOneCodePoint { .. } | Self::FoldsToItself { .. } | Self::FoldedTwice { .. } | Self::FoldChain { .. } => {
                self.of_variants()
            }
            Self::NoSuchEntry { .. }
            | Self::WrongEnd { .. }
            | Self::MalformedCode
            | Self::CodeTaken { .. }
            | Self::TooFewMembers
            | Self::Cycle { .. } => self.between_entries(),
            Self::Rule(problem) => problem.message(),
            _ => self.of_vocabulary().or_else(|| self.of_entry()).unwrap_or_default(),
        };
        pick(language, zh, en)
    }

    fn of_files(&self) -> (String, String) {
        match self {
            Self::Unreadable { path, error } => (format!("读不了 {path}：{error}"), format!("cannot read {path}: {error}")),
            Self::NotUtf8 => ("不是 UTF-8 文本".into(), "this is no UTF-8 text".into()),
            Self::Syntax { said } => (format!("Turtle 语法错误：{said}"), format!("Turtle syntax error: {said}")),
            Self::MissingFile { path } => (format!("文件夹里没有 {path}"), format!("the folder has no {path}")),
            _ => (
                "没有字形折叠表，繁体字认不出来".into(),
                "there is no table of variants: traditional characters will not be recognised".into(),
            ),
        }
    }

    fn of_vocabulary(&self) -> Option<(String, String)> {
        Some(match self {
            Self::UnknownTerm { name } => (format!("本体中没有 {name}"), format!("the ontology has no {name}")),
            Self::DeclaredTwice { name } => (format!("{name} 声明了两次"), format!("{name} is declared twice")),
            Self::SchemeOfConcept { name } => {
                (format!("概念 {name} 须属于且只属于一个概念表"), format!("the concept {name} needs exactly one skos:inScheme"))
            }
            Self::LabelOfTerm { name, property, tag } => {
                (format!("{name} 须有且只有一个 {property} …@{tag}"), format!("{name} needs exactly one {property} \"…\"@{tag}"))
            }
            Self::NoSegment { class } => (format!("类 {class} 没有 yp:segment"), format!("the class {class} has no yp:segment")),
            Self::SameSegment { class, other } => {
                (format!("{class} 与 {other} 的 yp:segment 相同"), format!("{class} and {other} have the same yp:segment"))
            }
            Self::SameName { name, concept, other } => {
                (format!("名称“{name}”同时属于 {other} 和 {concept}"), format!("both {other} and {concept} are called “{name}”"))
            }
            Self::RelationNotInShapes { relation } => (
                format!("陈述的形状（ypsh:Statement）没有列出关系 {relation}"),
                format!("the shape ypsh:Statement does not list the relation {relation}"),
            ),
            Self::NoRelation { name } => (format!("{name} 不是关系（yp:Relation）"), format!("{name} is no relation (yp:Relation)")),
            _ => return None,
        })
    }

    fn of_entry(&self) -> Option<(String, String)> {
        Some(match self {
            Self::NoClass => ("条目没有写类（a yp:…）".into(), "the entry has no class (a yp:…)".into()),
            Self::NoEntityClass { name } => (format!("{name} 不是实体的类"), format!("{name} is no class of entities")),
            Self::UnknownProperty { iri } => (format!("条目不用属性 <{iri}>"), format!("entries have no property <{iri}>")),
            Self::PreferredLabel { tag } => {
                (format!("须有且只有一个 skos:prefLabel …@{tag}"), format!("there must be exactly one skos:prefLabel \"…\"@{tag}"))
            }
            Self::WrongConcept { name, property, schemes } => (
                format!("{name} 不是 yp:{property} 的取值（取自 {schemes}）"),
                format!("{name} is no value of yp:{property} (they are in {schemes})"),
            ),
            Self::NotOneCharacter => ("yp:oneCharacterForm 须是一个字".into(), "yp:oneCharacterForm must be one character".into()),
            Self::UncleanName { name } => {
                (format!("名称“{name}”为空或首尾有空白"), format!("the name “{name}” is empty or has white space at an end"))
            }
            Self::NameWithoutLanguage { name } => (format!("名称“{name}”没有标语种"), format!("the name “{name}” has no language")),
            Self::NameAgain { name } => {
                (format!("名称“{name}”与正名或别名重复"), format!("the name “{name}” stands in this entry already"))
            }
            Self::NoSuchName { name } => (format!("“{name}”不是本条目的名称"), format!("“{name}” is no name of this entry")),
            Self::WrongKey { expected } => (format!("IRI 应以 {expected} 结尾"), format!("the IRI should end with {expected}")),
            Self::WrittenTwice { name, place } => (format!("{name} 已写在 {place}"), format!("{name} stands at {place} already")),
            _ => return None,
        })
    }

    fn between_entries(&self) -> (String, String) {
        match self {
            Self::NoSuchEntry { name } => (format!("没有条目 {name}"), format!("there is no entry {name}")),
            Self::WrongEnd { relation, end, wanted, found } => {
                let (zh, en) = if *end == End::Subject { ("主语", "subject") } else { ("宾语", "object") };
                (
                    format!("{relation} 的{zh}须是 {wanted}，这里是 {found}"),
                    format!("the {en} of {relation} must be a {wanted}, here it is a {found}"),
                )
            }
            Self::MalformedCode => (
                "代码须是 \"六位数字\"^^yp:GBT2260 或 \"字母与数字\"^^yp:GBT4754".into(),
                "a code is \"six digits\"^^yp:GBT2260 or \"letter and digits\"^^yp:GBT4754".into(),
            ),
            Self::CodeTaken { name } => (format!("{name} 已用这一代码"), format!("{name} has this code already")),
            Self::TooFewMembers => {
                ("合称区域至少包含两个区域（yp:comprises）".into(), "a joint region needs two or more members (yp:comprises)".into())
            }
            Self::Cycle { names } => (format!("循环：{names}"), format!("a cycle: {names}")),
            _ => Default::default(),
        }
    }

    fn of_variants(&self) -> (String, String) {
        match self {
            Self::NoTab => ("缺少制表符".into(), "there is no tab in this line".into()),
            Self::NotOneCodePoint { text } => (format!("“{text}”不是一个字"), format!("“{text}” is not one character")),
            Self::FoldsToItself { from } => (format!("{from} 折成自身"), format!("{from} folds to itself")),
            Self::FoldedTwice { from } => (format!("{from} 写了两次"), format!("{from} stands here a second time")),
            Self::FoldChain { from, to, end } => {
                (format!("{from} 折成 {to}，而 {to} 又折成 {end}"), format!("{from} folds to {to}, which itself folds to {end}"))
            }
            _ => Default::default(),
        }
    }

    /// The next step.
    fn help(&self, language: Language) -> Option<String> {
        let (zh, en) = match self {
            Self::Unreadable { .. } | Self::MissingFile { .. } => {
                ("本体文件夹用 --ontology 指定", "name the folder of the ontology with --ontology")
            }
            Self::NotUtf8 => ("把文件存为 UTF-8", "save the file as UTF-8"),
            Self::Syntax { .. } => (
                "每个条目以“ .”结尾，属性之间用“;”，同一属性的多个值之间用“,”；全角标点只能写在引号内",
                "an entry ends with “ .”, properties are parted by “;”, values of one property by “,”; full-width marks only inside quotes",
            ),
            Self::NoSegment { .. } => ("加上 yp:segment \"小写英文词\"", "add yp:segment \"lower-case word\""),
            Self::RelationNotInShapes { .. } => ("把它加进 rdf:predicate 的 sh:in", "add it to sh:in of rdf:predicate"),
            Self::NameWithoutLanguage { .. } => ("写成 \"…\"@zh 或 \"…\"@en", "write \"…\"@zh or \"…\"@en"),
            Self::WrongKey { .. } => (
                "有代码的区域用代码，其余用正名；同名异物在后面加 @ 与区别词",
                "regions with a code use it, all else the Chinese label; a homonym adds @ and what tells it apart",
            ),
            Self::WrittenTwice { .. } => ("并成一条；同名异物用 @ 区别", "make one entry of them; tell homonyms apart with @"),
            Self::NoTab | Self::NotOneCodePoint { .. } => ("写成：原字<TAB>折成的字", "write: from<TAB>to, one character each"),
            Self::FoldChain { from, end, .. } => {
                return Some(pick(language, format!("直接写 {from}<TAB>{end}"), format!("write {from}<TAB>{end}")));
            }
            _ => return None,
        };
        Some(pick(language, zh.to_owned(), en.to_owned()))
    }
}

impl Fault {
    /// Adds the nearest valid name, where there is one.
    #[must_use]
    pub fn near(mut self, name: Option<String>) -> Self {
        self.near = name;
        self
    }

    pub fn diagnostic(self, language: Language) -> Diagnostic {
        let asked = self.near.map(|name| pick(language, format!("是不是 {name}？"), format!("did you mean {name}?")));
        Diagnostic {
            code: self.problem.code(),
            severity: self.problem.severity(),
            message: self.problem.message(language),
            help: asked.or_else(|| self.problem.help(language)),
            location: self.location,
        }
    }
}

fn pick(language: Language, zh: String, en: String) -> String {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
