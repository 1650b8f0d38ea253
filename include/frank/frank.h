/*
 * frank.h - libfrank: e-mail authentication as pure functions of facts.
 *
 * The library opens no socket, reads no clock and no file, starts no thread and keeps no
 * state of its own. What an evaluation needs to know of the DNS it asks of a case; the
 * program answers with whatever resolver it has, and runs the evaluation again:
 *
 *	struct frank_case *facts = frank_case_new();
 *	struct frank_spf *spf = frank_spf_new(facts);
 *
 *	frank_spf_set_ip(spf, frank_str("192.0.2.1"));
 *	frank_spf_set_mail_from(spf, frank_str("ann@example.org"));
 *	while (frank_spf_run(spf) == FRANK_SPF_PENDING)
 *		while (frank_case_next(facts, &question))
 *			... look it up; frank_case_answer(facts, &question, &answer)
 *
 * An evaluation asks for all that it can foresee before it says PENDING, so that one
 * message needs few rounds. Objects of different cases may be used in different threads;
 * those of one case in one thread at a time.
 *
 * Running out of memory ends the process, as nothing can be concluded then; what strangers
 * can make the library keep is bounded (each header says how).
 */
#ifndef FRANK_FRANK_H
#define FRANK_FRANK_H

#include <frank/str.h>
#include <frank/case.h>
#include <frank/spf.h>
#include <frank/message.h>
#include <frank/dkim.h>
#include <frank/dmarc.h>
#include <frank/authres.h>
#include <frank/arc.h>
#include <frank/mail.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": of the library that runs, not of the header. */
FRANK_API const char *frank_version(void);

#ifdef __cplusplus
}
#endif

#endif
