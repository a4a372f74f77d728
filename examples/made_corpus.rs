//! Writes the made corpus of the benches as files, a thousand to a folder: `made_corpus COUNT FOLDER [short]`. The
//! same count gives the same bytes everywhere, and a larger count only adds files. Short documents have one section each. For measuring builds of any size (`benches/scale`).

#[path = "../benches/support/mod.rs"]
mod support;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: made_corpus COUNT FOLDER [short]".into());
    };
    let (count, folder) = (count.parse::<usize>()?, PathBuf::from(folder));
    let texts: Box<dyn Iterator<Item = String>> = match arguments.next().as_deref() {
        Some("short") => Box::new(support::short_documents(support::SEED)),
        Some(other) => return Err(format!("{other}: there is only `short`").into()),
        None => Box::new(support::documents(support::SEED)),
    };
    for (number, text) in texts.take(count).enumerate() {
        let part = folder.join(format!("{:04}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&part)?;
        }
        fs::write(part.join(format!("{number:07}.txt")), text)?;
    }
    Ok(())
}
