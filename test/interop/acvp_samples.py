# SPDX-License-Identifier: Apache-2.0
#
# Makes ACVP vector sets, and the responses that are right, from the vectors of test/vectors, and
# compares what test/tools/acvp.py makes of them.  For what those do not have, such as other hashes of
# HKDF, Python's own HMAC computes what is right.
#
#   python3 acvp_samples.py SOURCE-DIR MODULES-DIR
import copy
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import tempfile

source, modules = sys.argv[1:]
program = os.path.join(source, 'test/tools/acvp.py')
faults = 0


def check(condition, what):
    global faults
    if not condition:
        faults += 1
        print(f'failed: {what}')


# ---- vectors -------------------------------------------------------------------------------------

def blocks(name):
    """The vectors of both portions of a file: section with its attributes, and fields."""
    for folder in ('test/vectors', 'test/vectors/more'):
        section, fields = (), {}
        with open(os.path.join(source, folder, name), encoding='ascii') as file:
            lines = [line.rstrip('\n') for line in file if not line.startswith('#')]
        for line in lines + ['']:
            attribute = re.fullmatch(r'\[(\w+) = (.*)\]', line)
            if attribute:
                section += (attribute[2],)
            elif line.startswith('['):
                section = (line[1:-1],)
            elif line:
                key, _, value = line.partition(' =')
                fields[key] = value.strip().upper()
            elif fields:
                yield section, fields
                fields = {}


def message(head, groups):
    """In the array of ACVP, and as a parser gives it: nothing in it is shared."""
    return json.loads(json.dumps([{'acvVersion': '1.0'}, {**head, 'testGroups': groups}]))


class VectorSet:
    """A prompt and its right response, grouped by what is said of a group."""

    def __init__(self, algorithm, mode, revision):
        self.head = {'vsId': 1234, 'algorithm': algorithm, 'mode': mode, 'revision': revision,
                     'isSample': True}
        self.groups = {}
        self.count = 0

    def add(self, group, test, expected):
        self.count += 1
        case = {'tcId': self.count}
        prompts, responses = self.groups.setdefault(json.dumps(group), ([], []))
        prompts.append({**case, **test})
        responses.append({**case, **expected})

    def prompt(self):
        groups = [{'tgId': number, **json.loads(group), 'tests': prompts}
                  for number, (group, (prompts, _)) in enumerate(self.groups.items(), 1)]
        return message(self.head, groups)

    def response(self):
        groups = [{'tgId': number, 'tests': responses}
                  for number, (_, responses) in enumerate(self.groups.values(), 1)]
        return message(self.head, groups)


def pick(fields, names):
    return {name: fields[name] for name in names if name in fields}


HASHES = {'SHA-256': 'SHA2-256', 'SHA-384': 'SHA2-384', 'SHA-512': 'SHA2-512'}
PRF_OUTPUTS = ('masterSecret', 'keyBlock')
TLS13_INPUTS = ('psk', 'dhe', 'helloClientRandom', 'helloServerRandom', 'finishedClientRandom',
                'finishedServerRandom')


def hash_of(section):
    return HASHES[section.rpartition(', ')[2]]


def tls_set():
    result = VectorSet('kdf-components', 'tls', '1.0')
    for (section,), fields in blocks('acvp_kdf_components_tls.rsp'):
        old = section == 'TLS 1.0/1.1'
        result.add({'testType': 'AFT', 'tlsVersion': 'v1.0/1.1' if old else 'v1.2',
                    'hashAlg': 'SHA-1' if old else hash_of(section), 'preMasterSecretLength': 384,
                    'keyBlockLength': 4 * len(fields['keyBlock'])},
                   pick(fields, ('preMasterSecret', 'clientHelloRandom', 'serverHelloRandom',
                                 'clientRandom', 'serverRandom')),
                   pick(fields, PRF_OUTPUTS))
    return result


def tls12_extended_set():
    result = VectorSet('TLS-v1.2', 'KDF', 'RFC7627')
    for (section,), fields in blocks('acvp_tls12_ems.rsp'):
        # The vector that is not NIST's ends with the master secret, or names its fields otherwise.
        if not all(name in fields for name in PRF_OUTPUTS):
            continue
        result.add({'testType': 'AFT', 'hashAlg': hash_of(section),
                    'keyBlockLength': 4 * len(fields['keyBlock'])},
                   pick(fields, ('preMasterSecret', 'sessionHash', 'clientRandom', 'serverRandom')),
                   pick(fields, PRF_OUTPUTS))
    return result


