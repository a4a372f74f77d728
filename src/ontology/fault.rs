//! What is wrong in the folder, said in Chinese and in English; becomes a [`Diagnostic`] in one of them.

use crate::model::{Diagnostic, Language, Location, Severity};

/// One text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    zh: String,
    en: String,
}

impl Text {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    fn pick(self, language: Language) -> String {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}

/// A finding on the way to a [`Diagnostic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: &'static str,
    pub severity: Severity,
    pub message: Text,
    pub help: Option<Text>,
    pub location: Location,
}

impl Fault {
    pub fn error(code: &'static str, message: Text) -> Self {
        Self { code, severity: Severity::Error, message, help: None, location: Location::default() }
    }

    pub fn warning(code: &'static str, message: Text) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    #[must_use]
    pub fn help(mut self, help: Text) -> Self {
        self.help = Some(help);
        self
    }

    /// Adds “did you mean …?” where there is something near.
    #[must_use]
    pub fn suggest(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(Text::new(format!("是不是 {name}?"), format!("did you mean {name}?"))),
            None => self,
        }
    }

    #[must_use]
    pub fn file(mut self, file: String) -> Self {
        self.location.file = file;
        self
    }

    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    pub fn diagnostic(self, language: Language) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message: self.message.pick(language),
            location: self.location,
            help: self.help.map(|help| help.pick(language)),
        }
    }
}
