// SPDX-License-Identifier: MIT OR Apache-2.0

//! Asks families of the kernel through clients that are generated from the kernel's own specs, and
//! prints each answer with the question. scripts/test/answers.py puts the question to pyynl, too.
//!
//! usage: interop-specs ETHERNET WIREGUARD     names of interfaces

#![forbid(unsafe_code)]
#![allow(dead_code, missing_docs)]

use parley_netlink::Result;

macro_rules! clients {
    ($($name:ident)*) => {$(
        mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
        }
    )*};
}

clients! { devlink ethtool net_shaper netdev nlctrl tcp_metrics wireguard }

/// Prints the answer to the do or dump `operation`, and the request as pyynl takes it. The answer
/// may be a refusal.
macro_rules! ask {
    ($family:literal, do $operation:literal, $request:expr, $call:expr) => {{
        let answer = $call.map(|reply| vec![format!("{reply:?}")]);
        print($family, "do", $operation, $request, answer)?
    }};
    ($family:literal, dump $operation:literal, $request:expr,
     $client:ident.$method:ident($($argument:expr)?)) => {{
        let mut entries = Vec::new();
        let dumped = $client.$method($($argument,)? |entry| {
            entries.push(format!("{entry:?}"));
            Ok(())
        });
        print($family, "dump", $operation, $request, dumped.map(|_| entries))?
    }};
}

fn print(
    family: &str,
    kind: &str,
    operation: &str,
    request: &str,
    answers: Result<Vec<String>>,
) -> Result<()> {
    let answers = match answers {
        Ok(answers) => answers.join("\t"),
        Err(error) => format!("!{}", error.errno().ok_or(error)?),
    };
    println!("{family}\t{kind}\t{operation}\t{request}\t{answers}");
    Ok(())
}

fn main() -> Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let [ethernet, wireguard] = &names[..] else {
        eprintln!("usage: interop-specs ETHERNET WIREGUARD");
        std::process::exit(2);
    };
    controller()?;
    let index = device()?;
    shaper(index)?;
    ethtool(ethernet)?;
    devlink()?;
    let mut client = tcp_metrics::Client::open()?;
    ask!("tcp_metrics", dump "get", "{}", client.get_dump());
    peers(wireguard)
}

fn controller() -> Result<()> {
    use nlctrl::{Client, GetfamilyRequest, GetpolicyDumpRequest};
    let mut client = Client::open()?;
    let family_name = Some(&b"netdev"[..]);
    let of = GetfamilyRequest {
        family_name,
        ..Default::default()
    };
    let name = r#"{"family-name":"netdev"}"#;
    ask!("nlctrl", do "getfamily", name, client.getfamily(&of));
    ask!("nlctrl", dump "getfamily", "{}", client.getfamily_dump());
    let of = GetpolicyDumpRequest {
        family_name,
        ..Default::default()
    };
    ask!("nlctrl", dump "getpolicy", name, client.getpolicy_dump(&of));
    Ok(())
}

