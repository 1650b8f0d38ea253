/*
 * frank.h - libfrank: e-mail authentication as pure functions of facts.
 *
 * The library opens no socket, reads no clock and no file, starts no thread and keeps no
 * state of its own. What an evaluation needs to know of the DNS it asks of a case; the
 * program answers with whatever resolver it has, and runs the evaluation again:
 *
 *	struct frank_case *facts = frank_case_new();
 *	struct frank_message *message = frank_message_new();
 *	struct frank_mail *mail = frank_mail_new(facts, message);
 *
 *	frank_mail_set_ip(mail, frank_str("192.0.2.1"));
 *	frank_mail_set_mail_from(mail, frank_str("ann@example.org"));
 *	... frank_message_push(message, piece), frank_message_end(message)
 *	while (!frank_mail_run(mail))
 *		while (frank_case_next(facts, &question))
 *			... look it up; frank_case_answer(facts, &question, &answer)
 *	... frank_mail_verdict(mail)
 *
 * An evaluation asks for all that it can foresee before it says PENDING, so that one
 * message needs few rounds. Objects of different cases and messages may be used in different
 * threads; those of one case or message, and cases that share keys, in one thread at a time.
 * What is made on a case and a message is freed before them, in any order and at any time.
 *
 * Structs that the library gives out by pointer may get more members at their end in later
 * versions: read them, and keep no copy. What a header forbids ends the process by assert(3); no
 * bytes of strangers do.
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
