/* mend - see mend.h. */
#include "wire/mend.h"

static void end_line(struct mend *m, struct buf *out)
{
	buf_add(out, m->lf ? STR("\n") : STR("\r\n"));
	m->cr = false;
}

void mend_push(struct mend *m, struct str piece, struct buf *out)
{
	for (size_t i = 0; i < piece.n; i++) {
		char c = piece.p[i];

		if (c == '\n') {
			end_line(m, out);
			continue;
		}
		if (m->cr)
			end_line(m, out);
		m->cr = c == '\r';
		if (!m->cr && c != '\0')
			buf_addc(out, c);
	}
}

void mend_end(struct mend *m, struct buf *out)
{
	if (m->cr)
		end_line(m, out);
}
