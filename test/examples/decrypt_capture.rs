// SPDX-License-Identifier: Apache-2.0
//
// Prints the application data of a captured TLS connection, with the secrets of its key log.
//
//     rustc --edition 2021 decrypt_capture.rs -L LIBRARY-FOLDER && ./decrypt_capture CAPTURE.pcap KEYLOG
//
// The capture is a classic pcap file with TCP, the key log what SSLKEYLOGFILE names.  SSL 3.0 to TLS 1.3
// are read (SSL 3.0 where ncryptssl(7) allows it), with a HelloRetryRequest and KeyUpdate; early data is
// not.
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::os::raw::c_void;
use std::ptr;

/// The native interface: handles are numbers of 64 bits, WCHAR has 16.
mod native {
    use super::*;

    pub type Handle = u64;
    pub type Status = i32;

    pub const CLIENT_FLAG: u32 = 1;
    pub const SERVER_FLAG: u32 = 2;
    pub const ENCRYPT_THEN_MAC: u32 = 0x100;
    pub const SECRET_MAGIC: u32 = 0x5353_4C53;
    pub const KIND_MASTER_KEY: u32 = 1;
    pub const KIND_TRAFFIC_SECRET: u32 = 5;
    pub const BUFFER_CLIENT_RANDOM: u32 = 20;
    pub const BUFFER_SERVER_RANDOM: u32 = 21;

    /// NCryptBuffer
    #[repr(C)]
    pub struct Buffer {
        pub len: u32,
        pub kind: u32,
        pub data: *const c_void,
    }

    /// NCryptBufferDesc
    #[repr(C)]
    pub struct BufferDesc {
        pub version: u32,
        pub count: u32,
        pub buffers: *const Buffer,
    }

    #[link(name = "ncryptssl")]
    extern "C" {
        pub fn SslOpenProvider(provider: *mut Handle, name: *const u16, flags: u32) -> Status;
        pub fn SslFreeObject(object: Handle, flags: u32) -> Status;
        pub fn SslImportKey(
            provider: Handle,
            key: *mut Handle,
            blob_type: *const u16,
            blob: *const u8,
            blob_len: u32,
            flags: u32,
        ) -> Status;
        pub fn SslGenerateSessionKeys(
            provider: Handle,
            master_key: Handle,
            read_key: *mut Handle,
            write_key: *mut Handle,
            list: *const BufferDesc,
            flags: u32,
        ) -> Status;
        pub fn SslExpandWriteKey(
            provider: Handle,
            secret: Handle,
            key: *mut Handle,
            list: *const BufferDesc,
            flags: u32,
        ) -> Status;
        pub fn SslExpandNextGenTrafficKey(
            provider: Handle,
            secret: Handle,
            next: *mut Handle,
            list: *const BufferDesc,
            flags: u32,
        ) -> Status;
        pub fn SslDecryptPacket(
            provider: Handle,
            key: Handle,
            input: *const u8,
            input_len: u32,
            output: *mut u8,
            output_len: u32,
            result: *mut u32,
            sequence: u64,
            flags: u32,
        ) -> Status;
    }
}

type Result<T> = std::result::Result<T, String>;

const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const FINISHED: u8 = 20;
const KEY_UPDATE: u8 = 24;
const EXTENSION_ENCRYPT_THEN_MAC: usize = 22;
const EXTENSION_SUPPORTED_VERSIONS: usize = 43;
const TLS13: u32 = 0x0304;

/// RFC 8446 section 4.1.3
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];

// --- Handles: they end with their owner ----------------------------------------------------------

struct Handle(native::Handle);

impl Drop for Handle {
    fn drop(&mut self) {
        unsafe { native::SslFreeObject(self.0, 0) };
    }
}

/// A handle that a function has written, if it succeeded.
fn made(function: &str, status: native::Status, handle: native::Handle) -> Result<Handle> {
    require(function, status)?;
    Ok(Handle(handle))
}

