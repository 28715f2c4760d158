#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# Prints the application data of a captured TLS connection, with the secrets of its key log.
#
#     perl decrypt_capture.pl CAPTURE.pcap KEYLOG
#
# The capture is a classic pcap file with TCP, the key log what SSLKEYLOGFILE names.  SSL 3.0 to TLS 1.3
# are read (SSL 3.0 where ncryptssl(7) allows it), with a HelloRetryRequest and KeyUpdate; early data is
# not.  It needs FFI::Platypus: Debian's libffi-platypus-perl.
use strict;
use warnings;
use Digest::SHA qw(sha256);
use Encode qw(encode);
use FFI::Platypus 2.00;

use constant {
    CHANGE_CIPHER_SPEC => 20, HANDSHAKE => 22, APPLICATION_DATA => 23,
    CLIENT_HELLO => 1, SERVER_HELLO => 2, FINISHED => 20, KEY_UPDATE => 24,
    EXTENSION_ENCRYPT_THEN_MAC => 22, EXTENSION_SUPPORTED_VERSIONS => 43,
    TLS13 => 0x0304, MAX_FRAGMENT => 16384 + 2048,
    # Of sslprovider_types.h, sslprovider_ext.h and ncrypt.h.
    CLIENT_FLAG => 1, SERVER_FLAG => 2, ENCRYPT_THEN_MAC => 0x100,
    SECRET_MAGIC => 0x53534C53, KIND_MASTER_KEY => 1, KIND_TRAFFIC_SECRET => 5,
    BUFFER_CLIENT_RANDOM => 20, BUFFER_SERVER_RANDOM => 21,
};
use constant HELLO_RETRY_REQUEST => sha256('HelloRetryRequest');    # RFC 8446 section 4.1.3

# --- The native functions: handles are numbers of 64 bits --------------------------------------
my $ffi = FFI::Platypus->new(api => 2, lib => 'libncryptssl.so.1');
my %functions = (
    SslOpenProvider            => ['uint64*', 'opaque', 'uint32'],
    SslFreeObject              => ['uint64', 'uint32'],
    SslImportKey               => ['uint64', 'uint64*', 'string', 'string', 'uint32', 'uint32'],
    SslGenerateSessionKeys     => ['uint64', 'uint64', 'uint64*', 'uint64*', 'string', 'uint32'],
    SslExpandWriteKey          => ['uint64', 'uint64', 'uint64*', 'opaque', 'uint32'],
    SslExpandNextGenTrafficKey => ['uint64', 'uint64', 'uint64*', 'opaque', 'uint32'],
    SslDecryptPacket           =>
        ['uint64', 'uint64', 'string', 'uint32', 'opaque', 'uint32', 'uint32*', 'uint64', 'uint32'],
);
my %native = map { $_ => $ffi->function($_ => $functions{$_} => 'sint32') } keys %functions;
my ($provider, @handles) = (0);

sub call {
    my ($function, @arguments) = @_;
    my $status = $native{$function}->call(@arguments);
    die sprintf("%s: 0x%08X\n", $function, $status & 0xFFFFFFFF) if $status != 0;
}

# A key from a function whose output is the third argument.
sub expand {
    my ($function, $secret) = @_;
    my $key = 0;
    call($function, $provider, $secret, \$key, undef, 0);
    push @handles, $key;
    return $key;
}

sub import_secret {
    my ($hello, $kind, $flags, $secret) = @_;
    my $key = 0;
    my $blob = pack('L7', 28 + length $secret, SECRET_MAGIC, $kind, $hello->{protocol},
        $hello->{suite}, $flags, length $secret) . $secret;
    call('SslImportKey', $provider, \$key, encode('UTF-16LE', "NCRYPTSSLSECRETBLOB\0"), $blob,
        length $blob, 0);
    push @handles, $key;
    return $key;
}

sub read_key {
    my ($hello, $master_key) = @_;
    my ($read_key, $write_key) = (0, 0);
    # NCryptBuffer and NCryptBufferDesc; "P" is a pointer to the string.
    my $buffers = pack('L L P L L P', 32, BUFFER_CLIENT_RANDOM, $hello->{client_random}, 32,
        BUFFER_SERVER_RANDOM, $hello->{server_random});
    my $list = pack('L L P', 0, 2, $buffers);
    call('SslGenerateSessionKeys', $provider, $master_key, \$read_key, \$write_key, $list, 0);
    push @handles, $read_key, $write_key;
    return $read_key;
}

sub decrypt {
    my ($key, $record, $sequence) = @_;
    my ($fragment, $length) = ("\0" x MAX_FRAGMENT, 0);
    my $address = unpack('J', pack('P', $fragment));
    call('SslDecryptPacket', $provider, $key, $record, length $record, $address, MAX_FRAGMENT,
        \$length, $sequence, 0);
    return substr($fragment, 0, $length);
}

