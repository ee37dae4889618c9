// Sentences of the API as codes and values (src/text/says.h), written in the reader's language.
import { day, money, percent } from '~/format';
import { t, tKnown, type Parameters, type WordKey } from '~/words';

export interface Says {
  code: string;
  currency?: string;
  [value: string]: string | number | undefined;
}

/** "leads" -> {per: "a lead", none: "leads", count: "3 leads"}. */
export function resultWords(result: string | undefined, count = 0): Parameters {
  const known = result?.replaceAll(' ', '_') ?? 'results';
  const kind = tKnown(`brain.per_${known}`) ? known : 'results';
  return {
    per: t(`brain.per_${kind}` as WordKey),
    none: t(`brain.none_${kind}` as WordKey),
    count: t(`brain.count_${kind}` as WordKey, { n: count }),
  };
}

function parametersOf(says: Says): Parameters {
  const made: Parameters = {};
  for (const [name, value] of Object.entries(says)) {
    if (value === undefined || name === 'code' || name === 'currency') continue;
    if (name === 'result') Object.assign(made, resultWords(String(value), Number(says.results ?? 0)));
    else if (name === 'so') made.so = tKnown(`brain.${value}`) ? t(`brain.${value}` as WordKey) : String(value);
    else if (name === 'days' && typeof value === 'string') made.days = value.split(', ').map((one) => day(one)).join(', ');
    else if (name.endsWith('_micros')) made[name.slice(0, -'_micros'.length)] = money(Number(value), says.currency);
    else if (name.endsWith('percent')) made[name] = percent(Number(value) / 100, 0);
    else if (name === 'unit') made.unit = tKnown(`creatives.unit_${value}`) ? t(`creatives.unit_${value}` as WordKey) : value;
    else if (name === 'field') made.field = tKnown(`creatives.field_${value}`) ? t(`creatives.field_${value}` as WordKey) : value;
    else if (name === 'value' && typeof value === 'number') made.value = Math.round(value * 10) / 10;
    else made[name] = value;
  }
  return made;
}

/** The sentence of a code; the server's own English where this page does not know the code. */
export function say(page: string, says: Says | null | undefined, otherwise: string): string {
  const key = `${page}.${says?.code}`;
  return says && tKnown(key) ? t(key as WordKey, parametersOf(says)) : otherwise;
}
