//! Settings that every command shares: flag, then `YUANPU_*`, then `yuanpu.toml`, then the default.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use yuanpu::model::Language;

use super::outcome::CliError;
use super::render;
use super::table::TableStyle;

/// The global options as given on the command line.
#[derive(Debug, Default)]
pub struct Globals {
    /// `--db`.
    pub db: Option<PathBuf>,
    /// `--ontology`.
    pub ontology: Option<PathBuf>,
    /// `--lang`.
    pub lang: Option<String>,
    /// `--color`.
    pub color: Option<String>,
    /// `-q`.
    pub quiet: bool,
    /// How often `-v`.
    pub verbose: u8,
    /// `--config`.
    pub config: Option<PathBuf>,
}

/// What the process finds around itself; a value, so that tests need no process.
pub struct Environment {
    /// Environment variables.
    pub variables: BTreeMap<String, String>,
    /// Working folder.
    pub folder: PathBuf,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
}

impl Environment {
    /// That of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place where the process is asked")]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect();
        Self {
            variables,
            folder: std::env::current_dir().unwrap_or_default(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
        }
    }

    /// A variable that is set and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Where the ontology comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OntologySource {
    /// A folder.
    Folder(PathBuf),
    /// The copy inside the program.
    Embedded,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the graph.
    pub db: PathBuf,
    /// The ontology.
    pub ontology: OntologySource,
    /// Language of messages.
    pub language: Language,
    /// Whether stderr gets colours.
    pub color_stderr: bool,
    /// Whether stdout gets colours.
    pub color_stdout: bool,
    /// Whether a person reads stdout: aligned tables instead of TSV.
    pub stdout_is_terminal: bool,
    /// Whether a person watches stderr: progress bars.
    pub stderr_is_terminal: bool,
    /// Only errors and results.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbose: u8,
    /// Name of each setting, its value and what decided it, for `-v`.
    decided: Vec<(&'static str, String, String)>,
}

/// `yuanpu.toml`. Relative paths count from the folder of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    db: Option<PathBuf>,
    ontology: Option<PathBuf>,
    lang: Option<String>,
    color: Option<String>,
    #[serde(skip)]
    path: PathBuf,
}

impl Settings {
    /// Decides every setting.
    ///
    /// # Errors
    /// A settings file that is named but missing, is no TOML or has unknown keys; a value that is not one of those allowed.
    pub fn resolve(globals: Globals, environment: &Environment) -> Result<Self, CliError> {
        let file = settings_file(&globals, environment)?;
        let mut decided = Vec::new();
        if !file.path.as_os_str().is_empty() {
            decided.push(("config", file.path.display().to_string(), String::new()));
        }
        let beside = |path: &Path| file.path.parent().unwrap_or(Path::new("")).join(path);
        let path = |name: &'static str, flag: Option<PathBuf>, variable: &str, in_file: Option<&PathBuf>| {
            flag.map(|path| (path, format!("--{name}")))
                .or_else(|| environment.get(variable).map(|path| (PathBuf::from(path), variable.to_owned())))
                .or_else(|| in_file.map(|path| (beside(path), file.path.display().to_string())))
        };
        let word = |name: &'static str, flag: Option<String>, variable: &str, in_file: Option<&String>| {
            flag.map(|word| (word, format!("--{name}")))
                .or_else(|| environment.get(variable).map(|word| (word.to_owned(), variable.to_owned())))
                .or_else(|| in_file.map(|word| (word.clone(), file.path.display().to_string())))
        };

        let (language, by) = language(word("lang", globals.lang, "YUANPU_LANG", file.lang.as_ref()), environment)?;
        decided.push(("lang", language_tag(language).to_owned(), by));
        let (db, by) = path("db", globals.db, "YUANPU_DB", file.db.as_ref()).unwrap_or_else(|| ("yuanpu.db".into(), "default".into()));
        decided.push(("db", db.display().to_string(), by));
        let (ontology, by) = match path("ontology", globals.ontology, "YUANPU_ONTOLOGY", file.ontology.as_ref()) {
            Some((folder, by)) => (OntologySource::Folder(folder), by),
            None if environment.folder.join("ontology").is_dir() => (OntologySource::Folder("ontology".into()), "default".into()),
            None => (OntologySource::Embedded, "default".into()),
        };
        decided.push(("ontology", describe(&ontology), by));
        let colour = word("color", globals.color, "YUANPU_COLOR", file.color.as_ref());
        let colours = colours(colour, environment, language)?;
        Ok(Self {
            db,
            ontology,
            language,
            color_stderr: colours(environment.stderr_is_terminal),
            color_stdout: colours(environment.stdout_is_terminal),
            stdout_is_terminal: environment.stdout_is_terminal,
            stderr_is_terminal: environment.stderr_is_terminal,
            quiet: globals.quiet,
            verbose: globals.verbose,
            decided,
        })
    }

    /// What to render errors with that come before the settings are known.
    pub fn before_resolution(environment: &Environment) -> Self {
        let language = language(None, environment).map_or(Language::En, |(language, _)| language);
        Self {
            db: PathBuf::new(),
            ontology: OntologySource::Embedded,
            language,
            color_stderr: false,
            color_stdout: false,
            stdout_is_terminal: environment.stdout_is_terminal,
            stderr_is_terminal: environment.stderr_is_terminal,
            quiet: false,
            verbose: 0,
            decided: Vec::new(),
        }
    }

    /// The text in the user's language.
    pub fn text<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        pick(self.language, zh, en)
    }

    /// How tables go to stdout: aligned to the terminal for a person, tab-separated in a pipe.
    pub fn table_style(&self) -> TableStyle {
        if self.stdout_is_terminal { Self::aligned() } else { TableStyle::Tsv }
    }

    /// Tables for people, as wide as the terminal, or as they need where there is none.
    pub fn aligned() -> TableStyle {
        TableStyle::Aligned { width: terminal_size::terminal_size().map_or(usize::MAX, |(width, _)| usize::from(width.0)) }
    }

    /// With `-v`, tells which settings are in force and what decided them.
    pub fn explain(&self) {
        if self.verbose > 0 {
            for (name, value, by) in &self.decided {
                let note = if by.is_empty() { value.clone() } else { format!("{value} ({by})") };
                render::status(self, name, &note);
            }
        }
    }
}