/// Returns the index of the interface that netdev has listed last, which is the newest.
fn device() -> Result<u32> {
    use netdev::{Client, DevGetRequest, NapiGetDumpRequest, QueueGetDumpRequest};
    let mut client = Client::open()?;
    let mut index = 0;
    client.dev_get_dump(|entry| {
        index = entry.ifindex.unwrap_or(index);
        Ok(())
    })?;
    ask!("netdev", dump "dev-get", "{}", client.dev_get_dump());
    let ifindex = Some(index);
    let of = format!(r#"{{"ifindex":{index}}}"#);
    ask!("netdev", do "dev-get", &of, client.dev_get(&DevGetRequest { ifindex }));
    let queues = QueueGetDumpRequest { ifindex };
    ask!("netdev", dump "queue-get", &of, client.queue_get_dump(&queues));
    let napis = NapiGetDumpRequest { ifindex };
    ask!("netdev", dump "napi-get", &of, client.napi_get_dump(&napis));
    Ok(index)
}

fn shaper(index: u32) -> Result<()> {
    use net_shaper::{args, CapGetDumpRequest, Client, GetDumpRequest, Metric, Scope, SetRequest};
    let mut client = Client::open()?;
    let ifindex = Some(index);
    let handle = args::Handle {
        scope: Some(Scope::Queue),
        id: Some(0),
    };
    client.set(&SetRequest {
        ifindex,
        handle: Some(&handle),
        metric: Some(Metric::Bps),
        bw_max: Some(1 << 40),
        ..Default::default()
    })?;
    let of = format!(r#"{{"ifindex":{index}}}"#);
    let shapers = GetDumpRequest { ifindex };
    ask!("net_shaper", dump "get", &of, client.get_dump(&shapers));
    let caps = CapGetDumpRequest { ifindex };
    ask!("net_shaper", dump "cap-get", &of, client.cap_get_dump(&caps));
    Ok(())
}

fn ethtool(name: &str) -> Result<()> {
    use crate::ethtool::*;
    let mut client = Client::open()?;
    let header = args::Header {
        dev_name: Some(name.as_bytes()),
        ..Default::default()
    };
    let of = format!(r#"{{"header":{{"dev-name":"{name}"}}}}"#);
    macro_rules! of_device {
        ($($operation:literal $method:ident $request:ident;)*) => {$(
            let request = $request { header: Some(&header), ..Default::default() };
            ask!("ethtool", do $operation, &of, client.$method(&request));
        )*};
    }
    of_device! {
        "strset-get" strset_get StrsetGetRequest;
        "linkinfo-get" linkinfo_get LinkinfoGetRequest;
        "linkmodes-get" linkmodes_get LinkmodesGetRequest;
        "linkstate-get" linkstate_get LinkstateGetRequest;
        "features-get" features_get FeaturesGetRequest;
        "rings-get" rings_get RingsGetRequest;
        "channels-get" channels_get ChannelsGetRequest;
        "coalesce-get" coalesce_get CoalesceGetRequest;
        "pause-get" pause_get PauseGetRequest;
        "fec-get" fec_get FecGetRequest;
        "tsinfo-get" tsinfo_get TsinfoGetRequest;
    }
    let all = FeaturesGetDumpRequest::default();
    ask!("ethtool", dump "features-get", "{}", client.features_get_dump(&all));
    Ok(())
}

fn devlink() -> Result<()> {
    use crate::devlink::*;
    let mut client = Client::open()?;
    ask!("devlink", dump "get", "{}", client.get_dump());
    ask!("devlink", dump "info-get", "{}", client.info_get_dump());
    macro_rules! all {
        ($($operation:literal $method:ident $request:ident;)*) => {$(
            let request = $request::default();
            ask!("devlink", dump $operation, "{}", client.$method(&request));
        )*};
    }
    all! {
        "port-get" port_get_dump PortGetDumpRequest;
        "param-get" param_get_dump ParamGetDumpRequest;
        "region-get" region_get_dump RegionGetDumpRequest;
        "health-reporter-get" health_reporter_get_dump HealthReporterGetDumpRequest;
        "trap-group-get" trap_group_get_dump TrapGroupGetDumpRequest;
        "trap-policer-get" trap_policer_get_dump TrapPolicerGetDumpRequest;
        "rate-get" rate_get_dump RateGetDumpRequest;
    }
    Ok(())
}

/// Gives the interface two peers, and lists them.
fn peers(name: &str) -> Result<()> {
    use wireguard::{args, Client, GetDeviceDumpRequest, SetDeviceRequest, WgpeerFlags};
    let mut client = Client::open()?;
    let address = |ipaddr, cidr_mask| args::Wgallowedip {
        family: Some(2),
        ipaddr: Some(ipaddr),
        cidr_mask: Some(cidr_mask),
        ..Default::default()
    };
    let ips = [address(&[10, 0, 0, 0], 8), address(&[192, 0, 2, 1], 32)];
    let peer = |public_key, allowedips| args::Wgpeer {
        public_key: Some(public_key),
        flags: Some(WgpeerFlags::REPLACE_ALLOWEDIPS),
        persistent_keepalive_interval: Some(0),
        allowedips: Some(allowedips),
        ..Default::default()
    };
    let ifname = Some(name.as_bytes());
    client.set_device(&SetDeviceRequest {
        ifname,
        private_key: Some(&[0x48; 32]),
        listen_port: Some(51820),
        fwmark: Some(7),
        peers: Some(&[peer(&[9; 32], &ips), peer(&[11; 32], &ips[..0])]),
        ..Default::default()
    })?;
    let of = GetDeviceDumpRequest {
        ifname,
        ..Default::default()
    };
    let request = format!(r#"{{"ifname":"{name}"}}"#);
    ask!("wireguard", dump "get-device", &request, client.get_device_dump(&of));
    Ok(())
}
