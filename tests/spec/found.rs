//! What the extractor found in one document, asked for what a line expects, and told in the form of such lines.

use std::fmt;

use yuanpu::model::{Entity, Extraction, Modality, Object, Observation, Statement};

use crate::expectation::{Details, Expectation, What};

/// The extraction of one document.
pub struct Found<'a> {
    pub extraction: &'a Extraction,
}

impl Found<'_> {
    /// Whether the extraction is as expected.
    pub fn meets(&self, expected: &Expectation) -> bool {
        let is_absent = expected.is_absent;
        let is_there = match &expected.what {
            What::Entity { class, name, number } => {
                let called = |e: &Entity| name.as_deref().is_none_or(|name| is_called(e, name));
                let fits = |e: &Entity| *e.class == **class && called(e) && (number.is_none() || e.number == *number);
                self.extraction.entities.iter().any(fits)
            }
            What::Relation { .. } => self.extraction.statements.iter().any(|statement| self.states(statement, &expected.what, is_absent)),
            What::Figure { .. } => self.extraction.observations.iter().any(|figure| self.gives(figure, &expected.what, is_absent)),
        };
        is_there != is_absent
    }

    fn entity(&self, index: usize) -> &Entity {
        &self.extraction.entities[index]
    }

    /// Where nothing is said of the modality, what is there is asserted, and what is absent is so in all of them.
    fn states(&self, statement: &Statement, what: &What, is_absent: bool) -> bool {
        let What::Relation { subject, predicate, object, modality, speaker, role } = what else { return false };
        let called = |index: usize, name: &Option<String>| name.as_deref().is_none_or(|name| is_called(self.entity(index), name));
        let object_fits = match &statement.object {
            Object::Entity(entity) => called(*entity, object),
            Object::Concept(concept) => object.as_deref().is_none_or(|name| name == &**concept),
        };
        let ends_fit = called(statement.subject, subject) && object_fits;
        // Co-operation has no direction.
        let turned_fit = &**predicate == "cooperatesWith"
            && matches!(statement.object, Object::Entity(entity) if called(entity, subject) && called(statement.subject, object));
        *statement.predicate == **predicate
            && (ends_fit || turned_fit)
            && modality.or((!is_absent).then_some(Modality::Asserted)).is_none_or(|modality| statement.modality == modality)
            && speaker.as_deref().is_none_or(|name| statement.attributed_to.is_some_and(|s| is_called(self.entity(s), name)))
            && role.as_deref().is_none_or(|role| statement.role.as_deref() == Some(role))
    }

    fn gives(&self, figure: &Observation, what: &What, is_absent: bool) -> bool {
        let What::Figure { about, indicator, value, details } = what else { return false };
        about.as_deref().is_none_or(|name| is_called(self.entity(figure.about), name))
            && indicator.as_deref().is_none_or(|words| figure.indicator.contains(words))
            && value.as_ref().is_none_or(|(value, unit)| figure.value == *value && *figure.unit == **unit)
            && (*details == details_of(figure) || is_absent && *details == Details::default())
    }
}

/// Several names as good as each other stand with `|` between them.
fn is_called(entity: &Entity, names: &str) -> bool {
    names.split('|').any(|name| entity.preferred_label == name || entity.names.iter().any(|other| other.text == name))
}

fn details_of(figure: &Observation) -> Details {
    Details {
        direction: figure.direction,
        comparison: figure.comparison,
        bound: figure.bound,
        period: figure.period.clone(),
        is_planned: figure.modality == Modality::Planned,
    }
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = |index: usize| &self.entity(index).preferred_label;
        for entity in &self.extraction.entities {
            write!(f, "\n    - {} `{}`", entity.class, entity.preferred_label)?;
        }
        for s in &self.extraction.statements {
            let object = match &s.object {
                Object::Entity(entity) => format!("`{}`", label(*entity)),
                Object::Concept(concept) => concept.to_string(),
            };
            let mode = format!("{:?}", s.modality).to_lowercase();
            write!(f, "\n    - `{}` {} {object}, {mode}", label(s.subject), s.predicate)?;
            s.attributed_to.map_or(Ok(()), |speaker| write!(f, ", by `{}`", label(speaker)))?;
            s.role.as_ref().map_or(Ok(()), |role| write!(f, ", as `{role}`"))?;
        }
        for o in &self.extraction.observations {
            let unit = o.unit.trim_end_matches("Unit");
            write!(f, "\n    - figure `{}` `{}`: {} {unit}{}", label(o.about), o.indicator, o.value, details_of(o))?;
        }
        Ok(())
    }
}
