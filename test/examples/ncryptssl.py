# SPDX-License-Identifier: Apache-2.0
"""libncryptssl and the KDFs of sslprovider for Python, by ctypes, in one file.

Structures have the layout of 64-bit Windows, and sizes are checked when the module is loaded.  Names
are those of the C headers; ncryptssl(7) and sslprovider(7) say what they mean.

    import ncryptssl
    with ncryptssl.Provider() as provider:
        master = provider.import_secret(ncryptssl.NCRYPTSSL_KIND_MASTER_KEY, 0x0303, 0xC02F,
                                        ncryptssl.NCRYPT_SSL_CLIENT_FLAG, secret)
        read_key, write_key = provider.session_keys(master, client_random, server_random)
        fragment = provider.decrypt(read_key, record, sequence)

    keys = ncryptssl.derive("SSL-SESSION-KEYS", 40, protocol="TLSv1.2", secret=secret, ...)
"""
import ctypes
import ctypes.util
from ctypes import (POINTER, Structure, byref, c_char_p, c_int, c_int32, c_size_t, c_uint, c_uint8,
                    c_uint16, c_uint32, c_uint64, c_void_p, cast, create_string_buffer, sizeof)

# --- Types and constants of the native interface ----------------------------------------------
BYTE, WCHAR, DWORD, ULONGLONG = c_uint8, c_uint16, c_uint32, c_uint64
SECURITY_STATUS, HANDLE = c_int32, c_uint64  # every handle is a number of 64 bits

NCRYPT_SSL_CLIENT_FLAG, NCRYPT_SSL_SERVER_FLAG = 1, 2
NCRYPTSSL_ENCRYPT_THEN_MAC = 0x100
NCRYPTSSL_SECRET_MAGIC = 0x53534C53
NCRYPTSSL_KIND_MASTER_KEY, NCRYPTSSL_KIND_TRAFFIC_SECRET = 1, 5
NCRYPTBUFFER_SSL_CLIENT_RANDOM, NCRYPTBUFFER_SSL_SERVER_RANDOM = 20, 21
NCRYPT_SSL_MAX_NAME_SIZE = 64
MAX_FRAGMENT = 16384 + 2048
Name = WCHAR * NCRYPT_SSL_MAX_NAME_SIZE


class NCryptBuffer(Structure):
    _fields_ = [("cbBuffer", DWORD), ("BufferType", DWORD), ("pvBuffer", c_void_p)]


class NCryptBufferDesc(Structure):
    _fields_ = [("ulVersion", DWORD), ("cBuffers", DWORD), ("pBuffers", POINTER(NCryptBuffer))]


class NCRYPTSSL_SECRET_BLOB_HEADER(Structure):
    _fields_ = [(name, DWORD) for name in ("cbLength", "dwMagic", "dwKind", "dwProtocol",
                                           "dwCipherSuite", "dwFlags", "cbSecret")]


class NCRYPT_SSL_CIPHER_SUITE(Structure):
    _fields_ = [("dwProtocol", DWORD), ("dwCipherSuite", DWORD), ("dwBaseCipherSuite", DWORD),
                ("szCipherSuite", Name), ("szCipher", Name), ("dwCipherLen", DWORD),
                ("dwCipherBlockLen", DWORD), ("szHash", Name), ("dwHashLen", DWORD),
                ("szExchange", Name), ("dwMinExchangeLen", DWORD), ("dwMaxExchangeLen", DWORD),
                ("szCertificate", Name), ("dwKeyType", DWORD)]


for structure, size in ((NCryptBuffer, 16), (NCryptBufferDesc, 16),
                        (NCRYPTSSL_SECRET_BLOB_HEADER, 28), (NCRYPT_SSL_CIPHER_SUITE, 676)):
    assert sizeof(structure) == size, structure.__name__

