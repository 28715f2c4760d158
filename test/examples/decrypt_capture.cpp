/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints the application data of a captured TLS connection, with the secrets of its key log.
 *
 *     c++ -std=c++17 -o decrypt_capture decrypt_capture.cpp $(pkg-config --cflags --libs ncryptssl)
 *     ./decrypt_capture CAPTURE.pcap KEYLOG
 *
 * The capture is a classic pcap file with TCP, the key log what SSLKEYLOGFILE names.  SSL 3.0 to
 * TLS 1.3 are read (SSL 3.0 where ncryptssl(7) allows it), with a HelloRetryRequest and KeyUpdate;
 * early data is not.
 */
#include <sslprovider_ext.h>
#include <windows_compat.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace
{

using Bytes = std::string;

enum : BYTE { ChangeCipherSpec = 20, Handshake = 22, ApplicationData = 23 };
enum : BYTE { ClientHello = 1, ServerHello = 2, Finished = 20, KeyUpdate = 24 };
enum : unsigned { EncryptThenMac = 22, SupportedVersions = 43 };

/* RFC 8446 section 4.1.3. */
const BYTE helloRetryRequest[] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
    0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09,
    0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/* A number of the wire; what is beyond the end is an error. */
unsigned long number(const Bytes &data, std::size_t at, std::size_t len)
{
    unsigned long value = 0;

    for (std::size_t i = 0; i < len; i++)
        value = value << 8 | static_cast<BYTE>(data.at(at + i));
    return value;
}

PBYTE bytes(Bytes &data)
{
    return reinterpret_cast<PBYTE>(data.data());
}

/* ---- Handles: they end with their owner ---- */

class Handle
{
  public:
    Handle() = default;
    explicit Handle(NCRYPT_HANDLE handle) : handle_(handle)
    {
    }
    Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, 0))
    {
    }
    Handle &operator=(Handle &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Handle()
    {
        if (handle_ != 0)
            SslFreeObject(handle_, 0);
    }
    NCRYPT_HANDLE get() const
    {
        return handle_;
    }
    NCRYPT_HANDLE *out()
    {
        return &handle_;
    }

  private:
    NCRYPT_HANDLE handle_ = 0;
};

void require(SECURITY_STATUS status, const char *function)
{
    char text[64];

    if (status == ERROR_SUCCESS)
        return;
    std::snprintf(text, sizeof(text), "%s: 0x%08X", function, static_cast<unsigned>(status));
    throw std::runtime_error(text);
}

/* ---- From packets to records ---- */

struct Stream {
    unsigned long first = 0; /* sequence number of the first byte */
    std::map<unsigned long, Bytes> segments;

    Bytes together() const
    {
        Bytes data;

        for (const auto &[place, payload] : segments) {
            if (place > data.size())
                throw std::runtime_error("a packet is missing");
            if (place + payload.size() > data.size())
                data += payload.substr(data.size() - place);
        }
        return data;
    }
};

using End = Bytes; /* address and port */

struct Packet {
    End source, destination;
    unsigned long sequence;
    BYTE flags;
    Bytes payload;
};

/* Anything but TCP over IP gives false. */
bool parse_packet(Bytes ip, Packet &packet)
{
    std::size_t header, total;

    if (ip.empty())
        return false;
    if (ip[0] >> 4 == 4 && ip.at(9) == 6) {
        header = 4 * (number(ip, 0, 1) & 15);
        total = number(ip, 2, 2);
        packet.source = ip.substr(12, 4);
        packet.destination = ip.substr(16, 4);
    } else if (ip[0] >> 4 == 6 && ip.at(6) == 6) {
        header = 40;
        total = 40 + number(ip, 4, 2);
        packet.source = ip.substr(8, 16);
        packet.destination = ip.substr(24, 16);
    } else {
        return false;
    }
    if (total < header)
        return false;
    const Bytes tcp = ip.substr(header, total - header);
    packet.source += tcp.substr(0, 2);
    packet.destination += tcp.substr(2, 2);
    packet.sequence = number(tcp, 4, 4);
    packet.flags = static_cast<BYTE>(number(tcp, 13, 1));
    packet.payload = tcp.substr(4 * (number(tcp, 12, 1) >> 4));
    return true;
}

