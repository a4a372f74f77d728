//! Reads `gazetteers/*.ttl` into a [`Gazetteer`] and checks each entry by itself: class, names, properties, concepts, key.

use std::collections::{BTreeSet, HashMap, HashSet};

use oxigraph::model::{NamedNode, Term as RdfTerm};

use super::fault::{Fault, Problem};
use super::gazetteer::{Entry, EntryName, Gazetteer};
use super::nearest::nearest;
use super::schema::Schema;
use super::turtle::{Subject, Turtle};
use super::vocabulary_reader::{is_declared, language, short, unknown_term};
use crate::model::vocabulary::{DCTERMS, ID, OWL, RDF, RDFS, SKOS, YP, YPS};
use crate::model::{Language, NameKind, Term, entity_key};

/// Properties of other vocabularies that an entry may have. Those of the ontology are read from it.
const FOREIGN: &[(&str, &[&str])] = &[
    (RDF, &["type"]),
    (RDFS, &["seeAlso", "comment"]),
    (OWL, &["sameAs"]),
    (DCTERMS, &["source", "issued", "valid", "isReplacedBy", "description", "publisher", "creator"]),
    (
        SKOS,
        &[
            "prefLabel",
            "altLabel",
            "hiddenLabel",
            "notation",
            "broader",
            "related",
            "exactMatch",
            "closeMatch",
            "inScheme",
            "note",
            "scopeNote",
            "definition",
        ],
    ),
];

/// Where an entry was read from, for the checks that follow.
#[derive(Clone, Copy)]
pub(super) struct Origin<'t, 's> {
    pub file: &'t Turtle<'s>,
    pub subject: &'t Subject,
}

/// Reads the files in order. The origins stand at the positions of the entries.
pub(super) fn read<'t, 's>(files: &'t [Turtle<'s>], schema: &Schema, faults: &mut Vec<Fault>) -> (Gazetteer, Vec<Origin<'t, 's>>) {
    let mut gazetteer = Gazetteer::default();
    let mut origins = Vec::new();
    for file in files {
        let stem: Term = stem(file.path).into();
        for subject in file.subjects.iter().filter(|subject| subject.iri.starts_with(ID)) {
            let origin = Origin { file, subject };
            let mut reader = EntryReader { origin, schema, faults };
            let entry = reader.entry(&stem);
            if reader.is_first(&gazetteer, &origins) {
                gazetteer.index.insert(entry.iri.clone(), gazetteer.entries.len());
                gazetteer.entries.push(entry);
                origins.push(origin);
            }
        }
    }
    let ready = !files.iter().any(|file| file.broken);
    let mut references = References { index: &gazetteer.index, ready, faults };
    for (entry, origin) in gazetteer.entries.iter_mut().zip(&origins) {
        references.fill(entry, *origin);
    }
    (gazetteer, origins)
}

/// `gazetteers/regions.ttl` gives `regions`.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".ttl").unwrap_or(name)
}

struct EntryReader<'r, 't, 's> {
    origin: Origin<'t, 's>,
    schema: &'r Schema,
    faults: &'r mut Vec<Fault>,
}

