// What went wrong in the reader's language: by the sentence's code where the server gives one, else
// by its kind.  The server's own English stays, as details.
import { ApiError } from '~/api/client';
import { language, t, tKnown, type WordKey } from '~/words';
import { say, type Says } from '~/words/say';

/** A problem of the API, or a stored error (of a launch, of an action). */
export interface Trouble {
  status?: number;
  kind?: string | null;
  text?: string;
  hint?: string | null;
  says?: Says;
}

const byStatus: Record<number, string> = { 401: 'signed_out', 403: 'denied', 404: 'not_found', 413: 'too_large', 415: 'type', 423: 'locked', 429: 'too_many', 460: 'checksum', 502: 'uncertain', 503: 'busy' };

function kindOf(trouble: Trouble): string {
  const kind = byStatus[trouble.status ?? 0] ?? trouble.kind ?? '';
  return tKnown(`problem.title_${kind}`) ? kind : (trouble.status ?? 0) >= 500 ? 'broken' : 'invalid';
}

export interface Told {
  title: string;
  way: string;
  /** The server's own words, where the reader's language is another. */
  details: string;
}

/** The sentence of a code, from the page of words that knows it. */
function sentence(says: Says | undefined): string {
  for (const page of ['problem', 'brain', 'creatives']) {
    const text = say(page, says, '');
    if (text) return text;
  }
  return '';
}

export function told(trouble: Trouble): Told {
  const kind = kindOf(trouble);
  const title = t(`problem.title_${kind}` as WordKey);
  const way = t(`problem.way_${kind}` as WordKey);
  if (!trouble.text) return { title, way, details: '' };
  if (language.get() === 'en') return { title: trouble.text, way: trouble.hint || way, details: '' };
  const known = sentence(trouble.says);
  if (known) return { title: known, way, details: '' };
  return { title, way, details: [trouble.text, trouble.hint].filter(Boolean).join(' · ') };
}

/** Of a thrown error. */
export function toldOf(error: unknown): Told {
  if (!(error instanceof ApiError)) return { title: error instanceof Error ? error.message : String(error), way: '', details: '' };
  const { status, kind, detail, title, hint, says } = error.problem;
  return told({ status, kind, text: status ? (detail ?? title) : undefined, hint, says });
}

/** In one line, for a toast or below a field. */
export function troubleLine(error: unknown): string {
  const { title, way, details } = toldOf(error);
  const platform = error instanceof ApiError ? error.problem.platform?.message : undefined;
  return [title, platform || details || way].filter(Boolean).join(' · ');
}