fn require(function: &str, status: native::Status) -> Result<()> {
    match status {
        0 => Ok(()),
        _ => Err(format!("{}: 0x{:08X}", function, status)),
    }
}

fn open_provider() -> Result<Handle> {
    let mut handle = 0;
    let status = unsafe { native::SslOpenProvider(&mut handle, ptr::null(), 0) };
    made("SslOpenProvider", status, handle)
}

fn import_secret(
    provider: &Handle, hello: &Hello, kind: u32, flags: u32, secret: &[u8],
) -> Result<Handle> {
    let blob_type: Vec<u16> = "NCRYPTSSLSECRETBLOB\0".encode_utf16().collect();
    let header = [
        28 + secret.len() as u32,
        native::SECRET_MAGIC,
        kind,
        hello.protocol,
        hello.suite,
        flags,
        secret.len() as u32,
    ];
    let mut blob: Vec<u8> = header.iter().flat_map(|field| field.to_ne_bytes()).collect();
    let mut handle = 0;
    blob.extend_from_slice(secret);
    let status = unsafe {
        native::SslImportKey(
            provider.0, &mut handle, blob_type.as_ptr(), blob.as_ptr(), blob.len() as u32, 0,
        )
    };
    made("SslImportKey", status, handle)
}

fn read_key(provider: &Handle, hello: &Hello, master_key: &Handle) -> Result<Handle> {
    let randoms = [
        (native::BUFFER_CLIENT_RANDOM, &hello.client_random),
        (native::BUFFER_SERVER_RANDOM, &hello.server_random),
    ];
    let buffers: Vec<native::Buffer> = randoms
        .iter()
        .map(|(kind, random)| native::Buffer {
            len: random.len() as u32,
            kind: *kind,
            data: random.as_ptr() as *const c_void,
        })
        .collect();
    let list = native::BufferDesc { version: 0, count: 2, buffers: buffers.as_ptr() };
    let (mut read, mut write) = (0, 0);
    let status = unsafe {
        native::SslGenerateSessionKeys(provider.0, master_key.0, &mut read, &mut write, &list, 0)
    };
    let key = made("SslGenerateSessionKeys", status, read)?;
    drop(Handle(write));
    Ok(key)
}

fn write_key(provider: &Handle, secret: &Handle) -> Result<Handle> {
    let mut handle = 0;
    let status =
        unsafe { native::SslExpandWriteKey(provider.0, secret.0, &mut handle, ptr::null(), 0) };
    made("SslExpandWriteKey", status, handle)
}

fn next_secret(provider: &Handle, secret: &Handle) -> Result<Handle> {
    let mut handle = 0;
    let status = unsafe {
        native::SslExpandNextGenTrafficKey(provider.0, secret.0, &mut handle, ptr::null(), 0)
    };
    made("SslExpandNextGenTrafficKey", status, handle)
}

fn decrypt(provider: &Handle, key: &Handle, record: &[u8], sequence: u64) -> Result<Vec<u8>> {
    let mut fragment = vec![0; 16384 + 2048];
    let mut len = 0;
    let status = unsafe {
        native::SslDecryptPacket(
            provider.0,
            key.0,
            record.as_ptr(),
            record.len() as u32,
            fragment.as_mut_ptr(),
            fragment.len() as u32,
            &mut len,
            sequence,
            0,
        )
    };
    require("SslDecryptPacket", status)?;
    fragment.truncate(len as usize);
    Ok(fragment)
}

// --- From packets to records ---------------------------------------------------------------------

/// A part of a packet or message; what is beyond the end is an error.
fn part(data: &[u8], at: usize, len: usize) -> Result<&[u8]> {
    data.get(at..at.saturating_add(len)).ok_or_else(|| "a packet or message is cut off".to_string())
}

