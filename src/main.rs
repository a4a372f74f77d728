//! The binary: hands over to the command line and returns its exit code. No logic.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