# --- From packets to records -------------------------------------------------------------------
sub read_file {
    my ($path) = @_;
    open(my $file, '<:raw', $path) or die "cannot read $path: $!\n";
    local $/;
    return scalar <$file>;
}

# Ends, sequence number, flags and payload of a packet; nothing for all but TCP over IP.
sub parse_packet {
    my ($packet) = @_;
    my ($source, $destination, $tcp);
    return if length $packet < 20;
    my $version = ord($packet) >> 4;
    if ($version == 4 && ord(substr $packet, 9) == 6) {
        ($source, $destination) = unpack('x12 a4 a4', $packet);
        my $header = 4 * (ord($packet) & 15);
        $tcp = substr($packet, $header, unpack('x2 n', $packet) - $header);
    } elsif ($version == 6 && ord(substr $packet, 6) == 6) {
        ($source, $destination) = unpack('x8 a16 a16', $packet);
        $tcp = substr($packet, 40, unpack('x4 n', $packet));
    } else {
        return;
    }
    my ($from, $to, $sequence, $offset, $flags) = unpack('a2 a2 N x4 C C', $tcp);
    return ($source . $from, $destination . $to, $sequence, $flags, substr($tcp, 4 * ($offset >> 4)));
}

sub together {
    my ($segments) = @_;
    my $data = '';
    for my $place (sort { $a <=> $b } keys %$segments) {
        die "a packet is missing\n" if $place > length $data;
        my $seen = length($data) - $place;
        $data .= substr($segments->{$place}, $seen) if $seen < length $segments->{$place};
    }
    return $data;
}