impl EntryReader<'_, '_, '_> {
    fn entry(&mut self, stem: &Term) -> Entry {
        let subject = self.origin.subject;
        self.properties();
        let class = self.class();
        let label = self.preferred("zh").unwrap_or_default();
        let label_en = self.preferred("en");
        let mut entry = Entry {
            iri: subject.iri.clone(),
            kinds: self.concepts("kind"),
            level: self.concepts("level").into_iter().next(),
            label_needs_context: false,
            names: Vec::new(),
            notation: subject.literals(SKOS, "notation").next().map(|(text, _)| text.to_owned()),
            located_in: Vec::new(),
            part_of: Vec::new(),
            comprises: Vec::new(),
            broader: Vec::new(),
            listed_in: Vec::new(),
            industries: Vec::new(),
            administers: Vec::new(),
            replaced_by: None,
            one_character: self.one_character(),
            period: subject.literals(YP, "period").next().map(|(text, _)| text.to_owned()),
            file: stem.clone(),
            class,
            label,
            label_en,
        };
        self.names(&mut entry);
        self.check_key(&entry);
        entry
    }

    /// Every property must be one that entries may have.
    fn properties(&mut self) {
        for (predicate, object) in &self.origin.subject.properties {
            let foreign =
                FOREIGN.iter().any(|(namespace, names)| predicate.strip_prefix(namespace).is_some_and(|name| names.contains(&name)));
            if foreign || (predicate.starts_with(YP) && is_declared(self.schema, predicate)) {
                continue;
            }
            let place = self.origin.file.locate_value(&self.origin.subject.iri, predicate, object);
            self.faults.push(if predicate.starts_with(YP) {
                unknown_term(self.schema, predicate, place)
            } else {
                let known = FOREIGN.iter().flat_map(|(namespace, names)| names.iter().map(move |name| format!("{namespace}{name}")));
                let known: Vec<String> = known.collect();
                let near = nearest(predicate, known.iter().map(String::as_str)).map(|near| format!("<{near}>"));
                Problem::UnknownProperty { iri: predicate.clone() }.at(place).near(near)
            });
        }
    }

    fn class(&mut self) -> Term {
        let subject = self.origin.subject;
        let mut class: Option<Term> = None;
        for iri in subject.iris(RDF, "type") {
            let known = iri.strip_prefix(YP).filter(|name| self.schema.is_subclass(name, "Entity"));
            match known {
                Some(name) if class.as_deref().is_none_or(|class| self.schema.is_subclass(name, class)) => class = Some(name.into()),
                Some(_) => {}
                None => {
                    let names = self.schema.classes().map(|class| &*class.term).filter(|name| self.schema.is_subclass(name, "Entity"));
                    let near = iri.strip_prefix(YP).and_then(|name| nearest(name, names)).map(|near| format!("yp:{near}"));
                    let value = RdfTerm::NamedNode(NamedNode::new_unchecked(iri));
                    self.report_at(Problem::NoEntityClass { name: short(iri) }, near, &format!("{RDF}type"), &value);
                }
            }
        }
        if subject.descriptions == 0 {
            self.report(Problem::NoClass);
        }
        class.unwrap_or_else(|| "".into())
    }

    fn preferred(&mut self, tag: &str) -> Option<String> {
        let mut labels =
            self.origin.subject.literals(SKOS, "prefLabel").filter(|(_, language)| *language == Some(tag)).map(|(text, _)| text);
        let first = labels.next();
        if labels.next().is_some() || (tag == "zh" && first.is_none()) {
            self.report(Problem::PreferredLabel { tag: tag.to_owned() });
        }
        first.map(str::to_owned)
    }

    /// Concepts of `yp:kind` or `yp:level`, which must be declared and belong to the scheme for it.
    fn concepts(&mut self, property: &str) -> Vec<Term> {
        let class = self.origin.subject.iris(RDF, "type").find_map(|iri| self.schema.class(iri.strip_prefix(YP)?));
        let schemes: Vec<Term> = match property {
            "kind" => class.map(|class| class.kind_schemes.clone()).unwrap_or_default(),
            _ => vec!["LevelScheme".into()],
        };
        let mut found = Vec::new();
        for object in self.origin.subject.objects(YP, property) {
            let iri = match object {
                RdfTerm::NamedNode(node) => node.as_str(),
                _ => "",
            };
            let concept = iri.strip_prefix(YPS).and_then(|name| self.schema.concept(name));
            let right = |scheme: &Term| schemes.is_empty() || schemes.contains(scheme);
            match concept {
                Some(concept) if right(&concept.scheme) => found.push(concept.term.clone()),
                _ => {
                    let members = schemes.iter().flat_map(|scheme| self.schema.concepts_of(scheme)).map(AsRef::as_ref);
                    let near = iri.strip_prefix(YPS).and_then(|name| nearest(name, members)).map(|near| format!("yps:{near}"));
                    let schemes = schemes.iter().map(|scheme| format!("yps:{scheme}")).collect::<Vec<_>>().join(" / ");
                    let problem = Problem::WrongConcept { name: short(iri), property: property.to_owned(), schemes };
                    self.report_at(problem, near, &format!("{YP}{property}"), object);
                }
            }
        }
        found
    }

    fn one_character(&mut self) -> Vec<String> {
        let predicate = format!("{YP}oneCharacterForm");
        let mut forms = Vec::new();
        for object in self.origin.subject.objects(YP, "oneCharacterForm") {
            match object {
                RdfTerm::Literal(literal) if literal.value().chars().count() == 1 => forms.push(literal.value().to_owned()),
                _ => {
                    self.report_at(Problem::NotOneCharacter, None, &predicate, object);
                }
            }
        }
        forms
    }

    /// All names beside the Chinese label, each once, clean, and with a language.
    fn names(&mut self, entry: &mut Entry) {
        let subject = self.origin.subject;
        let context: HashSet<&str> = subject.literals(YP, "needsContext").map(|(text, _)| text).collect();
        entry.label_needs_context = context.contains(entry.label.as_str());
        // The same word may be a name in both languages (an acronym), but not twice in one.
        let mut seen: BTreeSet<(String, Language)> = BTreeSet::from([(entry.label.clone(), Language::Zh)]);
        if let Some(text) = &entry.label_en {
            seen.insert((text.clone(), Language::En));
            let needs_context = context.contains(text.as_str());
            entry.names.push(EntryName { text: text.clone(), kind: NameKind::Alternative, language: Language::En, needs_context });
        }
        let properties =
            [(YP, "shortName", NameKind::Short), (SKOS, "altLabel", NameKind::Alternative), (SKOS, "hiddenLabel", NameKind::Hidden)];
        for (namespace, name, kind) in properties {
            for object in subject.objects(namespace, name) {
                let RdfTerm::Literal(literal) = object else {
                    continue;
                };
                let text = literal.value();
                self.check_name(&format!("{namespace}{name}"), object, text, literal.language());
                if !seen.insert((text.to_owned(), language(literal.language()))) {
                    self.report_at(Problem::NameAgain { name: text.to_owned() }, None, &format!("{namespace}{name}"), object);
                    continue;
                }
                let (language, needs_context) = (language(literal.language()), context.contains(text));
                entry.names.push(EntryName { text: text.to_owned(), kind, language, needs_context });
            }
        }
        for object in subject.objects(YP, "needsContext") {
            if let RdfTerm::Literal(literal) = object
                && !seen.iter().any(|(name, _)| name == literal.value())
            {
                let text = literal.value();
                let near = nearest(text, seen.iter().map(|(name, _)| name.as_str())).map(|near| format!("“{near}”"));
                self.report_at(Problem::NoSuchName { name: text.to_owned() }, near, &format!("{YP}needsContext"), object);
            }
        }
    }

    fn check_name(&mut self, predicate: &str, object: &RdfTerm, text: &str, tag: Option<&str>) {
        if text.is_empty() || text.trim() != text {
            self.report_at(Problem::UncleanName { name: text.to_owned() }, None, predicate, object);
        }
        if !matches!(tag, Some("zh" | "en")) {
            self.report_at(Problem::NameWithoutLanguage { name: text.to_owned() }, None, predicate, object);
        }
    }

    /// The IRI is made of the segment of the class and the code, or else the key of the label.
    fn check_key(&mut self, entry: &Entry) {
        let segment = self.schema.segment(&entry.class);
        let coded = entry.notation.as_deref().filter(|_| self.schema.is_subclass(&entry.class, "Region"));
        let key = coded.map_or_else(|| entity_key(&entry.label), str::to_owned);
        if segment.is_empty() || key.is_empty() {
            return;
        }
        let expected = format!("{segment}/{key}");
        let found = &entry.iri[ID.len()..];
        let homonym = found.strip_prefix(&expected).is_some_and(|rest| rest.len() > 1 && rest.starts_with('@'));
        if found != expected && !homonym {
            self.report(Problem::WrongKey { expected });
        }
    }

    /// Reports a second description of the same IRI; true where this subject is to become an entry.
    fn is_first(&mut self, gazetteer: &Gazetteer, origins: &[Origin<'_, '_>]) -> bool {
        let iri = &self.origin.subject.iri;
        let earlier = gazetteer.by_iri(iri).and_then(|at| origins.get(at));
        if self.origin.subject.descriptions < 2 && earlier.is_none() {
            return true;
        }
        let first = earlier.map_or_else(|| self.origin.file.locate(iri, 0), |origin| origin.file.locate(iri, 0));
        let nth = usize::from(earlier.is_none());
        let place = format!("{}:{}", first.file, first.line.unwrap_or(1));
        self.faults.push(Problem::WrittenTwice { name: shown(iri), place }.at(self.origin.file.locate(iri, nth)));
        earlier.is_none()
    }

    fn report(&mut self, problem: Problem) {
        self.faults.push(problem.at(self.origin.file.locate(&self.origin.subject.iri, 0)));
    }

    fn report_at(&mut self, problem: Problem, near: Option<String>, predicate: &str, value: &RdfTerm) {
        self.faults.push(problem.at(self.origin.file.locate_value(&self.origin.subject.iri, predicate, value)).near(near));
    }
}

