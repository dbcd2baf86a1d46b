// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley completions`

use anyhow::Result;
use clap::{Args, Command, ValueEnum};
use clap_complete::aot::Shell;
use std::io::Write;

const AFTER_HELP: &str = "\
make install and the Debian package install these scripts. To load one in the
current session of bash:
  source <(parley completions bash)";

/// Print a shell completion script
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Name,
}

/// The shells for which the script is tested.
#[derive(Clone, Copy, ValueEnum)]
enum Name {
    Bash,
    Fish,
    Zsh,
}

impl Completions {
    pub(crate) fn run(&self, out: &mut dyn Write, mut program: Command) -> Result<()> {
        let shell = match self.shell {
            Name::Bash => Shell::Bash,
            Name::Fish => Shell::Fish,
            Name::Zsh => Shell::Zsh,
        };
        // The generator panics if its writer fails, so use one that does not.
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut program, "parley", &mut script);
        Ok(out.write_all(&script)?)
    }
}
