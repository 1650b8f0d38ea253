/*
 * compat_wide - for loops over many bytes: compiled for wider registers too, where the machine has
 * them, and chosen when the program starts.  Elsewhere it is nothing; the code is the same.  (What
 * chooses runs before the thread sanitizer of gcc can stand it.)
 */
#ifndef BASE_COMPAT_WIDE_H
#define BASE_COMPAT_WIDE_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define COMPAT_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define COMPAT_WIDE
#endif

#endif