def tls13_set():
    result = VectorSet('TLS-v1.3', 'KDF', 'RFC8446')
    for (section, mode), fields in blocks('acvp_tls13_kdf.rsp'):
        result.add({'testType': 'AFT', 'hmacAlg': hash_of(section), 'runningMode': mode},
                   pick(fields, TLS13_INPUTS),
                   {name: value for name, value in fields.items()
                    if name.endswith('Secret')})
    return result


# ---- HKDF ----------------------------------------------------------------------------------------

def spoiled(text):
    """The same digits but for the first one."""
    return ('1' if text[0] == '0' else '0') + text[1:]


def hkdf_configuration(hash_name, pattern):
    return {'kdfType': 'hkdf', 'saltMethod': 'random', 'fixedInfoPattern': pattern,
            'fixedInfoEncoding': 'concatenation', 'hmacAlg': hash_name}


def cut(text, count):
    """Octets in so many parts, some of them empty."""
    octets = len(text) // 2
    places = [2 * (octets * number // count) for number in range(count + 1)]
    return [text[begin:end] for begin, end in zip(places, places[1:])]


def hkdf_set():
    """Each vector twice: to be derived, and to be judged, every other one with a wrong result."""
    result = VectorSet('KDA', 'HKDF', 'Sp800-56Cr1')
    for number, ((section,), fields) in enumerate(blocks('hkdf_wycheproof.rsp')):
        u, u_data, literal, v, label, context, algorithm = cut(fields['info'], 7)
        # This pattern is of one test; the group has another one.
        pattern = f'uPartyInfo||literal[{literal}]||vPartyInfo||label||context||algorithmId'
        group = {'kdfConfiguration': {**hkdf_configuration(hash_of(section), 'context'), 'l': 8}}
        test = {'kdfParameter': {'kdfType': 'hkdf', 'z': fields['ikm'], 'salt': fields['salt'],
                                 'l': 4 * len(fields['okm']), 'fixedInfoPattern': pattern,
                                 'label': label, 'context': context, 'algorithmId': algorithm},
                'fixedInfoPartyU': {'partyId': u, 'ephemeralData': u_data},
                'fixedInfoPartyV': {'partyId': v}}
        dkm = fields['okm']
        result.add({'testType': 'AFT', **group}, test, {'dkm': dkm})
        good = number % 2 == 0
        result.add({'testType': 'VAL', **group},
                   {**test, 'dkm': dkm.lower() if good else spoiled(dkm)}, {'testPassed': good})
    return result


def hkdf_reference(hash_name, z, salt, info, length):
    """RFC 5869 section 2, with hashes under the names that Python has for them."""
    name = hash_name.lower().replace('sha-1', 'sha1').replace('sha2-', 'sha')
    name = re.sub('[-/]', '_', name)
    key, block, output = hmac.digest(salt, z, name), b'', b''
    for counter in range(1, 256):
        if len(output) < length:
            block = hmac.digest(key, block + info + bytes([counter]), name)
            output += block
    return output[:length].hex().upper()


def hkdf_further_set():
    """Every hash, the pieces "t" and "l", and several expansions."""
    result = VectorSet('KDA', 'HKDF', 'Sp800-56Cr2')
    z, t, u, v = (hashlib.sha256(text).digest() for text in (b'z', b't', b'u', b'v'))
    for hash_name in ('SHA-1', 'SHA2-224', 'SHA2-256', 'SHA2-384', 'SHA2-512', 'SHA2-512/224',
                      'SHA2-512/256', 'SHA3-224', 'SHA3-256', 'SHA3-384', 'SHA3-512'):
        salt = bytes(16)
        configuration = hkdf_configuration(hash_name, 'uPartyInfo||vPartyInfo||t||l')
        configuration.update(saltMethod='default', l=1024)
        secrets = {'z': z.hex(), 'salt': salt.hex()}
        info = u + v + t + (1024).to_bytes(4, 'big')
        result.add({'testType': 'AFT', 'kdfConfiguration': configuration},
                   {'kdfParameter': {**secrets, 't': t.hex()},
                    'fixedInfoPartyU': {'partyId': u.hex()}, 'fixedInfoPartyV': {'partyId': v.hex()}},
                   {'dkm': hkdf_reference(hash_name, z, salt, info, 128)})
        dkms = [hkdf_reference(hash_name, z, salt, info, 40) for info in (t, u, v)]
        expansions = [{'l': 320, 'fixedInfo': info.hex()} for info in (t, u, v)]
        test = {'kdfMultiExpansionParameter': {**secrets, 'iterationParameters': expansions}}
        group = {'kdfMultiExpansionConfiguration': {
            'kdfType': 'hkdf', 'saltMethod': 'default', 'hmacAlg': hash_name, 'l': 320}}
        result.add({'testType': 'AFT', **group}, test, {'dkms': dkms})
        for given, good in ((dkms, True), (dkms[:-1] + [spoiled(dkms[-1])], False), (dkms[:-1], False)):
            result.add({'testType': 'VAL', **group}, {**test, 'dkms': given}, {'testPassed': good})
    return result


# ---- runs ----------------------------------------------------------------------------------------

def run(prompt, folder_of_module=modules):
    """The status, what was printed, and the response or None."""
    with tempfile.TemporaryDirectory() as work:
        paths = [os.path.join(work, name) for name in ('prompt.json', 'response.json')]
        with open(paths[0], 'w', encoding='utf-8') as file:
            file.write(prompt if isinstance(prompt, str) else json.dumps(prompt))
        done = subprocess.run([sys.executable, program, '--modules', folder_of_module, *paths],
                              capture_output=True, text=True, timeout=120)
        response = None
        if os.path.exists(paths[1]):
            with open(paths[1], encoding='utf-8') as file:
                response = json.load(file)
        check(set(os.listdir(work)) <= {'prompt.json', 'response.json'}, 'another file was left')
        return done.returncode, done.stderr, response


def first_test(message):
    return message[1]['testGroups'][0]['tests'][0]


def differences(expected, actual):
    """Numbers of the test cases that differ; all of them where the frame does."""
    def frame(message):
        bare = copy.deepcopy(message)
        for group in bare[1]['testGroups']:
            group['tests'] = [test['tcId'] for test in group['tests']]
        return bare

    def tests(message):
        return [test for group in message[1]['testGroups'] for test in group['tests']]

    same_frame = actual is not None and frame(expected) == frame(actual)
    return [test['tcId'] for number, test in enumerate(tests(expected))
            if not same_frame or tests(actual)[number] != test]


def check_set(vector_set, least, secret):
    """The right response; a wrong one is noticed, and a secret that is not that of the vector."""
    name = ' '.join(list(vector_set.head.values())[1:4])
    check(vector_set.count >= least, f'{name}: {vector_set.count} test cases, expected {least}')
    prompt, expected = vector_set.prompt(), vector_set.response()
    status, errors, response = run(prompt)
    wrong = differences(expected, response)
    check(status == 0 and not wrong,
          f'{name}: status {status}, {len(wrong)} test cases differ: {wrong[:10]} {errors}')

    changed = copy.deepcopy(expected)
    output = next(key for key in first_test(changed) if key != 'tcId')
    first_test(changed)[output] = spoiled(first_test(changed)[output])
    check(differences(changed, response) == [1], f'{name}: a changed value is not noticed')

    test = first_test(prompt)
    holder = test if secret in test else test['kdfParameter']
    holder[secret] = spoiled(holder[secret])
    _, _, response = run(prompt)
    check(differences(expected, response) == [1], f'{name}: a changed {secret} is not noticed')
    return vector_set.count


def check_bare(vector_set):
    """The same without the array around the vector set."""
    status, errors, response = run(vector_set.prompt()[1])
    check(status == 0 and response == vector_set.response()[1], f'without an array: {errors}')


def check_refused(what, words, prompt, folder_of_module=modules):
    status, errors, response = run(prompt, folder_of_module)
    check(status == 1 and response is None, f'{what}: status {status}, response {response}')
    check(words in errors and 'Traceback' not in errors, f'{what}: {errors}')


def check_refusals(tls, tls13, hkdf):
    for what, vector_set, change, words in (
            ('algorithm', tls, lambda s, g, t: s.update(algorithm='KDF'), 'unknown algorithm'),
            ('mode', hkdf, lambda s, g, t: s.update(mode='TwoStep'), 'unknown algorithm'),
            ('revision', tls13, lambda s, g, t: s.update(revision='2.0'), 'unknown algorithm'),
            ('no vsId', tls, lambda s, g, t: s.pop('vsId'), '"vsId" is missing'),
            ('no groups', tls, lambda s, g, t: s.update(testGroups=[]), '"testGroups" has no'),
            ('test type', tls, lambda s, g, t: g.update(testType='MCT'), 'unknown testType'),
            ('VAL of TLS', tls13, lambda s, g, t: g.update(testType='VAL'), 'unknown testType'),
            ('TLS version', tls, lambda s, g, t: g.update(tlsVersion='v1.3'), 'unknown tlsVersion'),
            ('hash of TLS', tls, lambda s, g, t: g.update(hashAlg='SHA2-224'), 'unknown hashAlg'),
            ('hash of TLS 1.3', tls13, lambda s, g, t: g.update(hmacAlg='SHA3-256'),
             'unknown hmacAlg'),
            ('running mode', tls13, lambda s, g, t: g.update(runningMode='psk'),
             'unknown runningMode'),
            ('length in bits', tls, lambda s, g, t: g.update(keyBlockLength=1028), 'whole octets'),
            ('no random', tls, lambda s, g, t: t.pop('clientRandom'), '"clientRandom" is missing'),
            ('short random', tls, lambda s, g, t: t.update(clientRandom='00'),
             'invalid random length'),
            ('half an octet', tls13, lambda s, g, t: t.update(finishedClientRandom='123'),
             'hexadecimal'),
            ('a number', tls13, lambda s, g, t: t.update(finishedClientRandom=12), 'no text'),
            ('hash of HKDF', hkdf, lambda s, g, t: g['kdfConfiguration'].update(hmacAlg='MD5'),
             'unknown hmacAlg'),
            ('salt method', hkdf, lambda s, g, t: g['kdfConfiguration'].update(saltMethod='none'),
             'unknown saltMethod'),
            ('encoding', hkdf, lambda s, g, t: g['kdfConfiguration'].update(fixedInfoEncoding='ASN.1'),
             'unknown fixedInfoEncoding'),
            ('pattern', hkdf, lambda s, g, t: t['kdfParameter'].update(fixedInfoPattern='l||x'),
             'unknown piece'),
            ('party', hkdf, lambda s, g, t: t['fixedInfoPartyU'].update(dkmNonce='00'),
             'unknown item'),
            ('no t', hkdf, lambda s, g, t: t['kdfParameter'].update(fixedInfoPattern='t'),
             '"t" is missing'),
            ('length of HKDF', hkdf, lambda s, g, t: t['kdfParameter'].update(l=8 * 255 * 64 + 8),
             'test case 1: HKDF: ')):
        prompt = vector_set.prompt()
        group = prompt[1]['testGroups'][0]
        change(prompt[1], group, group['tests'][0])
        check_refused(what, words, prompt)
    # The fault of the last case leaves nothing of the others.
    prompt = tls13.prompt()
    prompt[1]['testGroups'][-1]['tests'][-1].pop('helloServerRandom')
    check_refused('last case', f'test case {tls13.count}: "helloServerRandom"', prompt)
    check_refused('no JSON', 'prompt.json', '[{"acvVersion": "1.0"},')
    check_refused('no version', '"acvVersion" is missing', [{}, tls.prompt()[1]])
    check_refused('no vector set', 'no vector set', [{'acvVersion': '1.0'}])
    check_refused('no module', 'sslprovider.so', tls.prompt(), os.path.join(source, 'test'))


tls_cases, extended_cases, tls13_cases, hkdf_cases, further_hkdf_cases = (
    tls_set(), tls12_extended_set(), tls13_set(), hkdf_set(), hkdf_further_set())
compared = (check_set(tls_cases, 10, 'preMasterSecret') +
            check_set(extended_cases, 12, 'preMasterSecret') +
            check_set(tls13_cases, 10, 'dhe') +
            check_set(hkdf_cases, 314, 'z') +
            check_set(further_hkdf_cases, 55, 'z'))
check_bare(tls13_cases)
check_refusals(tls_cases, tls13_cases, hkdf_cases)
print(f'{compared} test cases compared, {faults} faults')
sys.exit(1 if faults else 0)
