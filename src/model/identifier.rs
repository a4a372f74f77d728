//! Identifiers of entities (decision D2 of the ontology): readable, stable, always legal Turtle local names.

use unicode_normalization::UnicodeNormalization;

use super::vocabulary;

/// An absolute IRI.
pub type Iri = String;

/// The key of a name: NFKC; white space, quotation marks, book marks and brackets deleted; every other run of characters that
/// are not letters or digits replaced by one `-`. Empty where nothing is left.
#[must_use]
pub fn entity_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in name.nfkc() {
        if c.is_alphanumeric() {
            key.push(c);
        } else if !is_deleted(c) && !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    key.truncate(key.trim_end_matches('-').len());
    key
}

/// The IRI of an entity: `https://w3id.org/yuanpu/id/{kind}/{key}`, `kind` being the lower-case segment of its class (`cluster`).
#[must_use]
pub fn entity_iri(kind: &str, name: &str) -> Iri {
    format!("{}{kind}/{}", vocabulary::ID, entity_key(name))
}

fn is_deleted(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\''
                | '“'
                | '”'
                | '‘'
                | '’'
                | '「'
                | '」'
                | '『'
                | '』'
                | '《'
                | '》'
                | '〈'
                | '〉'
                | '('
                | ')'
                | '['
                | ']'
                | '【'
                | '】'
                | '{'
                | '}'
                | '〔'
                | '〕'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_drop_marks_and_join_the_rest() {
        assert_eq!(entity_key("“青广”警务合作"), "青广警务合作");
        assert_eq!(entity_key("“专业+机制+大数据”警务运行模式"), "专业-机制-大数据警务运行模式");
        assert_eq!(entity_key("ＰＡＣＫ 线（一期）"), "PACK线一期");
        assert_eq!(entity_key("+"), "");
    }
}