/* The bytes of client and server, for each connection, in the order of the first packets. */
std::vector<std::pair<Bytes, Bytes>> connections(const Bytes &file)
{
    static const std::map<unsigned long, std::size_t> linkHeaders = {
        {0, 4}, {1, 14}, {101, 0}, {113, 16}}; /* BSD loopback, Ethernet, raw IP, Linux cooked */
    const unsigned long first = file.size() < 24 ? 0 : number(file, 0, 1);
    const bool little = first == 0xD4 || first == 0x4D;
    const auto field = [&](std::size_t at) {
        Bytes bytes = file.substr(at, 4);

        if (little)
            std::reverse(bytes.begin(), bytes.end());
        return number(bytes, 0, 4);
    };
    std::map<std::pair<End, End>, Stream> streams;
    std::vector<std::pair<End, End>> clients;
    std::vector<std::pair<Bytes, Bytes>> found;
    std::size_t len;

    if (file.size() < 24 || (field(0) != 0xA1B2C3D4 && field(0) != 0xA1B23C4D) ||
        linkHeaders.count(field(20)) == 0)
        throw std::runtime_error("not a pcap file, or of an unknown kind of link");
    const std::size_t link = linkHeaders.at(field(20));
    for (std::size_t at = 24; at + 16 <= file.size(); at += 16 + len) {
        Packet packet;

        len = field(at + 8);
        if (len < link || !parse_packet(file.substr(at + 16, len).substr(link), packet))
            continue;
        const auto path = std::make_pair(packet.source, packet.destination);
        if ((packet.flags & 2) != 0) {
            streams[path] = Stream{packet.sequence + 1, {}};
            if ((packet.flags & 16) == 0) /* SYN without ACK: the client begins */
                clients.push_back(path);
        } else if (!packet.payload.empty() && streams.count(path) != 0) {
            Stream &stream = streams[path];
            Bytes &segment = stream.segments[(packet.sequence - stream.first) & 0xFFFFFFFF];

            if (packet.payload.size() > segment.size())
                segment = packet.payload;
        }
    }
    for (const auto &[client, server] : clients)
        found.emplace_back(
            streams[{client, server}].together(), streams[{server, client}].together());
    return found;
}

std::vector<Bytes> records(const Bytes &stream)
{
    std::vector<Bytes> all;

    for (std::size_t at = 0; at + 5 <= stream.size(); at += all.back().size())
        all.push_back(stream.substr(at, 5 + number(stream, at + 3, 2)));
    return all;
}

/* Takes a whole handshake message from the front, and says whether there was one. */
bool take_message(Bytes &data, Bytes &message)
{
    if (data.size() < 4 || data.size() < 4 + number(data, 1, 3))
        return false;
    message = data.substr(0, 4 + number(data, 1, 3));
    data.erase(0, message.size());
    return true;
}

/* ---- The handshake, as far as it is in clear ---- */

struct Hello {
    DWORD protocol = 0, suite = 0;
    Bytes clientRandom, serverRandom;
    bool encryptThenMac = false;
};

/* The handshake messages before ChangeCipherSpec; after a HelloRetryRequest it means nothing. */
Bytes clear_handshake(const Bytes &stream)
{
    const Bytes retry(reinterpret_cast<const char *>(helloRetryRequest), sizeof(helloRetryRequest));
    Bytes data;

    for (const Bytes &record : records(stream)) {
        if (record[0] == Handshake)
            data += record.substr(5);
        else if (data.size() < 38 || data.substr(6, 32) != retry)
            break;
    }
    return data;
}

void read_server_hello(const Bytes &message, Hello &hello)
{
    std::size_t at = 39 + number(message, 38, 1);

    hello.protocol = static_cast<DWORD>(number(message, 4, 2));
    hello.serverRandom = message.substr(6, 32);
    hello.suite = static_cast<DWORD>(number(message, at, 2));
    hello.encryptThenMac = false;
    for (at += 5; at + 4 <= message.size(); at += 4 + number(message, at + 2, 2)) {
        if (number(message, at, 2) == SupportedVersions)
            hello.protocol = static_cast<DWORD>(number(message, at + 4, 2));
        else if (number(message, at, 2) == EncryptThenMac)
            hello.encryptThenMac = true;
    }
}

