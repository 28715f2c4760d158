# SPDX-License-Identifier: Apache-2.0
#
# Answers test vectors of NIST's ACVP with the KDFs of this provider:
#
#   python3 acvp.py [--modules DIR] PROMPT RESPONSE
#
# PROMPT is a vector set as the ACVP server sends it, with or without the array that carries the
# version of the protocol; RESPONSE is written in the same form.  DIR is the folder of
# sslprovider.so, by default OPENSSL_MODULES.  The derivations run in the libcrypto that the module is
# linked with.
#
# Known are TLS up to 1.2, TLS 1.2 with the extended master secret, TLS 1.3, and HKDF of SP 800-56C, see
# ALGORITHMS.  Anything else is refused with status 1, and then no response is written.  The secrets of
# a prompt are made for testing: nothing here wipes them.
import argparse
import binascii
import ctypes
import hashlib
import json
import os
import sys
import tempfile


class Refused(Exception):
    """What the user is told."""


# ---- the provider --------------------------------------------------------------------------------

# OSSL_PARAM_UTF8_STRING and OSSL_PARAM_OCTET_STRING
PARAM_TYPES = {str: 4, bytes: 5}


class Param(ctypes.Structure):
    _fields_ = [('key', ctypes.c_char_p), ('data_type', ctypes.c_uint), ('data', ctypes.c_char_p),
                ('data_size', ctypes.c_size_t), ('return_size', ctypes.c_size_t)]


POINTER, TEXT, SIZE, INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int

# The result and the arguments of each function of libcrypto.
FUNCTIONS = {
    'OSSL_LIB_CTX_new': (POINTER,),
    'OSSL_PROVIDER_set_default_search_path': (INT, POINTER, TEXT),
    'OSSL_PROVIDER_load': (POINTER, POINTER, TEXT),
    'EVP_KDF_fetch': (POINTER, POINTER, TEXT, TEXT),
    'EVP_KDF_free': (None, POINTER),
    'EVP_KDF_CTX_new': (POINTER, POINTER),
    'EVP_KDF_CTX_free': (None, POINTER),
    'EVP_KDF_derive': (INT, POINTER, TEXT, SIZE, ctypes.POINTER(Param)),
    'ERR_peek_last_error': (ctypes.c_ulong,),
    'ERR_error_string_n': (None, ctypes.c_ulong, TEXT, SIZE),
    'ERR_clear_error': (None,),
}


class Provider:
    """The module, in a library context that no configuration reaches."""

    def __init__(self, folder):
        try:
            # Names are looked up in the module and in what it is linked with.
            module = ctypes.CDLL(os.path.join(os.path.abspath(folder), 'sslprovider.so'))
        except OSError as error:
            raise Refused(str(error)) from None
        for name, (result, *arguments) in FUNCTIONS.items():
            function = getattr(module, name)
            function.restype, function.argtypes = result, arguments
        self.libcrypto = module
        self.context = module.OSSL_LIB_CTX_new()
        module.OSSL_PROVIDER_set_default_search_path(self.context, os.fsencode(folder))
        for name in (b'default', b'sslprovider'):
            if not module.OSSL_PROVIDER_load(self.context, name):
                raise self.failure(f'provider {name.decode()}')

    def failure(self, what):
        text = ctypes.create_string_buffer(256)
        self.libcrypto.ERR_error_string_n(self.libcrypto.ERR_peek_last_error(), text, len(text))
        self.libcrypto.ERR_clear_error()
        return Refused(f'{what}: {text.value.decode(errors="replace")}')

    def derive(self, algorithm, length, **inputs):
        """The output of one KDF.  An underscore stands for the hyphen in the name of a parameter."""
        params = (Param * (len(inputs) + 1))()
        for param, (name, value) in zip(params, inputs.items()):
            octets = value.encode() if isinstance(value, str) else value
            param.key = name.replace('_', '-').encode()
            param.data_type = PARAM_TYPES[type(value)]
            param.data, param.data_size = octets, len(octets)
        output = ctypes.create_string_buffer(length)
        kdf = self.libcrypto.EVP_KDF_fetch(self.context, algorithm.encode(), b'provider=sslprovider')
        context = self.libcrypto.EVP_KDF_CTX_new(kdf) if kdf else None
        try:
            if not context or self.libcrypto.EVP_KDF_derive(context, output, length, params) <= 0:
                raise self.failure(algorithm)
        finally:
            self.libcrypto.EVP_KDF_CTX_free(context)
            self.libcrypto.EVP_KDF_free(kdf)
        return output.raw