fn number(data: &[u8], at: usize, len: usize) -> Result<usize> {
    Ok(part(data, at, len)?.iter().fold(0, |value, byte| value << 8 | *byte as usize))
}

/// Address and port.
type End = Vec<u8>;

struct Packet {
    source: End,
    destination: End,
    sequence: u32,
    flags: usize,
    payload: Vec<u8>,
}

/// None for all but TCP over IP.
fn parse_packet(ip: &[u8]) -> Result<Option<Packet>> {
    let version = ip.first().map_or(0, |byte| byte >> 4);
    let (address, address_len, header, total) = match version {
        4 if number(ip, 9, 1)? == 6 => (12, 4, 4 * (number(ip, 0, 1)? & 15), number(ip, 2, 2)?),
        6 if number(ip, 6, 1)? == 6 => (8, 16, 40, 40 + number(ip, 4, 2)?),
        _ => return Ok(None),
    };
    let tcp = part(ip, header, total.saturating_sub(header))?;
    let offset = 4 * (number(tcp, 12, 1)? >> 4);
    Ok(Some(Packet {
        source: [part(ip, address, address_len)?, part(tcp, 0, 2)?].concat(),
        destination: [part(ip, address + address_len, address_len)?, part(tcp, 2, 2)?].concat(),
        sequence: number(tcp, 4, 4)? as u32,
        flags: number(tcp, 13, 1)?,
        payload: part(tcp, offset, tcp.len().saturating_sub(offset))?.to_vec(),
    }))
}

#[derive(Default)]
struct Stream {
    first: u32,
    segments: BTreeMap<u32, Vec<u8>>,
}

impl Stream {
    fn together(&self) -> Result<Vec<u8>> {
        let mut data = Vec::new();
        for (place, payload) in &self.segments {
            let seen = data
                .len()
                .checked_sub(*place as usize)
                .ok_or_else(|| "a packet is missing".to_string())?;
            data.extend_from_slice(payload.get(seen..).unwrap_or(&[]));
        }
        Ok(data)
    }
}

/// The bytes of client and server, for each connection, in the order of the first packets.
fn connections(file: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let little = matches!(file.first(), Some(0xD4) | Some(0x4D));
    let field = |at| -> Result<usize> {
        let mut bytes = part(file, at, 4)?.to_vec();
        if little {
            bytes.reverse();
        }
        number(&bytes, 0, 4)
    };
    let link = match (field(0)?, field(20)?) {
        (0xA1B2_C3D4, 0) | (0xA1B2_3C4D, 0) => 4, // BSD loopback
        (0xA1B2_C3D4, 1) | (0xA1B2_3C4D, 1) => 14, // Ethernet
        (0xA1B2_C3D4, 101) | (0xA1B2_3C4D, 101) => 0, // raw IP
        (0xA1B2_C3D4, 113) | (0xA1B2_3C4D, 113) => 16, // Linux cooked
        _ => return Err("not a pcap file, or of an unknown kind of link".to_string()),
    };
    let mut streams: HashMap<(End, End), Stream> = HashMap::new();
    let mut clients = Vec::new();
    let mut at = 24;
    while at + 16 <= file.len() {
        let len = field(at + 8)?;
        let frame = part(file, at + 16, len)?;
        at += 16 + len;
        let packet = match parse_packet(frame.get(link..).unwrap_or(&[]))? {
            Some(packet) => packet,
            None => continue,
        };
        let path = (packet.source, packet.destination);
        if packet.flags & 2 != 0 {
            // SYN without ACK: the client begins
            if packet.flags & 16 == 0 {
                clients.push(path.clone());
            }
            let first = packet.sequence.wrapping_add(1);
            streams.insert(path, Stream { first, ..Stream::default() });
        } else if let (Some(stream), false) = (streams.get_mut(&path), packet.payload.is_empty()) {
            let place = packet.sequence.wrapping_sub(stream.first);
            let segment = stream.segments.entry(place).or_default();
            if packet.payload.len() > segment.len() {
                *segment = packet.payload;
            }
        }
    }
    let bytes = |path: &(End, End)| streams.get(path).map_or(Ok(Vec::new()), Stream::together);
    clients
        .iter()
        .map(|path| Ok((bytes(path)?, bytes(&(path.1.clone(), path.0.clone()))?)))
        .collect()
}