# --- The native functions ---------------------------------------------------------------------
_PROTOTYPES = {
    "SslOpenProvider": [POINTER(HANDLE), c_void_p, DWORD],
    "SslFreeObject": [HANDLE, DWORD],
    "SslLookupCipherSuiteInfo": [HANDLE, DWORD, DWORD, DWORD, POINTER(NCRYPT_SSL_CIPHER_SUITE),
                                 DWORD],
    "SslImportKey": [HANDLE, POINTER(HANDLE), c_void_p, c_void_p, DWORD, DWORD],
    "SslGenerateSessionKeys": [HANDLE, HANDLE, POINTER(HANDLE), POINTER(HANDLE),
                               POINTER(NCryptBufferDesc), DWORD],
    "SslExpandWriteKey": [HANDLE, HANDLE, POINTER(HANDLE), c_void_p, DWORD],
    "SslExpandNextGenTrafficKey": [HANDLE, HANDLE, POINTER(HANDLE), c_void_p, DWORD],
    "SslDecryptPacket": [HANDLE, HANDLE, c_char_p, DWORD, c_void_p, DWORD, POINTER(DWORD),
                         ULONGLONG, DWORD],
}


class SslError(Exception):
    """A status other than ERROR_SUCCESS."""

    def __init__(self, function, status):
        super().__init__(f"{function}: 0x{status & 0xFFFFFFFF:08X}")
        self.status = status & 0xFFFFFFFF


def load(name="libncryptssl.so.1"):
    library = ctypes.CDLL(name)
    for function, arguments in _PROTOTYPES.items():
        getattr(library, function).argtypes = arguments
        getattr(library, function).restype = SECURITY_STATUS
    return library


def wide(text):
    """A string of WCHAR; ctypes' own wide characters have 32 bits."""
    return create_string_buffer((text + "\0").encode("utf-16-le"))


