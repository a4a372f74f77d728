//! Checks of the gazetteer as a whole: ends of relations, codes, joint regions, cycles.

use std::collections::HashMap;

use oxigraph::model::Term as RdfTerm;

use super::fault::{End, Fault, Problem};
use super::gazetteer::{Entry, Gazetteer};
use super::gazetteer_reader::{Origin, shown};
use super::schema::Schema;
use crate::model::vocabulary::{DCTERMS, SKOS, YP};

/// Reports everything that is wrong between entries. `origins` stand at the positions of the entries.
pub(super) fn check(gazetteer: &Gazetteer, origins: &[Origin<'_, '_>], schema: &Schema, faults: &mut Vec<Fault>) {
    let mut check = Check { gazetteer, origins, schema, faults };
    check.ends();
    check.codes();
    check.joint_regions();
    check.cycles(&format!("{YP}locatedIn"), |entry| entry.located_in.clone());
    check.cycles(&format!("{YP}partOf"), |entry| entry.part_of.clone());
    check.cycles(&format!("{YP}comprises"), |entry| entry.comprises.clone());
    check.cycles(&format!("{SKOS}broader"), |entry| entry.broader.clone());
    check.cycles(&format!("{DCTERMS}isReplacedBy"), |entry| entry.replaced_by.into_iter().collect());
}

struct Check<'c, 't, 's> {
    gazetteer: &'c Gazetteer,
    origins: &'c [Origin<'t, 's>],
    schema: &'c Schema,
    faults: &'c mut Vec<Fault>,
}

impl Check<'_, '_, '_> {
    /// Subjects and objects are of the classes that the relation is declared for.
    fn ends(&mut self) {
        for (entry, origin) in self.gazetteer.entries.iter().zip(self.origins) {
            for (predicate, object) in &origin.subject.properties {
                let Some(relation) = predicate.strip_prefix(YP).and_then(|name| self.schema.property(name)) else {
                    continue;
                };
                let object_class = match object {
                    RdfTerm::NamedNode(node) => self.gazetteer.by_iri(node.as_str()).map(|at| &self.gazetteer.entries[at].class),
                    _ => None,
                };
                let ends = [(End::Subject, &relation.domain, Some(&entry.class)), (End::Object, &relation.range, object_class)];
                for (end, wanted, found) in ends {
                    let (Some(wanted), Some(found)) = (wanted, found) else {
                        continue;
                    };
                    if found.is_empty() || self.schema.is_subclass(found, wanted) {
                        continue;
                    }
                    let term = |name: &str| format!("yp:{name}");
                    let problem = Problem::WrongEnd { relation: term(&relation.term), end, wanted: term(wanted), found: term(found) };
                    self.faults.push(problem.at(origin.file.locate_value(&entry.iri, predicate, object)));
                }
            }
        }
    }

    /// Codes are well formed, and each belongs to one entry.
    fn codes(&mut self) {
        let mut owners: HashMap<&RdfTerm, usize> = HashMap::new();
        for (at, origin) in self.origins.iter().enumerate() {
            for object in origin.subject.objects(SKOS, "notation") {
                let place = || origin.file.locate_value(&origin.subject.iri, &format!("{SKOS}notation"), object);
                if !is_well_formed(object) {
                    self.faults.push(Problem::MalformedCode.at(place()));
                }
                if let Some(other) = owners.insert(object, at) {
                    let name = shown(&self.gazetteer.entries[other].iri);
                    self.faults.push(Problem::CodeTaken { name }.at(place()));
                }
            }
        }
    }

    fn joint_regions(&mut self) {
        for (entry, origin) in self.gazetteer.entries.iter().zip(self.origins) {
            let written = origin.subject.objects(YP, "comprises").count();
            if self.schema.is_subclass(&entry.class, "CompositeRegion") && written < 2 {
                self.faults.push(Problem::TooFewMembers.at(origin.file.locate(&entry.iri, 0)));
            }
        }
    }

    /// Reports each cycle once, at the member that stands first.
    fn cycles(&mut self, predicate: &str, next: impl Fn(&Entry) -> Vec<usize>) {
        // 0: not seen, 1: on the path, 2: done.
        let mut state = vec![0_u8; self.gazetteer.entries.len()];
        for start in 0..state.len() {
            let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
            let mut arriving = Some(start).filter(|start| state[*start] == 0);
            loop {
                if let Some(at) = arriving.take() {
                    state[at] = 1;
                    path.push((at, next(&self.gazetteer.entries[at])));
                }
                let Some((at, rest)) = path.last_mut() else {
                    break;
                };
                match rest.pop() {
                    Some(to) if state[to] == 0 => arriving = Some(to),
                    Some(to) if state[to] == 1 => {
                        let members: Vec<usize> = path.iter().map(|(at, _)| *at).skip_while(|at| *at != to).collect();
                        self.report_cycle(predicate, &members);
                    }
                    Some(_) => {}
                    None => {
                        state[*at] = 2;
                        path.pop();
                    }
                }
            }
        }
    }

    fn report_cycle(&mut self, predicate: &str, members: &[usize]) {
        let Some(first) = members.iter().copied().min() else {
            return;
        };
        let turned = members.iter().cycle().skip_while(|at| **at != first).take(members.len() + 1);
        let names = turned.map(|at| shown(&self.gazetteer.entries[*at].iri)).collect::<Vec<_>>().join(" → ");
        let origin = self.origins[first];
        let value = origin.subject.properties.iter().find(|(found, _)| found == predicate).map(|(_, object)| object);
        let place = value.map_or_else(
            || origin.file.locate(&origin.subject.iri, 0),
            |value| origin.file.locate_value(&origin.subject.iri, predicate, value),
        );
        self.faults.push(Problem::Cycle { names }.at(place));
    }
}

fn is_well_formed(code: &RdfTerm) -> bool {
    let RdfTerm::Literal(literal) = code else {
        return false;
    };
    let text = literal.value();
    match literal.datatype().as_str().strip_prefix(YP) {
        Some("GBT2260") => text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) && text.starts_with(|c| ('1'..='8').contains(&c)),
        Some("GBT4754") => {
            let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
            text.len() - digits.len() <= 1 && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty()
        }
        _ => false,
    }
}
