// SPDX-License-Identifier: MIT OR Apache-2.0

//! Sends bytes to the kernel, which returns them: one request first, and then many at
//! once.
//!
//! ```text
//! echo TEXT...
//! ```

use parley::client::EchoRequest;
use parley::{Client, Result};

fn run(texts: &[String]) -> Result<()> {
    // Opens one socket. If the module is not loaded, this fails with Error::NoFamily.
    let mut client = Client::open()?;

    if let Some(text) = texts.first() {
        // The reply borrows from the client's buffer, so nothing is copied. The next call
        // reuses the buffer.
        let echo = client.echo(&EchoRequest::new().payload(text))?;
        println!("alone: {}", String::from_utf8_lossy(echo.payload()?));
        // The kernel's stamp says for whom, where and when it handled the request.
        let portid = echo.stamp()?.portid()?;
        println!("for this port: {}", portid == client.inner().portid());
    }

    // Many requests in one datagram, so one system call sends them all. Each has its own
    // result.
    client.echo_batch(
        texts,
        |text| EchoRequest::new().payload(text),
        |place, echo| {
            println!("{place}: {}", String::from_utf8_lossy(echo?.payload()?));
            Ok(())
        },
    )
}

fn main() {
    let texts: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&texts) {
        eprintln!("echo: {error}");
        std::process::exit(1);
    }
}
