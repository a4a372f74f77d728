//! What was read from one document, for people (the text with its mentions marked) and for programs (JSON).

use std::fmt::Write;

use serde_json::{Value, json};
use yuanpu::model::{Document, Evidence, Extraction, LineIndex, Modality, Object, Span, Statement};
use yuanpu::ontology::Ontology;

use super::settings::Settings;

/// One JSON object and a line end. Offsets are code points of the text, half-open; keys are stable.
///
/// # Errors
/// None that input can reach.
pub fn json(document: &Document, extraction: &Extraction) -> serde_json::Result<Vec<u8>> {
    let lines = LineIndex::new(&document.text);
    let place = |span: Span| {
        let (start, end) = lines.code_points(&document.text, span);
        json!({ "start": start, "end": end, "text": span.of(&document.text) })
    };
    let evidence = |evidence: &Evidence| {
        let (start, end) = lines.code_points(&document.text, evidence.span);
        json!({ "start": start, "end": end, "quote": evidence.span.of(&document.text), "rule": &*evidence.rule, "reasons": evidence.reasons })
    };
    let id = |entity: usize| extraction.entities.get(entity).map(|entity| entity.id.as_str());
    let mentions = extraction.mentions.iter().map(|mention| {
        let mut value = place(mention.span);
        value["class"] = json!(&*mention.class);
        value["entity"] = json!(id(mention.entity));
        value["origin"] = json!(mention.origin);
        value
    });
    let entities = extraction.entities.iter().map(|entity| {
        let names: Vec<&str> = entity.names.iter().map(|name| name.text.as_str()).collect();
        json!({ "id": entity.id, "class": &*entity.class, "kinds": entity.kinds.iter().map(|k| &**k).collect::<Vec<_>>(),
            "label": entity.preferred_label, "names": names, "minted": entity.minted, "comprises": entity.comprises,
            "period": entity.period, "number": entity.number })
    });
    let statements = extraction.statements.iter().map(|statement| {
        let object = match &statement.object {
            Object::Entity(entity) => json!({ "entity": id(*entity) }),
            Object::Concept(concept) => json!({ "concept": &**concept }),
        };
        json!({ "subject": id(statement.subject), "predicate": &*statement.predicate, "object": object, "modality": statement.modality,
            "attributed_to": statement.attributed_to.and_then(id), "role": statement.role, "period": statement.period,
            "confidence": statement.confidence.0, "evidence": statement.evidence.iter().map(evidence).collect::<Vec<_>>() })
    });
    let observations = extraction.observations.iter().map(|figure| {
        json!({ "indicator": figure.indicator, "about": id(figure.about), "value": figure.value, "unit": &*figure.unit,
            "direction": figure.direction, "comparison": figure.comparison, "bound": figure.bound, "period": figure.period,
            "modality": figure.modality, "confidence": figure.confidence.0,
            "evidence": figure.evidence.iter().map(evidence).collect::<Vec<_>>() })
    });
    let hits = extraction.rule_hits.iter();
    let hits = hits.map(|hit| json!({ "rule": &*hit.rule, "subject": id(hit.subject), "object": hit.object.and_then(id) }));
    let value = json!({
        "rule_hits": hits.collect::<Vec<Value>>(),
        "document": document.id.as_str(), "source": document.source, "encoding": document.encoding,
        "title": extraction.facts.title, "issued": extraction.facts.issued,
        "mentions": mentions.collect::<Vec<Value>>(), "entities": entities.collect::<Vec<Value>>(),
        "statements": statements.collect::<Vec<Value>>(), "observations": observations.collect::<Vec<Value>>(),
    });
    let mut bytes = serde_json::to_vec(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The text with each outermost mention as `【words·class】`, then relations and figures, each with line and quote.
pub fn marked(document: &Document, extraction: &Extraction, ontology: &Ontology, settings: &Settings) -> String {
    let reading = Reading { document, extraction, ontology, settings, lines: LineIndex::new(&document.text) };
    let mut out = format!("── {} ──\n{}\n", document.source, reading.text());
    for (heading, lines) in [
        (settings.text("关系", "Relations"), extraction.statements.iter().map(|s| reading.statement(s)).collect::<Vec<_>>()),
        (settings.text("数字", "Figures"), reading.figures()),
    ] {
        out += &format!("\n{heading} ({})\n", lines.len());
        lines.iter().for_each(|line| out += &format!("{line}\n"));
    }
    out
}

struct Reading<'a> {
    document: &'a Document,
    extraction: &'a Extraction,
    ontology: &'a Ontology,
    settings: &'a Settings,
    lines: LineIndex,
}

impl Reading<'_> {
    fn text(&self) -> String {
        let text = &self.document.text;
        let mut out = String::with_capacity(text.len() * 2);
        let mut done = 0;
        for mention in self.outermost() {
            let label = self.label(&mention.class);
            out += text.get(done..mention.span.start).unwrap_or("");
            let (start, end) = if self.settings.color_stdout { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
            // Writing into a string cannot fail.
            write!(out, "【{start}{}{end}·{label}】", mention.span.of(text)).ok();
            done = mention.span.end;
        }
        out += text.get(done..).unwrap_or("");
        out.truncate(out.trim_end().len());
        out
    }

    /// Mentions that lie in no other, in order.
    fn outermost(&self) -> Vec<&yuanpu::Mention> {
        let mut sorted: Vec<_> = self.extraction.mentions.iter().filter(|mention| !mention.span.is_empty()).collect();
        sorted.sort_by_key(|mention| (mention.span.start, std::cmp::Reverse(mention.span.end)));
        let mut end = 0;
        sorted.retain(|mention| {
            let is_free = mention.span.start >= end;
            end = end.max(mention.span.end);
            is_free
        });
        sorted
    }

    fn label<'b>(&'b self, term: &'b str) -> &'b str {
        self.ontology.schema().label(term, self.settings.language)
    }

    fn name(&self, entity: usize) -> &str {
        self.extraction.entities.get(entity).map_or("?", |entity| &entity.preferred_label)
    }

    fn statement(&self, statement: &Statement) -> String {
        let object = match &statement.object {
            Object::Entity(entity) => self.name(*entity),
            Object::Concept(concept) => self.label(concept),
        };
        let speaker = statement.attributed_to.map(|entity| format!("{} ", self.name(entity))).unwrap_or_default();
        let mode = match statement.modality {
            Modality::Asserted if speaker.is_empty() => String::new(),
            Modality::Asserted => format!(" ({})", speaker.trim_end()),
            modality => format!(" ({speaker}{})", self.label(&format!("{modality:?}"))),
        };
        let head = format!("{} ──{}──▶ {object}{mode}", self.name(statement.subject), self.label(&statement.predicate));
        format!("  {head}\n      {}", self.quoted(&statement.evidence))
    }

    fn figures(&self) -> Vec<String> {
        let figure = |figure: &yuanpu::Observation| {
            let unit = self.label(&figure.unit);
            let head = format!("{} · {} = {} {unit}", self.name(figure.about), figure.indicator, figure.value);
            let period = figure.period.as_ref().map(|period| format!(" [{period}]")).unwrap_or_default();
            format!("  {head}{period}\n      {}", self.quoted(&figure.evidence))
        };
        self.extraction.observations.iter().map(figure).collect()
    }

    /// `12:5 “…” rule` of the first evidence, and how many more there are.
    fn quoted(&self, evidence: &[Evidence]) -> String {
        let Some(first) = evidence.first() else { return String::new() };
        let at = self.lines.line_column(&self.document.text, first.span.start);
        let quote = first.span.of(&self.document.text).split_whitespace().collect::<Vec<_>>().join(" ");
        let more = if evidence.len() > 1 { format!(" +{}", evidence.len() - 1) } else { String::new() };
        format!("{}:{} “{quote}” {}{more}", at.line, at.column, first.rule)
    }
}