/// The text in `language`.
pub fn pick<'a>(language: Language, zh: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn describe(ontology: &OntologySource) -> String {
    match ontology {
        OntologySource::Folder(folder) => folder.display().to_string(),
        OntologySource::Embedded => "built in".to_owned(),
    }
}

fn language_tag(language: Language) -> &'static str {
    pick(language, "zh", "en")
}

/// The language asked for, else that of the locale: `zh*` is Chinese, everything else English.
fn language(asked: Option<(String, String)>, environment: &Environment) -> Result<(Language, String), CliError> {
    let of_tag = |tag: &str| if tag.to_ascii_lowercase().starts_with("zh") { Language::Zh } else { Language::En };
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| Some((environment.get(name)?, name)));
    let from_locale = locale.map_or((Language::En, "default".to_owned()), |(tag, name)| (of_tag(tag), name.to_owned()));
    let Some((tag, by)) = asked else { return Ok(from_locale) };
    match tag.as_str() {
        "zh" => Ok((Language::Zh, by)),
        "en" => Ok((Language::En, by)),
        _ => {
            let zh = format!("{by}：没有“{tag}”这种语言");
            let en = format!("{by}: there is no language '{tag}'");
            Err(CliError::input("C002", pick(from_locale.0, &zh, &en)).help(pick(from_locale.0, "可用 zh 或 en", "use zh or en")))
        }
    }
}

/// A function from "is it a terminal?" to "colours?".
fn colours(asked: Option<(String, String)>, environment: &Environment, language: Language) -> Result<impl Fn(bool) -> bool, CliError> {
    let plain = environment.get("NO_COLOR").is_some() || environment.get("TERM") == Some("dumb");
    let fixed = match asked.as_ref().map(|(when, _)| when.as_str()) {
        None if plain => Some(false),
        None | Some("auto") => plain.then_some(false),
        Some("always") => Some(true),
        Some("never") => Some(false),
        Some(other) => {
            let by = asked.as_ref().map_or("", |(_, by)| by);
            let zh = format!("{by}：“{other}”不是颜色选项");
            let en = format!("{by}: '{other}' says not when to use colours");
            return Err(CliError::input("C003", pick(language, &zh, &en)).help(pick(
                language,
                "可用 auto、always 或 never",
                "use auto, always or never",
            )));
        }
    };
    Ok(move |terminal| fixed.unwrap_or(terminal))
}