fn records(mut stream: &[u8]) -> Result<Vec<&[u8]>> {
    let mut all = Vec::new();
    while stream.len() >= 5 {
        let record = part(stream, 0, 5 + number(stream, 3, 2)?)?;
        stream = &stream[record.len()..];
        all.push(record);
    }
    Ok(all)
}

/// Takes a whole handshake message from the front, if there is one.
fn take_message(data: &mut Vec<u8>) -> Option<Vec<u8>> {
    let len = 4 + number(data, 1, 3).ok()?;
    if data.len() < len {
        return None;
    }
    Some(data.drain(..len).collect())
}

// --- The handshake, as far as it is in clear -----------------------------------------------------

#[derive(Default)]
struct Hello {
    protocol: u32,
    suite: u32,
    client_random: Vec<u8>,
    server_random: Vec<u8>,
    encrypt_then_mac: bool,
}

/// The handshake messages before ChangeCipherSpec; after a HelloRetryRequest it means nothing.
fn clear_handshake(stream: &[u8]) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    for record in records(stream)? {
        if record[0] == HANDSHAKE {
            data.extend_from_slice(&record[5..]);
        } else if data.get(6..38) != Some(&HELLO_RETRY_REQUEST[..]) {
            break;
        }
    }
    Ok(data)
}

fn read_server_hello(message: &[u8], hello: &mut Hello) -> Result<()> {
    let mut at = 39 + number(message, 38, 1)?;
    hello.protocol = number(message, 4, 2)? as u32;
    hello.server_random = part(message, 6, 32)?.to_vec();
    hello.suite = number(message, at, 2)? as u32;
    hello.encrypt_then_mac = false;
    at += 5;
    while at + 4 <= message.len() {
        match number(message, at, 2)? {
            EXTENSION_SUPPORTED_VERSIONS => hello.protocol = number(message, at + 4, 2)? as u32,
            EXTENSION_ENCRYPT_THEN_MAC => hello.encrypt_then_mac = true,
            _ => (),
        }
        at += 4 + number(message, at + 2, 2)?;
    }
    Ok(())
}

fn read_hellos(client: &[u8], server: &[u8]) -> Result<Hello> {
    let (mut from_client, mut from_server) = (clear_handshake(client)?, clear_handshake(server)?);
    let mut hello = Hello::default();
    while let Some(message) = take_message(&mut from_client) {
        if message[0] == CLIENT_HELLO {
            hello.client_random = part(&message, 6, 32)?.to_vec();
        }
    }
    while let Some(message) = take_message(&mut from_server) {
        if message[0] == SERVER_HELLO {
            read_server_hello(&message, &mut hello)?;
        }
    }
    if hello.client_random.is_empty() || hello.server_random.is_empty() {
        return Err("no ClientHello and ServerHello found".to_string());
    }
    Ok(hello)
}

/// Secrets by label and client random.
struct KeyLog(HashMap<(String, Vec<u8>), Vec<u8>>);