Hello read_hellos(const Bytes &client, const Bytes &server)
{
    Bytes fromClient = clear_handshake(client), fromServer = clear_handshake(server), message;
    Hello hello;

    while (take_message(fromClient, message)) {
        if (message[0] == ClientHello)
            hello.clientRandom = message.substr(6, 32);
    }
    while (take_message(fromServer, message)) {
        if (message[0] == ServerHello)
            read_server_hello(message, hello);
    }
    if (hello.clientRandom.size() != 32 || hello.serverRandom.size() != 32)
        throw std::runtime_error("no ClientHello and ServerHello found");
    return hello;
}

/* ---- The key log: a secret by its label and the client random ---- */

class KeyLog
{
  public:
    explicit KeyLog(const char *path)
    {
        std::ifstream file(path);
        std::string line, label, random, secret;

        if (!file)
            throw std::runtime_error(std::string("cannot read ") + path);
        while (std::getline(file, line)) {
            std::istringstream words(line);

            if (line[0] != '#' && words >> label >> random >> secret)
                secrets_[label + bytes_of(random)] = bytes_of(secret);
        }
    }
    Bytes find(const std::string &label, const Hello &hello) const
    {
        const auto found = secrets_.find(label + hello.clientRandom);

        if (found == secrets_.end())
            throw std::runtime_error("the key log has no " + label + " of this connection");
        return found->second;
    }

  private:
    static Bytes bytes_of(const std::string &hex)
    {
        Bytes data;

        for (std::size_t i = 0; i + 2 <= hex.size(); i += 2)
            data += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
        return data;
    }

    std::map<std::string, Bytes> secrets_;
};

/* ---- Keys and records ---- */

class Reader
{
  public:
    Reader(const KeyLog &log, const Hello &hello, const std::string &side)
        : log_(log), hello_(hello), side_(side)
    {
        require(SslOpenProvider(provider_.out(), NULL, 0), "SslOpenProvider");
    }

    Bytes read(const Bytes &stream)
    {
        return hello_.protocol == TLS1_3_PROTOCOL_VERSION ? read_tls13(stream) : read_tls12(stream);
    }

  private:
    Handle import_secret(DWORD kind, DWORD flags, const Bytes &secret)
    {
        NCRYPTSSL_SECRET_BLOB_HEADER header = {static_cast<DWORD>(sizeof(header) + secret.size()),
            NCRYPTSSL_SECRET_MAGIC, kind, hello_.protocol, hello_.suite, flags,
            static_cast<DWORD>(secret.size())};
        Bytes blob(reinterpret_cast<char *>(&header), sizeof(header));
        Handle key;
        SECURITY_STATUS status;

        blob += secret;
        status = SslImportKey(provider_.get(), key.out(), NCRYPTSSL_SECRET_BLOB, bytes(blob),
            static_cast<DWORD>(blob.size()), 0);
        SecureZeroMemory(blob.data(), blob.size());
        require(status, "SslImportKey");
        return key;
    }

    Bytes decrypt(const Handle &key, Bytes record, ULONGLONG sequence)
    {
        Bytes fragment(16384 + 2048, 0);
        DWORD len = 0;

        require(SslDecryptPacket(provider_.get(), key.get(), bytes(record),
                    static_cast<DWORD>(record.size()), bytes(fragment),
                    static_cast<DWORD>(fragment.size()), &len, sequence, 0),
            "SslDecryptPacket");
        fragment.resize(len);
        return fragment;
    }

