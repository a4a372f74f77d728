//! The annotations in `data/` keep the rules of `data/corpus/README.md`: types and predicates of the scheme, arguments that exist and
//! fit, names and figures that stand in the text, no doubles. Each document is read by the program itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use yuanpu::corpus::{Annotated, Gold, GoldObservation, annotated};
use yuanpu::model::Format;

const INSTITUTIONS: &[&str] = &["GovernmentBody", "Enterprise", "University", "ResearchInstitution", "Media", "Organization"];
const OTHER_TYPES: &[&str] =
    &["Person", "Region", "IndustrialPark", "Cluster", "IndustryChain", "Industry", "Initiative", "PolicyDocument", "Event", "Platform"];
const LEVELS: &[&str] = &["世界级", "国家级", "省级", "市级", "特色", "优势", "战略性新兴"];

/// Predicate, subject types, object types; `I` stands for the institutions, `level`, `honour` and `document` for free strings.
const RULES: &[(&str, &str, &str)] = &[
    ("locatedIn", "I IndustrialPark Cluster Event", "Region IndustrialPark"),
    ("partOf", "I", "I"),
    ("partOf", "IndustrialPark", "IndustrialPark"),
    ("partOf", "Initiative", "Initiative"),
    ("partOf", "Region", "Region"),
    ("hasIndustry", "Cluster IndustryChain IndustrialPark Enterprise", "Industry"),
    ("hasLevel", "Cluster IndustrialPark Platform", "level"),
    ("hostsCluster", "IndustrialPark Region", "Cluster IndustryChain"),
    ("develops", "I Region IndustrialPark", "Cluster IndustryChain Industry"),
    ("memberOf", "Enterprise ResearchInstitution", "Cluster IndustryChain IndustrialPark"),
    ("memberOf", "Person", "I"),
    ("launches", "I Region IndustrialPark", "Initiative PolicyDocument Event"),
    ("implements", "I Region IndustrialPark", "Initiative PolicyDocument"),
    ("targets", "Initiative PolicyDocument Event", "Region IndustrialPark Cluster IndustryChain Industry"),
    ("cooperatesWith", "I Region IndustrialPark", "I Region IndustrialPark"),
    ("recommends", "I Person", "Initiative PolicyDocument"),
    ("awarded", "I Region IndustrialPark Person", "honour"),
    ("uses", "I Initiative IndustrialPark", "Platform"),
    ("authored", "Person Media", "document"),
];

#[expect(clippy::unwrap_used, reason = "a folder that cannot be read fails the test")]
fn pairs(folder: &str) -> Vec<Annotated> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    annotated(&path).unwrap()
}

#[test]
fn the_training_and_development_documents_are_all_there() {
    let count = |folder: &str| {
        let pairs = pairs(folder);
        let sum = |count: fn(&Gold) -> usize| pairs.iter().map(|pair| count(&pair.gold)).sum::<usize>();
        (pairs.len(), sum(|gold| gold.entities.len()), sum(|gold| gold.relations.len()), sum(|gold| gold.observations.len()))
    };
    assert_eq!(count("data/corpus/train"), (84, 4506, 4896, 1128));
    assert_eq!(count("data/corpus/dev"), (10, 303, 352, 85));
    assert_eq!(count("data/corpus/extra"), (360, 19_932, 23_411, 6819));
}