# ---- fields of a prompt --------------------------------------------------------------------------

KINDS = {int: 'number', str: 'text', list: 'array', dict: 'object'}


def field(thing, name, kind):
    value = thing.get(name)
    if type(value) is not kind:
        raise Refused(f'"{name}" is missing, or no {KINDS[kind]}')
    return value


def objects(thing, name):
    values = field(thing, name, list)
    if not values or any(type(value) is not dict for value in values):
        raise Refused(f'"{name}" has no objects, or something else')
    return values


def octets_of(text):
    try:
        return binascii.unhexlify(text)
    except (TypeError, ValueError):
        raise Refused(f'no hexadecimal octets: {text!r}') from None


def octets(thing, name):
    return octets_of(field(thing, name, str))


def octet_count(thing, name):
    """A length that is given in bits.  Every ACVP length has at most 32 bits."""
    bits = field(thing, name, int)
    if bits % 8 or not 0 < bits < 1 << 32:
        raise Refused(f'"{name}" is no length in whole octets: {bits}')
    return bits // 8


def known(what, value, values):
    """The value, which must be among those that are known; of a table, what belongs to it."""
    if value not in values:
        raise Refused(f'unknown {what} {value!r}; known: {", ".join(map(str, values))}')
    return values[value] if isinstance(values, dict) else value


# ---- TLS up to 1.2 -------------------------------------------------------------------------------

# The digest of each PRF, by the hash's name in ACVP.  With TLS 1.0 and 1.1 ACVP names the longer hash.
TLS10_DIGESTS = {'SHA-1': 'MD5-SHA1'}
TLS12_DIGESTS = {name: name for name in ('SHA2-256', 'SHA2-384', 'SHA2-512')}
TLS_VERSIONS = {'v1.0/1.1': TLS10_DIGESTS, 'v1.2': TLS12_DIGESTS}

MASTER_SECRET_LENGTH = 48


def master_secret_and_key_block(provider, group, test, digest, **inputs):
    master_secret = provider.derive('SSL-MASTER-KEY', MASTER_SECRET_LENGTH, digest=digest,
                                    secret=octets(test, 'preMasterSecret'), **inputs)
    key_block = provider.derive('SSL-SESSION-KEYS', octet_count(group, 'keyBlockLength'),
                                digest=digest, secret=master_secret, output='key-block',
                                client_random=octets(test, 'clientRandom'),
                                server_random=octets(test, 'serverRandom'))
    return {'masterSecret': master_secret, 'keyBlock': key_block}


def tls(provider, group, test):
    digests = known('tlsVersion', field(group, 'tlsVersion', str), TLS_VERSIONS)
    digest = known('hashAlg', field(group, 'hashAlg', str), digests)
    return master_secret_and_key_block(provider, group, test, digest,
                                       client_random=octets(test, 'clientHelloRandom'),
                                       server_random=octets(test, 'serverHelloRandom'))


def tls12_extended(provider, group, test):
    digest = known('hashAlg', field(group, 'hashAlg', str), TLS12_DIGESTS)
    return master_secret_and_key_block(provider, group, test, digest,
                                       session_hash=octets(test, 'sessionHash'))


# ---- TLS 1.3 -------------------------------------------------------------------------------------

TLS13_DIGESTS = {'SHA2-256': hashlib.sha256, 'SHA2-384': hashlib.sha384}

# Which secrets enter the schedule.
RUNNING_MODES = {'DHE': ('dhe',), 'PSK': ('psk',), 'PSK-DHE': ('psk', 'dhe')}

# Parts of the transcript, in the order of the handshake: ACVP calls them randoms.
TRANSCRIPT = ('helloClientRandom', 'helloServerRandom', 'finishedServerRandom', 'finishedClientRandom')

