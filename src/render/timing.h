/*
 * timing - where the time of an audit went: the chain of questions that it had to wait for.
 */
#ifndef RENDER_TIMING_H
#define RENDER_TIMING_H

#include "evidence/case.h"

#define TIMING_MAX 64

/*
 * From the last answer back, each question to the answer that led to it; first question first.
 * How many there are.
 */
size_t timing_path(const struct frank_case *, const struct fact *out[TIMING_MAX]);

#endif
