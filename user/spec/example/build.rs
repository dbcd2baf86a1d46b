// SPDX-License-Identifier: MIT OR Apache-2.0

//! Generates the client of each family in the folder `spec`.

use parley_spec::{rust, Spec};
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=spec");
    let out = env::var("OUT_DIR")?;
    for name in ["nlctrl", "every"] {
        let spec = Spec::from_file(format!("spec/{name}.yaml")).map_err(|e| e.to_string())?;
        let code = rust::client(&spec).map_err(|errors| errors.to_string())?;
        fs::write(Path::new(&out).join(format!("{name}.rs")), code)?;
    }
    Ok(())
}