/// `https://w3id.org/yuanpu/id/region/510100` as `region:510100`.
pub(super) fn shown(iri: &str) -> String {
    iri.strip_prefix(ID).map_or_else(|| format!("<{iri}>"), |rest| rest.replacen('/', ":", 1))
}

/// Turns references into positions.
struct References<'r> {
    index: &'r HashMap<String, usize>,
    /// All files could be read, so that a missing entry is truly missing.
    ready: bool,
    faults: &'r mut Vec<Fault>,
}

impl References<'_> {
    fn fill(&mut self, entry: &mut Entry, origin: Origin<'_, '_>) {
        for (predicate, object) in &origin.subject.properties {
            let RdfTerm::NamedNode(node) = object else {
                continue;
            };
            let Some(target) = node.as_str().strip_prefix(ID).map(|_| node.as_str()) else {
                continue;
            };
            let Some(&at) = self.index.get(target) else {
                self.dangling(origin, predicate, object, target);
                continue;
            };
            match (predicate.strip_prefix(YP), predicate.strip_prefix(SKOS), predicate.strip_prefix(DCTERMS)) {
                (Some("locatedIn"), ..) => entry.located_in.push(at),
                (Some("partOf"), ..) => entry.part_of.push(at),
                (Some("comprises"), ..) => entry.comprises.push(at),
                (Some("listedIn"), ..) => entry.listed_in.push(at),
                (Some("industry"), ..) => entry.industries.push(at),
                (Some("administers"), ..) => entry.administers.push(at),
                (_, Some("broader"), _) => entry.broader.push(at),
                (.., Some("isReplacedBy")) => entry.replaced_by = entry.replaced_by.or(Some(at)),
                _ => {}
            }
        }
    }

    fn dangling(&mut self, origin: Origin<'_, '_>, predicate: &str, object: &RdfTerm, target: &str) {
        if !self.ready {
            return;
        }
        let near = nearest(target.strip_prefix(ID).unwrap_or(target), self.index.keys().filter_map(|iri| iri.strip_prefix(ID)));
        let near = near.map(|near| shown(&format!("{ID}{near}")));
        let place = origin.file.locate_value(&origin.subject.iri, predicate, object);
        self.faults.push(Problem::NoSuchEntry { name: shown(target) }.at(place).near(near));
    }
}
