//! DOT to a picture, by the `dot` program of Graphviz where it is installed.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::model::{Diagnostic, Language, Location, Severity};

/// What kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable, for the browser.
    Svg,
    /// Pixels.
    Png,
    /// For print.
    Pdf,
}

impl PictureFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Graphviz is not installed.
    #[error("the program `dot` of Graphviz is not installed")]
    NoGraphviz,
    /// It could not be run.
    #[error("cannot run `dot`: {0}")]
    Run(#[from] io::Error),
    /// It refused.
    #[error("`dot` failed: {0}")]
    Refused(String),
}

impl PictureError {
    /// As a message for people.
    #[must_use]
    pub fn diagnostic(&self, language: Language) -> Diagnostic {
        let (zh, en, help_zh, help_en) = match self {
            Self::NoGraphviz => (
                "没有安装 Graphviz 的 dot 程序".to_owned(),
                self.to_string(),
                "安装它(Debian:`apt install graphviz`),或不用 --render,只写 DOT",
                "install it (Debian: `apt install graphviz`), or leave out --render to write DOT",
            ),
            Self::Run(reason) => {
                (format!("无法运行 dot:{reason}"), self.to_string(), "检查 Graphviz 的安装", "check the installation of Graphviz")
            }
            Self::Refused(reason) => {
                (format!("dot 失败:{reason}"), self.to_string(), "用 --max-nodes 画得小一些", "draw less with --max-nodes")
            }
        };
        let (message, help) = if language == Language::Zh { (zh, help_zh) } else { (en, help_en) };
        Diagnostic { code: "G020", severity: Severity::Error, message, location: Location::default(), help: Some(help.to_owned()) }
    }
}

/// The picture that Graphviz makes of `dot`, as bytes.
///
/// # Errors
/// See [`PictureError`].
pub fn picture(dot: &str, format: PictureFormat) -> Result<Vec<u8>, PictureError> {
    let mut child = Command::new("dot")
        .arg(format!("-T{}", format.name()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| if error.kind() == io::ErrorKind::NotFound { PictureError::NoGraphviz } else { PictureError::Run(error) })?;
    // Graphviz reads all of its input before it writes, so the pipes cannot block each other.
    if let Some(mut input) = child.stdin.take() {
        input.write_all(dot.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() && !output.stdout.is_empty() {
        Ok(output.stdout)
    } else {
        Err(PictureError::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}
