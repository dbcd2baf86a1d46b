// SPDX-License-Identifier: MIT OR Apache-2.0

//! Has the kernel send bytes back: one request, and then many at once.
//!
//! ```text
//! echo TEXT...
//! ```

use parley::client::EchoRequest;
use parley::{Client, Result};

fn run(texts: &[String]) -> Result<()> {
    // One socket. Where the module is not loaded this fails with Error::NoFamily.
    let mut client = Client::open()?;

    if let Some(text) = texts.first() {
        // What comes back borrows from the client's buffer, so that nothing is
        // copied; the next call needs the buffer again.
        let echo = client.echo(&EchoRequest::new().payload(text))?;
        println!("alone: {}", String::from_utf8_lossy(echo.payload()?));
        // The stamp is the kernel's: for whom it did it, where and when.
        let portid = echo.stamp()?.portid()?;
        println!("for this port: {}", portid == client.inner().portid());
    }

    // Many requests in one datagram, so one system call sends them all. Each has a
    // result of its own.
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
