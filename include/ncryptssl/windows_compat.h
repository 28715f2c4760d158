/* SPDX-License-Identifier: Apache-2.0
 *
 * What programs for Windows expect of <windows.h> and the headers around it, as far as a client of
 * the Ssl* functions needs it: annotations, base types, results, memory, text.  It is optional, and
 * a source includes it in the place of <windows.h>.  The manual page ncryptssl-porting(7) has a
 * port step by step.  Three things are done to the program that includes this header:
 *
 * Text     WCHAR has 16 bits, and TEXT("x") and _T("x") are strings of it: the interface has no
 *          other.  wcslen, wcscmp, wcsncmp, _wcsicmp and their lstr* forms become the functions of
 *          utf16.h, because those of the C library are silently wrong about such strings.
 *          std::wcslen and the like no longer compile.
 *
 * NULL     Handles are integers, and Windows programs give them the value NULL.  Therefore NULL
 *          becomes 0L, which is both a null pointer and a number; gcc 14 refuses a pointer for a
 *          number in C.  The usual headers of C are included here, so that they do not undo this
 *          later.  Others do, such as <sys/socket.h>: include them before this header, or include
 *          it once more after them.  A program that wants to keep NULL defines NCRYPTSSL_KEEP_NULL
 *          first.
 *
 * __in     The annotations of older sources, such as __in and __out_bcount(n), are names that the
 *          C++ library uses for itself.  In C++ they are defined only if NCRYPTSSL_OLD_SAL is.
 */
#ifndef NCRYPTSSL_WINDOWS_COMPAT_H
#define NCRYPTSSL_WINDOWS_COMPAT_H

#include "sslprovider.h"
#include "utf16.h"

/* These define NULL or the functions that are replaced below, so they come first. */
#ifdef __cplusplus
#    include <cstdlib>
#    include <cstring>
#    include <string>
#else
#    include <locale.h>
#    include <sched.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/types.h>
#    include <time.h>
#    include <unistd.h>
#    include <wchar.h>
#endif

/* ---- Base types: the widths are those of 64-bit Windows ---- */

typedef int32_t INT, *PINT, *LPINT;
typedef uint32_t UINT, *PUINT;
typedef int16_t SHORT, *PSHORT;
typedef uint8_t UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN;
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32;
typedef uint32_t UINT32, ULONG32, DWORD32;
typedef int64_t INT64, LONG64, LONGLONG, *PLONGLONG;
typedef uint64_t UINT64, ULONG64, DWORD64, DWORDLONG, *PULONG64, *PULONGLONG;
typedef uint16_t *PWORD, *LPWORD, *PUSHORT;
typedef uint32_t *PULONG, *LPDWORD;
typedef int32_t *PLONG, *LPLONG, *PBOOL, *LPBOOL;
typedef uint8_t *LPBYTE;
typedef const uint8_t *PCBYTE, *LPCBYTE;
typedef void *LPVOID;
typedef const void *LPCVOID, *PCVOID;
typedef char *LPSTR, *PSTR;
typedef const char *LPCSTR, *PCSTR;
typedef WCHAR *PWSTR, *PWCHAR, *LPTSTR, *PTSTR, TCHAR, _TCHAR;
typedef const WCHAR *PCWSTR, *LPCTSTR, *PCTSTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T;
typedef uintptr_t UINT_PTR, DWORD_PTR, *PULONG_PTR, *PDWORD_PTR;
typedef intptr_t INT_PTR, LONG_PTR;
typedef HANDLE *PHANDLE, *LPHANDLE, HMODULE, HINSTANCE;
typedef int32_t HRESULT;

#define VOID  void
#define CONST const

#define CALLBACK
#define APIENTRY
#ifndef __cdecl
#    define __cdecl
#endif
#ifndef __stdcall
#    define __stdcall
#endif

/* Pointers to the structures of sslprovider_types.h. */
typedef NCRYPT_SSL_CIPHER_SUITE *PNCRYPT_SSL_CIPHER_SUITE;
typedef NCRYPT_SSL_CIPHER_SUITE_EX *PNCRYPT_SSL_CIPHER_SUITE_EX;
typedef NCRYPT_SSL_CIPHER_LENGTHS *PNCRYPT_SSL_CIPHER_LENGTHS;
typedef NCRYPT_SSL_ECC_CURVE *PNCRYPT_SSL_ECC_CURVE;

/* Of certificates, beside X509_ASN_ENCODING. */
#define PKCS_7_ASN_ENCODING 0x00010000