/// The named settings file, else the first `yuanpu.toml` from the working folder upward, else an empty one.
fn settings_file(globals: &Globals, environment: &Environment) -> Result<SettingsFile, CliError> {
    let named = globals.config.clone().or_else(|| environment.get("YUANPU_CONFIG").map(PathBuf::from));
    let Some(path) =
        named.or_else(|| environment.folder.ancestors().map(|folder| folder.join("yuanpu.toml")).find(|candidate| candidate.is_file()))
    else {
        return Ok(SettingsFile::default());
    };
    let language = language(None, environment).map_or(Language::En, |(language, _)| language);
    let at = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        CliError::input("C004", format!("{}: {error}", pick(language, "读不了设置文件", "cannot read the settings file")))
            .at(&at)
            .help(pick(language, "检查 --config 与 YUANPU_CONFIG 的路径", "check the path given by --config or YUANPU_CONFIG"))
    })?;
    let mut file: SettingsFile = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| text.get(..span.start).unwrap_or("").matches('\n').count() + 1);
        CliError::input("C005", error.message().trim_end()).at(&at).line(line).help(pick(
            language,
            "可用的键：db、ontology、lang、color",
            "known keys: db, ontology, lang, color",
        ))
    })?;
    file.path = path;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(folder: &Path, variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Environment { variables, folder: folder.to_owned(), stderr_is_terminal: false, stdout_is_terminal: true }
    }

    #[test]
    fn flag_beats_variable_beats_file_beats_default() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        let plain = Settings::resolve(Globals::default(), &environment(&below, &[])).unwrap();
        assert_eq!(plain.db, PathBuf::from("yuanpu.db"));
        assert_eq!(plain.ontology, OntologySource::Embedded);
        std::fs::write(folder.path().join("yuanpu.toml"), "db = 'graphs/sichuan'\nlang = 'zh'\n").unwrap();
        let from_file = Settings::resolve(Globals::default(), &environment(&below, &[])).unwrap();
        assert_eq!(from_file.db, folder.path().join("graphs/sichuan"), "relative to the settings file");
        assert_eq!(from_file.language, Language::Zh);
        let variables = [("YUANPU_DB", "env.db"), ("YUANPU_LANG", "en")];
        let from_variable = Settings::resolve(Globals::default(), &environment(&below, &variables)).unwrap();
        assert_eq!((from_variable.db.as_path(), from_variable.language), (Path::new("env.db"), Language::En));
        let globals = Globals { db: Some("flag.db".into()), ..Globals::default() };
        assert_eq!(Settings::resolve(globals, &environment(&below, &variables)).unwrap().db, PathBuf::from("flag.db"));
    }

    #[test]
    fn the_locale_decides_the_language_last() {
        let folder = tempfile::tempdir().unwrap();
        let language =
            |variables: &[(&str, &str)]| Settings::resolve(Globals::default(), &environment(folder.path(), variables)).unwrap().language;
        assert_eq!(language(&[("LANG", "zh_CN.UTF-8")]), Language::Zh);
        assert_eq!(language(&[("LC_ALL", "C.UTF-8"), ("LANG", "zh_CN.UTF-8")]), Language::En);
        assert_eq!(language(&[("LC_ALL", ""), ("LANG", "zh_TW")]), Language::Zh);
        assert_eq!(language(&[]), Language::En);
    }

    #[test]
    fn an_ontology_folder_nearby_is_used() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("ontology")).unwrap();
        let settings = Settings::resolve(Globals::default(), &environment(folder.path(), &[])).unwrap();
        assert_eq!(settings.ontology, OntologySource::Folder("ontology".into()));
    }

    #[test]
    fn colours_follow_terminal_and_wish() {
        let folder = tempfile::tempdir().unwrap();
        let settings = |color: Option<&str>, variables: &[(&str, &str)]| {
            let globals = Globals { color: color.map(str::to_owned), ..Globals::default() };
            let settings = Settings::resolve(globals, &environment(folder.path(), variables)).unwrap();
            (settings.color_stdout, settings.color_stderr)
        };
        assert_eq!(settings(None, &[]), (true, false));
        assert_eq!(settings(None, &[("NO_COLOR", "1")]), (false, false));
        assert_eq!(settings(Some("always"), &[("NO_COLOR", "1")]), (true, true));
    }

    #[test]
    fn a_wrong_settings_file_is_bad_input_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("yuanpu.toml"), "lang = 'zh'\ndatabase = 'x'\n").unwrap();
        let error = Settings::resolve(Globals::default(), &environment(folder.path(), &[])).unwrap_err();
        assert_eq!(error.diagnostics[0].location.line, Some(2));
        assert!(error.diagnostics[0].help.is_some());
    }
}