# Each secret of the response: the secret that it starts at, the target, and how many parts the
# transcript has by then (RFC 8446 section 7.1).
TLS13_SECRETS = {
    'clientEarlyTrafficSecret': ('early', 'client-early-traffic-secret', 1),
    'earlyExporterMasterSecret': ('early', 'early-exporter-secret', 1),
    'clientHandshakeTrafficSecret': ('handshake', 'client-handshake-traffic-secret', 2),
    'serverHandshakeTrafficSecret': ('handshake', 'server-handshake-traffic-secret', 2),
    'clientApplicationTrafficSecret': ('master', 'client-application-traffic-secret', 3),
    'serverApplicationTrafficSecret': ('master', 'server-application-traffic-secret', 3),
    'exporterMasterSecret': ('master', 'exporter-secret', 3),
    'resumptionMasterSecret': ('master', 'resumption-secret', 4),
}


def tls13(provider, group, test):
    digest = field(group, 'hmacAlg', str)
    transcript_hash = known('hmacAlg', digest, TLS13_DIGESTS)
    mode = known('runningMode', field(group, 'runningMode', str), RUNNING_MODES)
    secrets = {name: octets(test, name) for name in mode}
    parts = [octets(test, name) for name in TRANSCRIPT]

    def arrow(target, **inputs):
        return provider.derive('SSL-TRAFFIC-SECRET', transcript_hash().digest_size, digest=digest,
                               target=target, **inputs)

    psk = {'secret': secrets['psk']} if 'psk' in secrets else {}
    dhe = {'shared_secret': secrets['dhe']} if 'dhe' in secrets else {}
    stages = {'early': arrow('early-secret', **psk)}
    stages['handshake'] = arrow('handshake-secret', secret=stages['early'], **dhe)
    stages['master'] = arrow('master-secret', secret=stages['handshake'])
    return {name: arrow(target, secret=stages[stage],
                        transcript_hash=transcript_hash(b''.join(parts[:count])).digest())
            for name, (stage, target, count) in TLS13_SECRETS.items()}


# ---- HKDF ----------------------------------------------------------------------------------------

KDA_DIGESTS = ('SHA-1', 'SHA2-224', 'SHA2-256', 'SHA2-384', 'SHA2-512', 'SHA2-512/224', 'SHA2-512/256',
               'SHA3-224', 'SHA3-256', 'SHA3-384', 'SHA3-512')


def party_info(test, name):
    party = field(test, name, dict)
    for item in party:
        known(f'item of "{name}"', item, ('partyId', 'ephemeralData'))
    ephemeral = octets(party, 'ephemeralData') if 'ephemeralData' in party else b''
    return octets(party, 'partyId') + ephemeral


def fixed_info(test, parameters):
    """FixedInfo of SP 800-56C: the pieces that the pattern names, one after the other."""
    known('fixedInfoEncoding', field(parameters, 'fixedInfoEncoding', str), ('concatenation',))
    info = b''
    for piece in field(parameters, 'fixedInfoPattern', str).split('||'):
        if piece.startswith('literal[') and piece.endswith(']'):
            info += octets_of(piece[len('literal['):-1])
        elif piece in ('uPartyInfo', 'vPartyInfo'):
            info += party_info(test, f'fixedInfoParty{piece[0].upper()}')
        elif piece == 'l':
            info += field(parameters, 'l', int).to_bytes(4, 'big')
        else:
            known('piece of fixedInfoPattern', piece, ('algorithmId', 'context', 'label', 't'))
            info += octets(parameters, piece)
    return info


def hkdf(provider, group, test):
    # What a test says of itself stands before what its group says.
    multiple = 'kdfMultiExpansionConfiguration' in group
    prefix = 'kdfMultiExpansion' if multiple else 'kdf'
    parameters = {**field(group, prefix + 'Configuration', dict),
                  **field(test, prefix + 'Parameter', dict)}
    known('kdfType', field(parameters, 'kdfType', str), ('hkdf',))
    known('saltMethod', field(parameters, 'saltMethod', str), ('default', 'random'))
    digest = known('hmacAlg', field(parameters, 'hmacAlg', str), KDA_DIGESTS)

    def derive(length, info):
        return provider.derive('HKDF', length, digest=digest, key=octets(parameters, 'z'),
                               salt=octets(parameters, 'salt'), info=info)

    if multiple:
        return {'dkms': [derive(octet_count(iteration, 'l'), octets(iteration, 'fixedInfo'))
                         for iteration in objects(parameters, 'iterationParameters')]}
    return {'dkm': derive(octet_count(parameters, 'l'), fixed_info(test, parameters))}


