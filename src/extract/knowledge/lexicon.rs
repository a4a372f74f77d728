//! Words by what they tell: the groups and level words of `ontology/lexicon.toml` and `ontology/cues.toml`.

use serde::Deserialize;

use crate::model::Term;

use super::builder::{Builder, fault};

#[derive(Deserialize)]
struct GroupFile {
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    levels: Vec<Level>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    relation: Option<String>,
    words: Vec<String>,
    example: Option<String>,
}

#[derive(Deserialize)]
struct Level {
    concept: String,
    words: Vec<String>,
}

impl Builder<'_> {
    /// The groups and levels of a file; the names of the groups go to `names`.
    pub fn groups(&mut self, file: &str, names: &mut Vec<String>) {
        let Some(parsed) = self.parse::<GroupFile>(file) else { return };
        for group in parsed.groups {
            if let Some(relation) = group.relation.as_deref().filter(|r| *r != "recommends") {
                self.require_relation(file, relation);
            }
            if let Some(example) = &group.example
                && !group.words.iter().any(|w| example.contains(w.as_str()))
            {
                let message = format!("group {}: the example “{example}” holds none of its words", group.name);
                self.faults.push(fault(file, message, Some("add the word to the group or mend the example".into())));
            }
            let index = u16::try_from(names.len()).unwrap_or(u16::MAX);
            names.push(group.name);
            for word in &group.words {
                if let Some(pattern) = self.pattern(word)
                    && !pattern.groups.contains(&index)
                {
                    pattern.groups.push(index);
                }
            }
        }
        for level in parsed.levels {
            self.require_concept(file, &level.concept);
            let concept: Term = level.concept.into();
            for word in &level.words {
                if let Some(pattern) = self.pattern(word) {
                    pattern.level = Some(concept.clone());
                }
            }
        }
    }
}