/* ---- Results ---- */

#define SUCCEEDED(result)      ((HRESULT)(result) >= 0)
#define FAILED(result)         ((HRESULT)(result) < 0)
#define NT_SUCCESS(status)     ((NTSTATUS)(status) >= 0)
#define BCRYPT_SUCCESS(status) NT_SUCCESS(status)

#define S_OK          ((HRESULT)0)
#define S_FALSE       ((HRESULT)1)
#define E_FAIL        ((HRESULT)0x80004005L)
#define E_OUTOFMEMORY ((HRESULT)0x8007000EL)
#define E_INVALIDARG  ((HRESULT)0x80070057L)

#define SEC_E_OK                   ((HRESULT)0)
#define SEC_I_CONTINUE_NEEDED      ((HRESULT)0x00090312L)
#define SEC_E_INSUFFICIENT_MEMORY  ((HRESULT)0x80090300L)
#define SEC_E_UNSUPPORTED_FUNCTION ((HRESULT)0x80090302L)
#define SEC_E_INTERNAL_ERROR       ((HRESULT)0x80090304L)
#define SEC_E_INVALID_TOKEN        ((HRESULT)0x80090308L)
#define SEC_E_INCOMPLETE_MESSAGE   ((HRESULT)0x80090318L)
#define SEC_E_ALGORITHM_MISMATCH   ((HRESULT)0x80090331L)

#define NO_ERROR                  0L
#define ERROR_NOT_ENOUGH_MEMORY   8L
#define ERROR_INVALID_PARAMETER   87L
#define ERROR_INSUFFICIENT_BUFFER 122L
#define ERROR_MORE_DATA           234L
#define ERROR_NO_MORE_ITEMS       259L

/* ---- Memory ---- */

#define ZeroMemory(memory, len)       memset((memory), 0, (len))
#define RtlZeroMemory(memory, len)    ZeroMemory(memory, len)
#define FillMemory(memory, len, byte) memset((memory), (byte), (len))
#define CopyMemory(to, from, len)     memcpy((to), (from), (len))
#define RtlCopyMemory(to, from, len)  CopyMemory(to, from, len)
#define MoveMemory(to, from, len)     memmove((to), (from), (len))

/* Wipes a secret.  The compiler has to assume that the zeros are read, so it does not leave them
 * out where the memory is not used again. */
static inline PVOID SecureZeroMemory(PVOID memory, SIZE_T len)
{
#if defined(__GNUC__)
    if (len > 0)
        memset(memory, 0, len);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
#else
    for (volatile BYTE *byte = (volatile BYTE *)memory; len > 0; len--)
        *byte++ = 0;
#endif
    return memory;
}

#define RtlSecureZeroMemory(memory, len) SecureZeroMemory(memory, len)

/* There is one heap, that of malloc. */
#define HEAP_ZERO_MEMORY 0x00000008
#define GetProcessHeap() ((HANDLE)0)

static inline LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T len)
{
    (void)heap;
    (void)flags;
    return calloc(1, len);
}

static inline BOOL HeapFree(HANDLE heap, DWORD flags, LPVOID memory)
{
    (void)heap;
    (void)flags;
    free(memory);
    return TRUE;
}

/* ---- Text ---- */

#define TEXT(text)  NCRYPTSSL_TEXT(text)
#define _TEXT(text) NCRYPTSSL_TEXT(text)
#define _T(text)    NCRYPTSSL_TEXT(text)

#undef wcslen
#undef wcscmp
#undef wcsncmp
#define wcslen(text)        NcryptsslTextLen(text)
#define wcscmp(a, b)        NcryptsslTextCompare((a), (b))
#define wcsncmp(a, b, most) NcryptsslTextCompareN((a), (b), (most))
#define _wcsicmp(a, b)      NcryptsslTextCompareCase((a), (b))
#define lstrlenW(text)      ((INT)NcryptsslTextLen(text))
#define lstrcmpW(a, b)      NcryptsslTextCompare((a), (b))
#define lstrcmpiW(a, b)     NcryptsslTextCompareCase((a), (b))
#define _tcslen(text)       NcryptsslTextLen(text)
#define _tcscmp(a, b)       NcryptsslTextCompare((a), (b))
#define _tcsicmp(a, b)      NcryptsslTextCompareCase((a), (b))

/* ---- Small macros ---- */

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define ARRAYSIZE(array)                  (sizeof(array) / sizeof((array)[0]))
#define _countof(array)                   ARRAYSIZE(array)

