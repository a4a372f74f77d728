//! The binary: hands over to the command line and returns its exit code. No logic.

mod cli;

/// Terms of quads are made by one thread and freed by another; the allocator of the C library takes a lock for each.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
