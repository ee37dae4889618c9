// Text with the places marked that answer a search.
import type { ComponentChildren } from 'preact';
import { Link } from 'wouter-preact';
import { duration } from '~/format';
import { t } from '~/words';
import type { Creative, Match } from './shapes';

/** `start` and `length` count characters, as the API does. */
function marked(text: string, marks: { start: number; length: number }[]): ComponentChildren[] {
  const characters = [...text];
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const { start, length } of marks) {
    if (start < at) continue;
    parts.push(characters.slice(at, start).join(''), <mark key={start}>{characters.slice(start, start + length).join('')}</mark>);
    at = start + length;
  }
  parts.push(characters.slice(at).join(''));
  return parts;
}

export function MarkedTitle({ creative }: { creative: Creative }) {
  const { match } = creative;
  if (match?.field !== 'title' || match.cut_before || match.cut_after) return <>{creative.title}</>;
  return <>{marked(match.text, match.marks)}</>;
}

/** The piece of transcript, text or tags that was found, with its moment in the video. */
export function MatchLine({ creative, match }: { creative: Creative; match: Match }) {
  if (match.field === 'title') return null;
  const at = match.at_ms;
  return (
    <p class="match">
      <span class="soft">{t(`creatives.match_${match.field}`)}</span>{' '}
      <q dir="auto">
        {match.cut_before && '… '}
        {marked(match.text, match.marks)}
        {match.cut_after && ' …'}
      </q>
      {at !== null && (
        <>
          {' '}
          <Link href={`/creatives/${creative.id}?at=${at}`} aria-label={t('creatives.play_at', { time: duration(at) })}>
            <bdi>{duration(at)}</bdi>
          </Link>
        </>
      )}
    </p>
  );
}

const plain = (text: string) => text.toLocaleLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ё', 'е');

/** For searching what is on the page: case and signs on letters do not matter. */
export function MarkedText({ text, wanted }: { text: string; wanted: string }) {
  const word = plain(wanted.trim());
  if (!word) return <>{text}</>;
  const characters = [...text];
  // Which character each letter of the plain text came from.
  const from: number[] = [];
  let flat = '';
  characters.forEach((character, i) => {
    for (const letter of plain(character)) {
      flat += letter;
      from.push(i);
    }
  });
  const marks: { start: number; length: number }[] = [];
  for (let at = flat.indexOf(word); at >= 0; at = flat.indexOf(word, at + word.length)) {
    const start = from[at] ?? 0;
    marks.push({ start, length: (from[at + word.length - 1] ?? start) - start + 1 });
  }
  return <>{marked(text, marks)}</>;
}
export const holds = (text: string, wanted: string) => plain(text).includes(plain(wanted.trim()));