class Provider:
    """An open provider.  Keys are handles, which end with the provider, or with free()."""

    def __init__(self, library=None):
        self._library = library or load()
        self._handles = []
        self._handle = self._make("SslOpenProvider", None, 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for handle in reversed(self._handles):
            self._library.SslFreeObject(handle, 0)
        self._handles = []

    def _call(self, function, *arguments):
        status = getattr(self._library, function)(*arguments)
        if status != 0:
            raise SslError(function, status)

    def _make(self, function, *arguments, before=()):
        handle = HANDLE()
        self._call(function, *before, byref(handle), *arguments)
        self._handles.append(handle.value)
        return handle.value

    def free(self, key):
        self._handles.remove(key)
        self._call("SslFreeObject", key, 0)

    def cipher_suite(self, protocol, suite):
        record = NCRYPT_SSL_CIPHER_SUITE()
        self._call("SslLookupCipherSuiteInfo", self._handle, protocol, suite, 0, byref(record), 0)
        return record

    def import_secret(self, kind, protocol, suite, flags, secret):
        header = NCRYPTSSL_SECRET_BLOB_HEADER(
            sizeof(NCRYPTSSL_SECRET_BLOB_HEADER) + len(secret), NCRYPTSSL_SECRET_MAGIC, kind,
            protocol, suite, flags, len(secret))
        blob = create_string_buffer(bytes(header) + secret, header.cbLength)
        try:
            return self._make("SslImportKey", wide("NCRYPTSSLSECRETBLOB"), blob, header.cbLength,
                              0, before=(self._handle,))
        finally:
            ctypes.memset(blob, 0, sizeof(blob))

    def session_keys(self, master_key, client_random, server_random):
        """The read key and the write key of the side whose flag the master key has."""
        randoms = [create_string_buffer(random, len(random))
                   for random in (client_random, server_random)]
        types = (NCRYPTBUFFER_SSL_CLIENT_RANDOM, NCRYPTBUFFER_SSL_SERVER_RANDOM)
        buffers = (NCryptBuffer * 2)(*[
            NCryptBuffer(sizeof(random), kind, cast(random, c_void_p))
            for random, kind in zip(randoms, types)])
        keys = HANDLE(), HANDLE()
        self._call("SslGenerateSessionKeys", self._handle, master_key, byref(keys[0]),
                   byref(keys[1]), byref(NCryptBufferDesc(0, 2, buffers)), 0)
        self._handles += [key.value for key in keys]
        return keys[0].value, keys[1].value

    def write_key(self, traffic_secret):
        """The session key of a traffic secret of TLS 1.3, for either direction."""
        return self._make("SslExpandWriteKey", None, 0, before=(self._handle, traffic_secret))

    def next_traffic_secret(self, traffic_secret):
        return self._make("SslExpandNextGenTrafficKey", None, 0,
                          before=(self._handle, traffic_secret))

    def decrypt(self, key, record, sequence):
        """The fragment of one whole record."""
        output = create_string_buffer(MAX_FRAGMENT)
        length = DWORD()
        self._call("SslDecryptPacket", self._handle, key, record, len(record), output,
                   sizeof(output), byref(length), sequence, 0)
        return output.raw[:length.value]


# --- EVP: the KDFs of sslprovider ---------------------------------------------------------------
class OSSL_PARAM(Structure):
    _fields_ = [("key", c_char_p), ("data_type", c_uint), ("data", c_void_p),
                ("data_size", c_size_t), ("return_size", c_size_t)]


OSSL_PARAM_UNSIGNED_INTEGER, OSSL_PARAM_UTF8_STRING, OSSL_PARAM_OCTET_STRING = 2, 4, 5
OSSL_PARAM_UNMODIFIED = c_size_t(-1).value


def params(**values):
    """An array of OSSL_PARAM from strings, bytes and numbers; client_random is "client-random"."""
    array = (OSSL_PARAM * (len(values) + 1))()
    for param, (name, value) in zip(array, values.items()):
        if isinstance(value, int):
            kind, data = OSSL_PARAM_UNSIGNED_INTEGER, value.to_bytes(8, "little")
        elif isinstance(value, str):
            kind, data = OSSL_PARAM_UTF8_STRING, value.encode()
        else:
            kind, data = OSSL_PARAM_OCTET_STRING, value
        buffer = create_string_buffer(data, max(len(data), 1))
        param.key, param.data_type = name.replace("_", "-").encode(), kind
        param.data, param.data_size = cast(buffer, c_void_p), len(data)
        param.return_size = OSSL_PARAM_UNMODIFIED
        array.__dict__.setdefault("buffers", []).append(buffer)  # as long as the array
    return array


def _load_crypto():
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    pointers = {"OSSL_LIB_CTX_new": [], "OSSL_PROVIDER_load": [c_void_p, c_char_p],
                "EVP_KDF_fetch": [c_void_p, c_char_p, c_char_p], "EVP_KDF_CTX_new": [c_void_p]}
    for function, arguments in pointers.items():
        getattr(crypto, function).argtypes = arguments
        getattr(crypto, function).restype = c_void_p
    for function in ("OSSL_LIB_CTX_free", "OSSL_PROVIDER_unload", "EVP_KDF_free",
                     "EVP_KDF_CTX_free"):
        getattr(crypto, function).argtypes = [c_void_p]
    crypto.EVP_KDF_derive.argtypes = [c_void_p, c_void_p, c_size_t, POINTER(OSSL_PARAM)]
    crypto.EVP_KDF_derive.restype = c_int
    return crypto


def derive(kdf, length, **values):
    """Bytes from a KDF of sslprovider, in a library context of its own; OPENSSL_MODULES may name the
    folder of the module."""
    crypto = _load_crypto()
    context = crypto.OSSL_LIB_CTX_new()
    provider = crypto.OSSL_PROVIDER_load(context, b"sslprovider") if context else None
    method = crypto.EVP_KDF_fetch(context, kdf.encode(), None) if provider else None
    operation = crypto.EVP_KDF_CTX_new(method) if method else None
    output = create_string_buffer(length)
    done = operation and crypto.EVP_KDF_derive(operation, output, length, params(**values))
    crypto.EVP_KDF_CTX_free(operation)
    crypto.EVP_KDF_free(method)
    if provider:
        crypto.OSSL_PROVIDER_unload(provider)
    crypto.OSSL_LIB_CTX_free(context)
    if done != 1:
        raise ValueError(f"{kdf} failed" if operation else f"sslprovider has no {kdf} here")
    return output.raw
