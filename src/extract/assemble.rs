//! The last step: what was found is put together as an [`Extraction`], with mentions by place, entities by first mention, statements and
//! observations by entity.

use std::ops::Range;

use crate::model::{Document, DocumentFacts, Entity, EntityIndex, Extraction, Language, Mention, Name, NameKind, Origin};

use super::Extractor;
use super::entities::{Resolution, trim_marks};
use super::names::Found;
use super::relations::Telling;
use super::rules;
use super::text::{LineKind, Reading};
use super::units::{Target, units};

impl Extractor {
    /// Puts mentions, entities, statements and observations together.
    pub(super) fn assemble(&self, document: &Document, reading: &Reading, found: &[Found], resolution: &Resolution) -> Extraction {
        let source: Vec<char> = document.text.chars().collect();
        let mut units = units(self, reading, found, resolution, &source);
        rules::look_for(self, reading, &mut units);
        let decisions = self.decide(reading, &units);
        let mut order: Vec<EntityIndex> = Vec::new();
        let mut number = vec![usize::MAX; resolution.drafts.len()];
        let mut mentions = Vec::new();
        let references = units.iter().flat_map(|u| &u.items).filter(|i| i.reference);
        let named = found.iter().enumerate().filter_map(|(m, f)| resolution.of[m].map(|d| (f.range.clone(), f.origin, d)));
        let back =
            references.filter_map(|i| if let Target::Entity(d) = i.target { Some((i.range.clone(), Origin::Reference, d)) } else { None });
        let mut all: Vec<(Range<usize>, Origin, usize)> = named.chain(back).collect();
        all.sort_by_key(|(range, origin, d)| (range.start, range.end, *origin, *d));
        for (range, origin, draft) in all {
            if number[draft] == usize::MAX {
                number[draft] = order.len();
                order.push(draft);
            }
            let class = self.knowledge.types[usize::from(resolution.drafts[draft].kind_of)].class.clone();
            mentions.push(Mention { span: reading.text.span(range), class, origin, entity: number[draft] });
        }
        let mut entities: Vec<_> = order.iter().map(|d| self.entity(&resolution.drafts[*d])).collect();
        for (draft, range) in self.document_numbers(reading, found, resolution) {
            if let Some(entity) = entities.get_mut(number[draft]) {
                entity.number = Some(reading.text.span(range).of(&document.text).to_owned());
            }
        }
        for mention in &mut mentions {
            let entity = &mut entities[mention.entity];
            mention.class = entity.class.clone();
            self.add_printed(entity, mention.span.of(&document.text));
        }
        let mut facts = self.facts(document, reading, found, resolution, &number, &entities);
        let region = resolution.main_region.map(|draft| number[draft]).filter(|entity| *entity != usize::MAX);
        let telling = Telling { document, reading, units: &units, number: &number, entities: &entities, region };
        let statements = self.statements(&telling, &decisions, &mut facts);
        let observations = self.observations(document, reading, &units, &number);
        let rule_hits = self.rule_hits(&units, &number);
        let document = document.id.clone();
        Extraction { document, facts, mentions, entities, statements, observations, rule_hits, diagnostics: Vec::new() }
    }

    /// Adds the name as it is printed where the text writes another form of its characters (traditional, full width): whoever searches for
    /// what the page shows finds it.
    fn add_printed(&self, entity: &mut Entity, printed: &str) {
        let printed = trim_marks(printed);
        let folded: String = printed.chars().map(|c| self.knowledge.ontology.variants().fold(c)).collect();
        let shown = |name: &str| name == folded;
        let is_name = shown(&entity.preferred_label) || entity.names.iter().any(|n| shown(&n.text));
        if is_name && folded != printed && !entity.names.iter().any(|n| n.text == printed) {
            entity.names.push(Name { text: printed.to_owned(), kind: NameKind::Alternative, language: Language::Zh });
            entity.names.sort();
        }
    }

    /// Title, kind and date that the text or its metadata give.
    fn facts(
        &self,
        document: &Document,
        reading: &Reading,
        found: &[Found],
        resolution: &Resolution,
        number: &[usize],
        entities: &[Entity],
    ) -> DocumentFacts {
        let own = self.own_document(reading, found, resolution);
        let metadata = &document.metadata;
        let first = reading.layout.sentences.iter().take(3).find(|s| matches!(s.kind, LineKind::Title | LineKind::Heading(_)));
        let title = metadata
            .title
            .clone()
            .or_else(|| first.map(|s| reading.text.span(s.range.clone()).of(&document.text).trim_start_matches('#').trim().to_owned()));
        let named = |name: &str| -> Option<EntityIndex> {
            let folded: String = name.chars().map(|c| self.knowledge.ontology.variants().fold(c)).collect();
            let mention =
                found.iter().enumerate().find(|(m, f)| resolution.of[*m].is_some() && reading.text.slice(f.range.clone()) == folded)?.0;
            resolution.of[mention].map(|d| number[d])
        };
        DocumentFacts {
            title,
            kind: own.and_then(|draft| entities.get(number[draft])?.kinds.first().cloned()),
            issued: metadata.date.clone(),
            source: metadata.source.clone(),
            creators: metadata.creators.iter().filter_map(|c| named(c)).collect(),
            publishers: metadata.publisher.iter().filter_map(|p| named(p)).collect(),
        }
    }
}
