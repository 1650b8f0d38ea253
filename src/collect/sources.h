/*
 * sources - from the options to the backends: who answers what.
 */
#ifndef COLLECT_SOURCES_H
#define COLLECT_SOURCES_H

#include "collect/collect.h"

/* Fill in a backend for each kind of question (enum ask). */
bool sources_open(
    struct collector *, struct arena *, struct backend *backends[ASK_HOST + 1], struct error *);

#endif
