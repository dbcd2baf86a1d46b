// SPDX-License-Identifier: MIT OR Apache-2.0

//! Generates the clients of families of the kernel from its specs, in the folder PARLEY_SPECS.

#![forbid(unsafe_code)]

use parley_spec::{rust, Spec};
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=PARLEY_SPECS");
    let (specs, out) = (env::var("PARLEY_SPECS")?, env::var("OUT_DIR")?);
    for name in [
        "devlink",
        "ethtool",
        "net_shaper",
        "netdev",
        "nlctrl",
        "tcp_metrics",
        "wireguard",
    ] {
        let spec = Spec::from_file(format!("{specs}/{name}.yaml")).map_err(|e| e.to_string())?;
        let code = rust::client(&spec).map_err(|errors| errors.to_string())?;
        fs::write(Path::new(&out).join(format!("{name}.rs")), code)?;
    }
    Ok(())
}
