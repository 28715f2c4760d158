/* SPDX-License-Identifier: Apache-2.0
 *
 * The Windows base types and status codes of the Ssl* interface.
 *
 * A `long` has 32 bits on 64-bit Windows and 64 on 64-bit Linux.  So every type has a fixed width,
 * and structures and arguments have the layout of Windows.  Nothing here needs a Windows header.
 * The typedefs are plain: a program that already has the same ones still compiles.
 */
#ifndef NCRYPTSSL_WINTYPES_H
#define NCRYPTSSL_WINTYPES_H

#include <stddef.h>
#include <stdint.h>

typedef char CHAR;
typedef char *PCHAR;
typedef uint8_t BYTE;
typedef uint8_t *PBYTE;
typedef uint16_t WORD;
typedef uint16_t USHORT;
typedef uint32_t DWORD;
typedef uint32_t *PDWORD;
typedef uint32_t ULONG;
typedef int32_t LONG;
typedef int32_t BOOL;
typedef uint64_t ULONGLONG;
typedef uintptr_t ULONG_PTR;
typedef void *PVOID;
typedef void *HANDLE;

#ifndef TRUE
#    define TRUE 1
#endif
#ifndef FALSE
#    define FALSE 0
#endif

/* A UTF-16 code unit.  On Windows L"" strings consist of them; on Linux L"" strings have 32-bit
 * units unless the program is compiled with -fshort-wchar, and with that wcslen, std::wstring and
 * the like are silently wrong: see utf16.h.  C has one 16-bit integer for both spellings; in C++
 * char16_t and wchar_t differ, so there the type follows the literals. */
#if defined(__cplusplus) && defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#elif defined(__cplusplus)
typedef char16_t WCHAR;
#else
typedef uint16_t WCHAR;
#endif
typedef WCHAR *LPWSTR;
typedef const WCHAR *LPCWSTR;

/* NCRYPTSSL_TEXT("name") is a string of WCHAR however the program is compiled.  The argument may be
 * a macro for a plain string literal. */
#define NCRYPTSSL_TEXT(text) NCRYPTSSL_TEXT_LITERAL(text)
#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#    define NCRYPTSSL_TEXT_LITERAL(text) L##text
#else
#    define NCRYPTSSL_TEXT_LITERAL(text) u##text
#endif

/* The calling convention differs from the default on 32-bit Windows only. */
#ifndef WINAPI
#    define WINAPI
#endif

/* Marks what the library exports; everything else in it is hidden. */
#if defined(__GNUC__)
#    define NCRYPTSSL_API __attribute__((visibility("default")))
#else
#    define NCRYPTSSL_API
#endif

/* A result: 0 is success, every failure is negative.  Codes of both families below occur. */
typedef int32_t SECURITY_STATUS;
typedef int32_t NTSTATUS;

#define ERROR_SUCCESS  0
#define STATUS_SUCCESS ((NTSTATUS)0)

#define NTE_BAD_HASH           ((SECURITY_STATUS)0x80090002L)
#define NTE_BAD_KEY            ((SECURITY_STATUS)0x80090003L)
#define NTE_BAD_LEN            ((SECURITY_STATUS)0x80090004L)
#define NTE_BAD_DATA           ((SECURITY_STATUS)0x80090005L)
#define NTE_BAD_SIGNATURE      ((SECURITY_STATUS)0x80090006L)
#define NTE_BAD_VER            ((SECURITY_STATUS)0x80090007L)
#define NTE_BAD_ALGID          ((SECURITY_STATUS)0x80090008L)
#define NTE_BAD_FLAGS          ((SECURITY_STATUS)0x80090009L)
#define NTE_BAD_TYPE           ((SECURITY_STATUS)0x8009000AL)
#define NTE_BAD_KEY_STATE      ((SECURITY_STATUS)0x8009000BL)
#define NTE_BAD_HASH_STATE     ((SECURITY_STATUS)0x8009000CL)
#define NTE_NO_KEY             ((SECURITY_STATUS)0x8009000DL)
#define NTE_NO_MEMORY          ((SECURITY_STATUS)0x8009000EL)
#define NTE_PERM               ((SECURITY_STATUS)0x80090010L)
#define NTE_NOT_FOUND          ((SECURITY_STATUS)0x80090011L)
#define NTE_BAD_PUBLIC_KEY     ((SECURITY_STATUS)0x80090015L)
#define NTE_FAIL               ((SECURITY_STATUS)0x80090020L)
#define NTE_INVALID_HANDLE     ((SECURITY_STATUS)0x80090026L)
#define NTE_INVALID_PARAMETER  ((SECURITY_STATUS)0x80090027L)
#define NTE_BUFFER_TOO_SMALL   ((SECURITY_STATUS)0x80090028L)
#define NTE_NOT_SUPPORTED      ((SECURITY_STATUS)0x80090029L)
#define NTE_NO_MORE_ITEMS      ((SECURITY_STATUS)0x8009002AL)
#define NTE_BUFFERS_OVERLAP    ((SECURITY_STATUS)0x8009002BL)
#define NTE_DECRYPTION_FAILURE ((SECURITY_STATUS)0x8009002CL)
#define NTE_INTERNAL_ERROR     ((SECURITY_STATUS)0x8009002DL)
#define NTE_UI_REQUIRED        ((SECURITY_STATUS)0x8009002EL)
#define NTE_HMAC_NOT_SUPPORTED ((SECURITY_STATUS)0x8009002FL)
#define NTE_VALIDATION_FAILED  ((SECURITY_STATUS)0x80090032L)
#define NTE_ENCRYPTION_FAILURE ((SECURITY_STATUS)0x80090034L)

#define STATUS_INVALID_HANDLE    ((NTSTATUS)0xC0000008L)
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xC000000DL)
#define STATUS_NO_MEMORY         ((NTSTATUS)0xC0000017L)
#define STATUS_BUFFER_TOO_SMALL  ((NTSTATUS)0xC0000023L)
#define STATUS_NOT_SUPPORTED     ((NTSTATUS)0xC00000BBL)
#define STATUS_NOT_FOUND         ((NTSTATUS)0xC0000225L)
#define STATUS_AUTH_TAG_MISMATCH ((NTSTATUS)0xC000A002L)

/* The library returns none of these; code that also handles Schannel's answers needs them. */
#define SEC_E_INVALID_HANDLE   ((SECURITY_STATUS)0x80090301L)
#define SEC_E_MESSAGE_ALTERED  ((SECURITY_STATUS)0x8009030FL)
#define SEC_E_BUFFER_TOO_SMALL ((SECURITY_STATUS)0x80090321L)
#define SEC_E_ILLEGAL_MESSAGE  ((SECURITY_STATUS)0x80090326L)
#define SEC_E_DECRYPT_FAILURE  ((SECURITY_STATUS)0x80090330L)

#endif