#[test]
fn every_annotation_keeps_the_rules() {
    let mut faults = Vec::new();
    for folder in ["data/corpus/train", "data/corpus/dev", "data/corpus/extra", "data/gold"] {
        for pair in pairs(folder) {
            let mut check = Check { gold: &pair.gold, text: pair.document.text.trim(), faults: &mut faults };
            let types = check.entities();
            check.relations(&types);
            check.observations(&types);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn html_keeps_exactly_the_characters_outside_the_page_furniture() {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let mut pages = 0;
    for folder in ["data/corpus/train", "data/corpus/dev"] {
        for pair in pairs(folder).into_iter().filter(|pair| pair.document.format == Format::Html) {
            let source = std::fs::read_to_string(&pair.document.source).unwrap();
            assert_eq!(bare(&pair.document.text), bare(&without_tags(&source)), "{}", pair.document.source);
            pages += 1;
        }
    }
    assert_eq!(pages, 7);
}

struct Check<'a> {
    gold: &'a Gold,
    text: &'a str,
    faults: &'a mut Vec<String>,
}

impl Check<'_> {
    fn require(&mut self, holds: bool, fault: &str) {
        if !holds {
            self.faults.push(format!("{}: {fault}", self.gold.id));
        }
    }

    /// Types of the certain and the doubtful entities by name.
    fn entities(&mut self) -> HashMap<String, String> {
        let gold = self.gold;
        let known = |r#type: &str| INSTITUTIONS.contains(&r#type) || OTHER_TYPES.contains(&r#type);
        let mut types = HashMap::new();
        let mut forms = HashSet::new();
        for entity in &gold.entities {
            let name = &entity.name;
            self.require(known(&entity.r#type), &format!("{name}: unknown type {}", entity.r#type));
            self.require(types.insert(name.clone(), entity.r#type.clone()).is_none(), &format!("{name}: twice"));
            self.require(self.text.contains(name) != entity.composed, &format!("{name}: in the text or composed, not both"));
            self.require(!entity.composed || !entity.aliases.is_empty(), &format!("{name}: composed without a surface form"));
            for form in entity.aliases.iter().chain([name]) {
                self.require(forms.insert(form), &format!("{form}: stands for two entities"));
                self.require(form == name || self.text.contains(form.as_str()), &format!("{form}: not in the text"));
            }
        }
        for doubtful in &gold.doubtful.entities {
            let name = &doubtful.name;
            self.require(known(&doubtful.r#type), &format!("{name}: unknown type {}", doubtful.r#type));
            self.require(self.text.contains(name.as_str()), &format!("{name}: not in the text"));
            self.require(types.insert(name.clone(), doubtful.r#type.clone()).is_none(), &format!("{name}: certain and doubtful"));
        }
        types
    }

    fn relations(&mut self, types: &HashMap<String, String>) {
        let gold = self.gold;
        let mut seen = HashSet::new();
        for relation @ (subject, predicate, object) in gold.relations.iter().chain(&gold.doubtful.relations) {
            let mirrored = predicate == "cooperatesWith" && seen.contains(&(object, predicate, subject));
            self.require(seen.insert((subject, predicate, object)) && !mirrored, &format!("{relation:?}: twice"));
            self.require(subject != object, &format!("{relation:?}: subject is object"));
            self.require(self.fits(relation, types), &format!("{relation:?}: types do not fit"));
        }
    }

    fn fits(&self, (subject, predicate, object): &(String, String, String), types: &HashMap<String, String>) -> bool {
        let allows = |list: &str, r#type: Option<&String>| {
            let Some(r#type) = r#type else { return false };
            list.split(' ').any(|allowed| allowed == r#type || (allowed == "I" && INSTITUTIONS.contains(&r#type.as_str())))
        };
        RULES.iter().any(|(name, subjects, objects)| {
            name == predicate
                && allows(subjects, types.get(subject))
                && match *objects {
                    "level" => LEVELS.contains(&object.as_str()),
                    "honour" => !types.contains_key(object) && self.text.contains(object.as_str()),
                    "document" => object == "本文",
                    _ => allows(objects, types.get(object)),
                }
        })
    }

    fn observations(&mut self, types: &HashMap<String, String>) {
        let gold = self.gold;
        let values = figures(self.text);
        let mut seen = HashSet::new();
        for figure in &gold.observations {
            let GoldObservation { about, indicator, value, period, .. } = figure;
            let label = format!("{about}, {indicator}, {value}");
            self.require(types.contains_key(about), &format!("{label}: about is no entity"));
            let is_there = value.as_f64().is_some_and(|value| values.contains(&thousandths(value.abs())));
            self.require(is_there, &format!("{label}: not in the text"));
            let is_clean = period.as_deref().is_none_or(|period| !period.starts_with('>'));
            self.require(is_clean, &format!("{label}: flags stand in the period"));
            let years = period.as_deref().unwrap_or("").split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
            for digits in years {
                self.require(self.text.contains(digits), &format!("{label}: period {digits} is not in the text"));
            }
            self.require(seen.insert((about, indicator, value.to_string(), period)), &format!("{label}: twice"));
        }
    }
}

fn thousandths(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

/// All the values, in thousandths, that a figure of the text may stand for.
fn figures(text: &str) -> BTreeSet<i64> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = BTreeSet::new();
    for at in 0..chars.len() {
        if chars[at].is_ascii_digit() && (at == 0 || !chars[at - 1].is_ascii_digit()) {
            found.extend(written_in_digits(&chars[at..]).into_iter().map(thousandths));
        }
        found.extend(written_in_words(&chars[at..]).map(thousandths));
    }
    if text.contains("一半") {
        found.insert(thousandths(50.0));
    }
    found
}

/// `2,180` is read as 2 and as 2180, `12.5` as 12.5.
fn written_in_digits(chars: &[char]) -> Vec<f64> {
    let run = |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let with_decimals = |digits: String, at: usize| {
        let decimals = if chars.get(at) == Some(&'.') { run(at + 1) } else { 0 };
        let tail: String = chars[at..at + if decimals > 0 { decimals + 1 } else { 0 }].iter().collect();
        format!("{digits}{tail}").parse::<f64>().ok()
    };
    let mut at = run(0);
    let mut digits: String = chars[..at].iter().collect();
    let mut readings = vec![with_decimals(digits.clone(), at)];
    while matches!(chars.get(at), Some(',' | '，' | ' ')) && run(at + 1) >= 3 {
        digits.extend(&chars[at + 1..at + 4]);
        at += 4;
        readings.push(with_decimals(digits.clone(), at));
    }
    readings.into_iter().flatten().collect()
}

/// Chinese numerals below ten thousand, tenths (六成), per cent (百分之六十) and fractions (三分之一, in per cent).
fn written_in_words(chars: &[char]) -> impl Iterator<Item = f64> {
    let digits = "零一二三四五六七八九".chars().zip(0..).chain([('两', 2), ('兩', 2), ('〇', 0)]).collect::<BTreeMap<_, _>>();
    let units = BTreeMap::from([('十', 10), ('百', 100), ('千', 1000)]);
    let is_numeral = |c: &char| digits.contains_key(c) || units.contains_key(c);
    let value = |chars: &[char]| {
        let (total, last) = chars.iter().take_while(|c| is_numeral(c)).fold((0, 0), |(total, last), c| match units.get(c) {
            Some(unit) => (total + last.max(1) * unit, 0),
            None => (total, digits[c]),
        });
        f64::from(total + last)
    };
    let mut readings = Vec::new();
    if let Some(first) = chars.first().filter(|c| is_numeral(c)) {
        readings.push(value(chars));
        let after: String = chars[1..].iter().take(3).collect();
        if after.starts_with('成') {
            readings.push(value(&chars[..1]) * 10.0);
        }
        if after.starts_with("分之") && *first != '百' && chars.len() > 3 && is_numeral(&chars[3]) {
            readings.push((1000.0 * value(&chars[3..4]) / value(&chars[..1])).round() / 10.0);
        }
        if after.starts_with("分之") && *first == '百' {
            let rest = &chars[3..];
            let whole = rest.iter().take_while(|c| is_numeral(c)).count();
            let tenths =
                if matches!(rest.get(whole), Some('点' | '點')) { rest.get(whole + 1).and_then(|c| digits.get(c)) } else { None };
            readings.push(value(rest) + f64::from(tenths.copied().unwrap_or(0)) / 10.0);
        }
    }
    readings.into_iter()
}

/// The second opinion on HTML: comments, furniture and tags cut out of the source as they stand.
fn without_tags(source: &str) -> String {
    let mut text = source.to_owned();
    let mut cut = |open: &str, close: &str| {
        while let Some(start) = text.find(open) {
            let end = text[start..].find(close).map_or(text.len(), |length| start + length + close.len());
            text.replace_range(start..end, "");
        }
    };
    cut("<!--", "-->");
    for tag in ["script", "style", "head", "nav", "header", "footer", "aside"] {
        cut(&format!("<{tag}>"), &format!("</{tag}>"));
        cut(&format!("<{tag} "), &format!("</{tag}>"));
    }
    cut("<", ">");
    for (entity, character) in
        [("&gt;", ">"), ("&lt;", "<"), ("&nbsp;", " "), ("&quot;", "\""), ("&mdash;", "—"), ("&middot;", "·"), ("&amp;", "&")]
    {
        text = text.replace(entity, character);
    }
    text
}
