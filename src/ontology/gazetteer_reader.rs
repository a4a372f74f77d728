//! Reads `gazetteers/*.ttl` into a [`Gazetteer`] and checks each entry by itself: class, names, properties, concepts, key.

use std::collections::{HashMap, HashSet};

use oxigraph::model::Term as RdfTerm;

use super::fault::{Fault, Text};
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
    (DCTERMS, &["source", "issued", "valid", "isReplacedBy", "description", "publisher"]),
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
            let fault = if predicate.starts_with(YP) {
                unknown_term(self.schema, predicate)
            } else {
                let known = FOREIGN.iter().flat_map(|(namespace, names)| names.iter().map(move |name| format!("{namespace}{name}")));
                let known: Vec<String> = known.collect();
                let near = nearest(predicate, known.iter().map(String::as_str)).map(|near| format!("<{near}>"));
                let message = Text::new(format!("条目不用属性 <{predicate}>"), format!("entries have no property <{predicate}>"));
                Fault::error("O021", message).suggest(near.as_deref())
            };
            self.report_at(fault, predicate, object);
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
                    let message = Text::new(format!("{} 不是实体的类", short(iri)), format!("{} is no class of entities", short(iri)));
                    let value = RdfTerm::NamedNode(oxigraph::model::NamedNode::new_unchecked(iri));
                    self.report_at(Fault::error("O020", message).suggest(near.as_deref()), &format!("{RDF}type"), &value);
                }
            }
        }
        if subject.descriptions == 0 {
            let message = Text::new("条目没有写类(a yp:…)", "the entry has no class (a yp:…)");
            self.report(Fault::error("O020", message));
        }
        class.unwrap_or_else(|| "".into())
    }

    fn preferred(&mut self, tag: &str) -> Option<String> {
        let mut labels =
            self.origin.subject.literals(SKOS, "prefLabel").filter(|(_, language)| *language == Some(tag)).map(|(text, _)| text);
        let first = labels.next();
        if labels.next().is_some() || (tag == "zh" && first.is_none()) {
            let message = Text::new(
                format!("须有且只有一个 skos:prefLabel …@{tag}"),
                format!("there must be exactly one skos:prefLabel \"…\"@{tag}"),
            );
            self.report(Fault::error("O022", message));
        }
        first.map(str::to_owned)
    }

    /// Concepts of `yp:kind` or `yp:level`, which must be declared and belong to the scheme for it.
    fn concepts(&mut self, property: &str) -> Vec<Term> {
        let class = self.origin.subject.iris(RDF, "type").filter_map(|iri| self.schema.class(iri.strip_prefix(YP)?)).next();
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
                    let list = schemes.iter().map(|scheme| format!("yps:{scheme}")).collect::<Vec<_>>().join(" / ");
                    let message = Text::new(
                        format!("{} 不是 yp:{property} 的取值(取自 {list})", short(iri)),
                        format!("{} is no value of yp:{property} (they are in {list})", short(iri)),
                    );
                    self.report_at(Fault::error("O023", message).suggest(near.as_deref()), &format!("{YP}{property}"), object);
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
                    let message = Text::new("yp:oneCharacterForm 须是一个字", "yp:oneCharacterForm must be one character");
                    self.report_at(Fault::error("O024", message), &predicate, object);
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
        let mut seen: HashMap<String, Language> = HashMap::from([(entry.label.clone(), Language::Zh)]);
        if let Some(text) = &entry.label_en {
            seen.insert(text.clone(), Language::En);
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
                let language = language(literal.language());
                if let Some(known) = seen.insert(text.to_owned(), language) {
                    // An acronym may be the English label and a Chinese name at once; it is held once.
                    if known == language {
                        let message =
                            Text::new(format!("名称“{text}”与正名或别名重复"), format!("the name “{text}” stands in this entry already"));
                        self.report_at(Fault::error("O026", message), &format!("{namespace}{name}"), object);
                    }
                    continue;
                }
                let needs_context = context.contains(text);
                entry.names.push(EntryName { text: text.to_owned(), kind, language, needs_context });
            }
        }
        for object in subject.objects(YP, "needsContext") {
            if let RdfTerm::Literal(literal) = object
                && !seen.contains_key(literal.value())
            {
                let text = literal.value();
                let near = nearest(text, seen.keys().map(String::as_str)).map(|near| format!("“{near}”"));
                let message = Text::new(format!("“{text}”不是本条目的名称"), format!("“{text}” is no name of this entry"));
                self.report_at(Fault::error("O027", message).suggest(near.as_deref()), &format!("{YP}needsContext"), object);
            }
        }
    }

    fn check_name(&mut self, predicate: &str, object: &RdfTerm, text: &str, tag: Option<&str>) {
        if text.is_empty() || text.trim() != text {
            let message =
                Text::new(format!("名称“{text}”为空或首尾有空白"), format!("the name “{text}” is empty or has white space at an end"));
            self.report_at(Fault::error("O025", message), predicate, object);
        }
        if !matches!(tag, Some("zh" | "en")) {
            let message = Text::new(format!("名称“{text}”没有标语种"), format!("the name “{text}” has no language"));
            let help = Text::new("写成 \"…\"@zh 或 \"…\"@en", "write \"…\"@zh or \"…\"@en");
            self.report_at(Fault::error("O025", message).help(help), predicate, object);
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
            let message = Text::new(format!("IRI 应以 {expected} 结尾"), format!("the IRI should end with {expected}"));
            let help = Text::new(
                "有代码的区域用代码,其余用正名;同名异物在后面加 @ 与区别词",
                "regions with a code use it, all else the Chinese label; a homonym adds @ and what tells it apart",
            );
            self.report(Fault::error("O028", message).help(help));
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
        let message = Text::new(format!("{} 已写在 {place}", shown(iri)), format!("{} stands at {place} already", shown(iri)));
        let help = Text::new("并成一条;同名异物用 @ 区别", "make one entry of them; tell homonyms apart with @");
        self.faults.push(Fault::error("O029", message).help(help).at(self.origin.file.locate(iri, nth)));
        earlier.is_none()
    }

    fn report(&mut self, fault: Fault) {
        self.faults.push(fault.at(self.origin.file.locate(&self.origin.subject.iri, 0)));
    }

    fn report_at(&mut self, fault: Fault, predicate: &str, value: &RdfTerm) {
        self.faults.push(fault.at(self.origin.file.locate_value(&self.origin.subject.iri, predicate, value)));
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
        let message = Text::new(format!("没有条目 {}", shown(target)), format!("there is no entry {}", shown(target)));
        let place = origin.file.locate_value(&origin.subject.iri, predicate, object);
        self.faults.push(Fault::error("O030", message).suggest(near.as_deref()).at(place));
    }
}