/* ---- Annotations: they say nothing to these compilers ---- */

#define IN
#define OUT
#define OPTIONAL

#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Out_
#define _Out_opt_
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_opt_result_maybenull_
#define _Outptr_result_z_
#define _Outptr_result_nullonfailure_
#define _COM_Outptr_
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_z_
#define _Reserved_
#define _Check_return_
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Null_
#define _Notnull_
#define _Maybenull_
#define _Null_terminated_
#define _Printf_format_string_
#define _Pre_maybenull_
#define _Post_invalid_
#define _Post_ptr_invalid_
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define _Deref_out_
#define _Deref_out_opt_

#define _In_reads_(a)
#define _In_reads_opt_(a)
#define _In_reads_z_(a)
#define _In_reads_bytes_(a)
#define _In_reads_bytes_opt_(a)
#define _Inout_updates_(a)
#define _Inout_updates_opt_(a)
#define _Inout_updates_bytes_(a)
#define _Inout_updates_bytes_opt_(a)
#define _Inout_updates_all_(a)
#define _Inout_updates_bytes_all_(a)
#define _Out_writes_(a)
#define _Out_writes_opt_(a)
#define _Out_writes_z_(a)
#define _Out_writes_all_(a)
#define _Out_writes_all_opt_(a)
#define _Out_writes_bytes_(a)
#define _Out_writes_bytes_opt_(a)
#define _Out_writes_bytes_all_(a)
#define _Out_writes_bytes_all_opt_(a)
#define _Outptr_result_buffer_(a)
#define _Outptr_result_buffer_maybenull_(a)
#define _Outptr_result_bytebuffer_(a)
#define _Outptr_result_bytebuffer_maybenull_(a)
#define _Outptr_opt_result_bytebuffer_(a)
#define _Ret_writes_(a)
#define _Ret_writes_bytes_(a)
#define _Field_size_(a)
#define _Field_size_opt_(a)
#define _Field_size_bytes_(a)
#define _Field_size_bytes_opt_(a)
#define _Success_(a)
#define _Return_type_success_(a)
#define _On_failure_(a)
#define _Pre_satisfies_(a)
#define _Post_satisfies_(a)

#define _Out_writes_to_(a, b)
#define _Out_writes_to_opt_(a, b)
#define _Out_writes_bytes_to_(a, b)
#define _Out_writes_bytes_to_opt_(a, b)
#define _Inout_updates_to_(a, b)
#define _Inout_updates_bytes_to_(a, b)
#define _Outptr_result_buffer_to_(a, b)
#define _Outptr_result_bytebuffer_to_(a, b)
#define _When_(a, b)
#define _At_(a, b)
#define _In_range_(a, b)
#define _Out_range_(a, b)
#define _Field_range_(a, b)

#if !defined(__cplusplus) || defined(NCRYPTSSL_OLD_SAL)
#    define __in
#    define __in_opt
#    define __in_z
#    define __in_z_opt
#    define __inout
#    define __inout_opt
#    define __out
#    define __out_opt
#    define __deref_in
#    define __deref_inout
#    define __deref_inout_opt
#    define __deref_out
#    define __deref_out_opt
#    define __deref_opt_out
#    define __reserved
#    define __checkReturn
#    define __nullterminated
#    define __callback
#    define __in_bcount(a)
#    define __in_bcount_opt(a)
#    define __in_ecount(a)
#    define __in_ecount_opt(a)
#    define __inout_bcount(a)
#    define __inout_bcount_opt(a)
#    define __inout_ecount(a)
#    define __inout_ecount_opt(a)
#    define __out_bcount(a)
#    define __out_bcount_opt(a)
#    define __out_bcount_full(a)
#    define __out_ecount(a)
#    define __out_ecount_opt(a)
#    define __out_ecount_z(a)
#    define __deref_out_bcount(a)
#    define __deref_out_bcount_opt(a)
#    define __deref_out_ecount(a)
#    define __success(a)
#    define __field_bcount(a)
#    define __field_ecount(a)
#    define __out_bcount_part(a, b)
#    define __out_bcount_part_opt(a, b)
#    define __out_ecount_part(a, b)
#    define __out_ecount_part_opt(a, b)
#    define __inout_bcount_part(a, b)
#    define __deref_out_bcount_part(a, b)
#endif

#endif

/* Not guarded: a header in between may have defined it again. */
#ifndef NCRYPTSSL_KEEP_NULL
#undef NULL
#define NULL 0L
#endif
