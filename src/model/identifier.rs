//! Identifiers of entities (decision D2 of the ontology): readable, stable, always legal Turtle local names.

use unicode_normalization::UnicodeNormalization;

use super::vocabulary;

/// An absolute IRI.
pub type Iri = String;

/// The key of a name: NFKC; white space, quotation marks, book marks and brackets deleted; every other run of characters that
/// are not letters or digits replaced by one `-`. Empty where nothing is left.
#[must_use]
pub fn entity_key(name: &str) -> String {
    // Nearly all names are made of characters that this normal form leaves alone; it takes long to find that out.
    if name.chars().all(is_normal) { key_of(name.chars(), name.len()) } else { key_of(name.nfkc(), name.len()) }
}

/// Whether the normal form leaves a character alone, whatever stands beside it among others of this sort.
fn is_normal(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}' | '“' | '”' | '《' | '》' | '、')
}

/// The key of normal characters.
fn key_of(chars: impl Iterator<Item = char>, length: usize) -> String {
    let mut key = String::with_capacity(length);
    for c in chars {
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
    fn characters_taken_for_normal_are() {
        let all: Vec<char> = ('\0'..='\u{ffff}').filter(|c| is_normal(*c)).collect();
        assert!(all.iter().all(|c| std::iter::once(*c).nfkc().eq([*c])), "alone");
        let text: String = all.iter().chain(all.iter().rev()).collect();
        assert!(text.nfkc().eq(text.chars()), "together");
    }

    #[test]
    fn keys_drop_marks_and_join_the_rest() {
        assert_eq!(entity_key("“青广”警务合作"), "青广警务合作");
        assert_eq!(entity_key("“专业+机制+大数据”警务运行模式"), "专业-机制-大数据警务运行模式");
        assert_eq!(entity_key("ＰＡＣＫ 线（一期）"), "PACK线一期");
        assert_eq!(entity_key("+"), "");
    }
}
