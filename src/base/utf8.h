/*
 * utf8 - characters of UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* Length of the character at the start and its code; 0: the bytes there are none, or s is empty. */
size_t utf8_next(struct str s, uint32_t *code);

#endif