    /* What a side sent is read with the read key of the other. */
    Bytes read_tls12(const Bytes &stream)
    {
        const DWORD reader = (side_ == "CLIENT" ? NCRYPT_SSL_SERVER_FLAG : NCRYPT_SSL_CLIENT_FLAG) |
            (hello_.encryptThenMac ? NCRYPTSSL_ENCRYPT_THEN_MAC : 0);
        const Handle masterKey =
            import_secret(NCRYPTSSL_KIND_MASTER_KEY, reader, log_.find("CLIENT_RANDOM", hello_));
        Bytes clientRandom = hello_.clientRandom, serverRandom = hello_.serverRandom, text;
        NCryptBuffer randoms[] = {{32, NCRYPTBUFFER_SSL_CLIENT_RANDOM, clientRandom.data()},
            {32, NCRYPTBUFFER_SSL_SERVER_RANDOM, serverRandom.data()}};
        NCryptBufferDesc list = {NCRYPTBUFFER_VERSION, 2, randoms};
        Handle readKey, writeKey;
        ULONGLONG sequence = 0;
        bool isProtected = false;

        require(SslGenerateSessionKeys(
                    provider_.get(), masterKey.get(), readKey.out(), writeKey.out(), &list, 0),
            "SslGenerateSessionKeys");
        for (const Bytes &record : records(stream)) {
            if (record[0] == ChangeCipherSpec) {
                isProtected = true;
            } else if (isProtected) {
                const Bytes fragment = decrypt(readKey, record, sequence++);

                if (record[0] == ApplicationData)
                    text += fragment;
            }
        }
        return text;
    }

    Handle traffic_secret(const char *label)
    {
        return import_secret(NCRYPTSSL_KIND_TRAFFIC_SECRET, NCRYPT_SSL_CLIENT_FLAG,
            log_.find(side_ + label, hello_));
    }

    Handle write_key(const Handle &secret)
    {
        Handle key;

        require(SslExpandWriteKey(provider_.get(), secret.get(), key.out(), NULL, 0),
            "SslExpandWriteKey");
        return key;
    }

    Handle next_secret(const Handle &secret)
    {
        Handle next;

        require(SslExpandNextGenTrafficKey(provider_.get(), secret.get(), next.out(), NULL, 0),
            "SslExpandNextGenTrafficKey");
        return next;
    }

    /* First the handshake keys, and after Finished those of the application. */
    Bytes read_tls13(const Bytes &stream)
    {
        Handle secret = traffic_secret("_HANDSHAKE_TRAFFIC_SECRET"), key = write_key(secret);
        Bytes handshake, message, text;
        ULONGLONG sequence = 0;

        for (const Bytes &record : records(stream)) {
            if (record[0] != ApplicationData)
                continue;
            Bytes inner = decrypt(key, record, sequence++);
            inner.erase(inner.find_last_not_of('\0') + 1);
            const char type = inner.empty() ? 0 : inner.back();
            if (type == ApplicationData)
                text += inner.substr(0, inner.size() - 1);
            else if (type == Handshake)
                handshake += inner.substr(0, inner.size() - 1);
            while (take_message(handshake, message)) {
                if (message[0] == Finished)
                    secret = traffic_secret("_TRAFFIC_SECRET_0");
                else if (message[0] == KeyUpdate)
                    secret = next_secret(secret);
                else
                    continue;
                key = write_key(secret);
                sequence = 0;
            }
        }
        return text;
    }

    const KeyLog &log_;
    const Hello &hello_;
    const std::string side_;
    Handle provider_;
};

void print(unsigned connection, const char *side, const Bytes &text)
{
    std::printf("-- connection %u, %s\n", connection, side);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::puts("");
}

Bytes read_file(const char *path)
{
    std::ifstream file(path, std::ios::binary);

    if (!file)
        throw std::runtime_error(std::string("cannot read ") + path);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

} // namespace

int main(int argc, char **argv)
{
    unsigned number = 0;

    if (argc != 3) {
        std::fprintf(stderr, "usage: decrypt_capture CAPTURE.pcap KEYLOG\n");
        return 2;
    }
    try {
        const KeyLog log(argv[2]);

        for (const auto &[client, server] : connections(read_file(argv[1]))) {
            const Hello hello = read_hellos(client, server);

            print(++number, "client", Reader(log, hello, "CLIENT").read(client));
            print(number, "server", Reader(log, hello, "SERVER").read(server));
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "decrypt_capture: %s\n", error.what());
        return 1;
    }
    return 0;
}