# ---- vector sets ---------------------------------------------------------------------------------

# What answers a test of each algorithm, mode and revision, and the types of tests that there are.
ALGORITHMS = {
    'kdf-components / tls / 1.0': (tls, ('AFT',)),
    'TLS-v1.2 / KDF / RFC7627': (tls12_extended, ('AFT',)),
    'TLS-v1.3 / KDF / RFC8446': (tls13, ('AFT',)),
    'KDA / HKDF / Sp800-56Cr1': (hkdf, ('AFT', 'VAL')),
    'KDA / HKDF / Sp800-56Cr2': (hkdf, ('AFT', 'VAL')),
}


def digits(value):
    return [digits(item) for item in value] if isinstance(value, list) else value.hex().upper()


def answer_test(function, provider, group, test_type, test):
    case = {'tcId': field(test, 'tcId', int)}
    try:
        outputs = {name: digits(value) for name, value in function(provider, group, test).items()}
        if test_type == 'VAL':
            given = {name: field(test, name, type(value)) for name, value in outputs.items()}
            # Digits of hexadecimal numbers are equal in both cases.
            outputs = {'testPassed': json.dumps(given).upper() == json.dumps(outputs).upper()}
    except Refused as refusal:
        raise Refused(f'test case {case["tcId"]}: {refusal}') from None
    return {**case, **outputs}


def answer_group(function, test_types, provider, group):
    identifier = field(group, 'tgId', int)
    test_type = known('testType', field(group, 'testType', str), test_types)
    return {'tgId': identifier, 'tests': [answer_test(function, provider, group, test_type, test)
                                          for test in objects(group, 'tests')]}


def answer_vector_set(provider, vector_set):
    names = {name: field(vector_set, name, str) for name in ('algorithm', 'mode', 'revision')}
    function, test_types = known('algorithm', ' / '.join(names.values()), ALGORITHMS)
    response = {'vsId': field(vector_set, 'vsId', int), **names}
    if 'isSample' in vector_set:
        response['isSample'] = vector_set['isSample']
    response['testGroups'] = [answer_group(function, test_types, provider, group)
                              for group in objects(vector_set, 'testGroups')]
    return response


def answer(provider, prompt):
    if type(prompt) is dict:
        return answer_vector_set(provider, prompt)
    if type(prompt) is not list or len(prompt) < 2 or any(type(item) is not dict for item in prompt):
        raise Refused('no vector set, and no array of a version and vector sets')
    version, *vector_sets = prompt
    return [{'acvVersion': field(version, 'acvVersion', str)},
            *(answer_vector_set(provider, vector_set) for vector_set in vector_sets)]


def read_prompt(path):
    try:
        with open(path, encoding='utf-8') as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(f'{path}: {error}') from None


def write_response(path, response):
    """Writes all of the file or nothing."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        with tempfile.TemporaryDirectory(dir=folder) as work:
            whole = os.path.join(work, 'response')
            with open(whole, 'w', encoding='utf-8') as file:
                json.dump(response, file, indent=2)
                file.write('\n')
            os.replace(whole, path)
    except OSError as error:
        raise Refused(f'{path}: {error}') from None


def main():
    parser = argparse.ArgumentParser(description='Answers ACVP prompts with sslprovider.')
    parser.add_argument('--modules', metavar='DIR', default=os.environ.get('OPENSSL_MODULES'),
                        help='folder of sslprovider.so; default: OPENSSL_MODULES')
    parser.add_argument('prompt', metavar='PROMPT')
    parser.add_argument('response', metavar='RESPONSE')
    arguments = parser.parse_args()
    if not arguments.modules:
        parser.error('neither --modules nor OPENSSL_MODULES names the folder of sslprovider.so')
    try:
        prompt = read_prompt(arguments.prompt)
        write_response(arguments.response, answer(Provider(arguments.modules), prompt))
    except Refused as refusal:
        sys.exit(f'acvp.py: {refusal}')


main()