impl KeyLog {
    fn read(text: &str) -> KeyLog {
        let mut secrets = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let [label, random, secret] = words[..] {
                if let (Some(random), Some(secret)) = (from_hex(random), from_hex(secret)) {
                    secrets.insert((label.to_string(), random), secret);
                }
            }
        }
        KeyLog(secrets)
    }

    fn find(&self, label: &str, hello: &Hello) -> Result<&[u8]> {
        self.0
            .get(&(label.to_string(), hello.client_random.clone()))
            .map(Vec::as_slice)
            .ok_or_else(|| format!("the key log has no {} of this connection", label))
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

// --- Records -------------------------------------------------------------------------------------

/// What a side sent is read with the read key of the other.
fn read_tls12(
    provider: &Handle, hello: &Hello, log: &KeyLog, stream: &[u8], side: &str,
) -> Result<Vec<u8>> {
    let reader = if side == "CLIENT" { native::SERVER_FLAG } else { native::CLIENT_FLAG };
    let flags = if hello.encrypt_then_mac { reader | native::ENCRYPT_THEN_MAC } else { reader };
    let secret = log.find("CLIENT_RANDOM", hello)?;
    let master_key = import_secret(provider, hello, native::KIND_MASTER_KEY, flags, secret)?;
    let key = read_key(provider, hello, &master_key)?;
    let mut sequence = None;
    let mut text = Vec::new();
    for record in records(stream)? {
        if record[0] == CHANGE_CIPHER_SPEC {
            sequence = Some(0);
        } else if let Some(count) = sequence {
            let fragment = decrypt(provider, &key, record, count)?;
            sequence = Some(count + 1);
            if record[0] == APPLICATION_DATA {
                text.extend(fragment);
            }
        }
    }
    Ok(text)
}

/// First the handshake keys, and after Finished those of the application.
fn read_tls13(
    provider: &Handle, hello: &Hello, log: &KeyLog, stream: &[u8], side: &str,
) -> Result<Vec<u8>> {
    let traffic_secret = |label: &str| {
        let secret = log.find(&format!("{}{}", side, label), hello)?;
        import_secret(provider, hello, native::KIND_TRAFFIC_SECRET, native::CLIENT_FLAG, secret)
    };
    let mut secret = traffic_secret("_HANDSHAKE_TRAFFIC_SECRET")?;
    let mut key = write_key(provider, &secret)?;
    let (mut handshake, mut text) = (Vec::new(), Vec::new());
    let mut sequence = 0;
    for record in records(stream)?.into_iter().filter(|record| record[0] == APPLICATION_DATA) {
        let mut inner = decrypt(provider, &key, record, sequence)?;
        sequence += 1;
        while inner.last() == Some(&0) {
            inner.pop();
        }
        match inner.pop() {
            Some(APPLICATION_DATA) => text.extend(inner),
            Some(HANDSHAKE) => handshake.extend(inner),
            _ => (),
        }
        while let Some(message) = take_message(&mut handshake) {
            match message[0] {
                FINISHED => secret = traffic_secret("_TRAFFIC_SECRET_0")?,
                KEY_UPDATE => secret = next_secret(provider, &secret)?,
                _ => continue,
            }
            key = write_key(provider, &secret)?;
            sequence = 0;
        }
    }
    Ok(text)
}

fn run(capture: &str, key_log: &str) -> Result<()> {
    let file = std::fs::read(capture).map_err(|error| format!("{}: {}", capture, error))?;
    let text = std::fs::read_to_string(key_log).map_err(|error| format!("{}: {}", key_log, error))?;
    let log = KeyLog::read(&text);
    let provider = open_provider()?;
    for (index, (client, server)) in connections(&file)?.iter().enumerate() {
        let hello = read_hellos(client, server)?;
        for (side, stream) in [("client", client), ("server", server)] {
            let read = if hello.protocol == TLS13 { read_tls13 } else { read_tls12 };
            let mut output = format!("-- connection {}, {}\n", index + 1, side).into_bytes();
            output.extend(read(&provider, &hello, &log, stream, &side.to_uppercase())?);
            output.push(b'\n');
            std::io::stdout().write_all(&output).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: decrypt_capture CAPTURE.pcap KEYLOG");
        std::process::exit(2);
    }
    if let Err(error) = run(&arguments[1], &arguments[2]) {
        eprintln!("decrypt_capture: {}", error);
        std::process::exit(1);
    }
}