# The bytes of client and server, for each connection, in the order of the first packets.
sub connections {
    my ($data) = @_;
    my %link_headers = (0 => 4, 1 => 14, 101 => 0, 113 => 16);   # loopback, Ethernet, IP, cooked
    my $long = substr($data, 0, 1) =~ /[\xD4\x4D]/ ? 'V' : 'N';
    my ($magic, $link) = unpack("$long x16 $long", substr($data . "\0" x 24, 0, 24));
    die "not a pcap file, or of an unknown kind of link\n"
        unless ($magic == 0xA1B2C3D4 || $magic == 0xA1B23C4D) && exists $link_headers{$link};
    my (%streams, @clients);
    for (my $at = 24; $at + 16 <= length $data;) {
        my $length = unpack("x8 $long", substr($data, $at, 16));
        my $packet = substr($data, $at + 16, $length);
        $at += 16 + $length;
        next if $length < $link_headers{$link};
        my ($source, $destination, $sequence, $flags, $payload) =
            parse_packet(substr($packet, $link_headers{$link})) or next;
        my $stream = \$streams{$source}{$destination};
        if ($flags & 2) {
            $$stream = { first => $sequence + 1, segments => {} };
            push @clients, [$source, $destination] unless $flags & 16;   # SYN without ACK
        } elsif ($$stream && length $payload) {
            my $segment = \$$stream->{segments}{($sequence - $$stream->{first}) & 0xFFFFFFFF};
            $$segment = $payload if length $payload > length($$segment // '');
        }
    }
    return map {
        my ($client, $server) = @$_;
        [map { together($_->{segments} // {}) } $streams{$client}{$server},
            $streams{$server}{$client} // {}]
    } @clients;
}

sub records {
    my ($stream) = @_;
    my @records;
    while (length $stream >= 5) {
        push @records, substr($stream, 0, 5 + unpack('x3 n', $stream), '');
    }
    return @records;
}

# Takes a whole handshake message from the front of a string; the type is its first byte.
sub take_message {
    my ($data) = @_;
    return if length $$data < 4;
    my $length = 4 + (unpack('N', $$data) & 0xFFFFFF);
    return if length $$data < $length;
    return substr($$data, 0, $length, '');
}

# --- The handshake, as far as it is in clear ---------------------------------------------------
# The handshake messages before ChangeCipherSpec; after a HelloRetryRequest it means nothing.
sub clear_handshake {
    my ($stream) = @_;
    my $data = '';
    for my $record (records($stream)) {
        if (ord $record == HANDSHAKE) {
            $data .= substr($record, 5);
        } elsif (length $data < 38 || substr($data, 6, 32) ne HELLO_RETRY_REQUEST) {
            last;
        }
    }
    return $data;
}

sub read_hellos {
    my ($client, $server) = map { clear_handshake($_) } @_;
    my %hello;
    while (defined(my $message = take_message(\$client))) {
        $hello{client_random} = substr($message, 6, 32) if ord $message == CLIENT_HELLO;
    }
    while (defined(my $message = take_message(\$server))) {
        next if ord $message != SERVER_HELLO;
        my ($protocol, $random, $suite, $extensions) = unpack('x4 n a32 C/x n x n/a', $message);
        @hello{qw(protocol server_random suite encrypt_then_mac)} = ($protocol, $random, $suite, 0);
        while (length($extensions // '') >= 4) {
            my ($extension, $body) = unpack('n n/a', $extensions);
            substr($extensions, 0, 4 + length $body, '');
            $hello{protocol} = unpack('n', $body) if $extension == EXTENSION_SUPPORTED_VERSIONS;
            $hello{encrypt_then_mac} = 1 if $extension == EXTENSION_ENCRYPT_THEN_MAC;
        }
    }
    die "no ClientHello and ServerHello found\n" unless $hello{client_random} && $hello{suite};
    return \%hello;
}

sub read_key_log {
    my ($text) = @_;
    my %secrets;
    for (split /\n/, $text) {
        $secrets{"$1 " . lc $2} = pack('H*', $3) if /^(\w+) ([[:xdigit:]]+) ([[:xdigit:]]+)\s*$/;
    }
    return \%secrets;
}

sub secret_of {
    my ($secrets, $hello, $label) = @_;
    return $secrets->{"$label " . unpack('H*', $hello->{client_random})}
        // die "the key log has no $label of this connection\n";
}

# --- Records -----------------------------------------------------------------------------------
# What a side sent is read with the read key of the other.
sub read_tls12 {
    my ($hello, $secrets, $stream, $side) = @_;
    my $reader = ($side eq 'CLIENT' ? SERVER_FLAG : CLIENT_FLAG) |
        ($hello->{encrypt_then_mac} ? ENCRYPT_THEN_MAC : 0);
    my $key = read_key($hello,
        import_secret($hello, KIND_MASTER_KEY, $reader, secret_of($secrets, $hello, 'CLIENT_RANDOM')));
    my ($sequence, $text) = (undef, '');
    for my $record (records($stream)) {
        if (ord $record == CHANGE_CIPHER_SPEC) {
            $sequence = 0;
        } elsif (defined $sequence) {
            my $fragment = decrypt($key, $record, $sequence++);
            $text .= $fragment if ord $record == APPLICATION_DATA;
        }
    }
    return $text;
}

# First the handshake keys, and after Finished those of the application.
sub read_tls13 {
    my ($hello, $secrets, $stream, $side) = @_;
    my $traffic_secret = sub {
        return import_secret($hello, KIND_TRAFFIC_SECRET, CLIENT_FLAG,
            secret_of($secrets, $hello, $side . $_[0]));
    };
    my $secret = $traffic_secret->('_HANDSHAKE_TRAFFIC_SECRET');
    my $key = expand('SslExpandWriteKey', $secret);
    my ($sequence, $handshake, $text) = (0, '', '');
    for my $record (records($stream)) {
        next if ord $record != APPLICATION_DATA;
        my $inner = decrypt($key, $record, $sequence++);
        $inner =~ s/\0+\z//;
        my $type = ord chop $inner;
        $text .= $inner if $type == APPLICATION_DATA;
        $handshake .= $inner if $type == HANDSHAKE;
        while (defined(my $message = take_message(\$handshake))) {
            if (ord $message == FINISHED) {
                $secret = $traffic_secret->('_TRAFFIC_SECRET_0');
            } elsif (ord $message == KEY_UPDATE) {
                $secret = expand('SslExpandNextGenTrafficKey', $secret);
            } else {
                next;
            }
            ($key, $sequence) = (expand('SslExpandWriteKey', $secret), 0);
        }
    }
    return $text;
}

sub main {
    die "usage: perl decrypt_capture.pl CAPTURE.pcap KEYLOG\n" if @ARGV != 2;
    my ($capture, $secrets) = (read_file($ARGV[0]), read_key_log(read_file($ARGV[1])));
    my $number = 0;
    call('SslOpenProvider', \$provider, undef, 0);
    binmode STDOUT;
    for my $connection (connections($capture)) {
        my $hello = read_hellos(@$connection);
        $number++;
        for my $side ('client', 'server') {
            my $stream = $connection->[$side eq 'client' ? 0 : 1];
            my $read = $hello->{protocol} == TLS13 ? \&read_tls13 : \&read_tls12;
            print "-- connection $number, $side\n", $read->($hello, $secrets, $stream, uc $side), "\n";
        }
    }
    call('SslFreeObject', $_, 0) for @handles, $provider;
}

eval { main(); 1 } or do {
    print STDERR "decrypt_capture: $@";
    exit 1;
};
