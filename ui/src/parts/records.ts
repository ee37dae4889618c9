// Where the records of CSV end: a line break between quotes ends none.

export interface Piece {
  /** The file's first line, and the records. */
  text: string;
  rows: number;
  /** The line of the file on which line 1 of the piece's records stands, less those of its head. */
  shift: number;
}

/** What most likely separates the columns, by the first line; as the server guesses. */
function separatorOf(text: string) {
  const counts: Record<string, number> = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  for (let i = 0; i < text.length && (quoted || text[i] !== '\n'); i++) {
    const c = text[i]!;
    if (c === '"') quoted = !quoted;
    else if (!quoted && c in counts) counts[c]!++;
  }
  if (counts[';']! > counts[',']! && counts[';']! >= counts['\t']!) return ';';
  return counts['\t']! > counts[',']! ? '\t' : ',';
}

interface CsvRecord {
  /** Where it ends, behind its line break. */
  end: number;
  /** The line on which the next one begins, from 1. */
  next: number;
  blank: boolean;
}

/** Null where quotes stand in an odd place: only the server can say what is wrong. */
function recordsOf(text: string): CsvRecord[] | null {
  const separator = separatorOf(text);
  const records: CsvRecord[] = [];
  let line = 1;
  let start = 0;
  for (let i = 0; i < text.length; ) {
    const fieldStart = i === start || text[i - 1] === separator;
    if (text[i] === '"' && fieldStart) {
      for (i++; i < text.length && (text[i] !== '"' || text[i + 1] === '"'); i++) {
        if (text[i] === '"') i++;
        else if (text[i] === '\n') line++;
      }
      i++; // the closing one
      const after = text[i];
      if (i > text.length || (after !== undefined && after !== separator && after !== '\r' && after !== '\n')) return null;
    } else if (text[i] === '"') {
      return null;
    } else if (text[i] === '\n') {
      i++;
      line++;
      records.push({ end: i, next: line, blank: text.slice(start, i).trim() === '' });
      start = i;
    } else {
      i++;
    }
  }
  if (start < text.length) records.push({ end: text.length, next: line + 1, blank: text.slice(start).trim() === '' });
  return records;
}

/** A file in pieces of so many rows, each with the file's head; one piece where that is not safe. */
export function splitCsv(text: string, most: number): Piece[] {
  const records = recordsOf(text);
  const head = records?.findIndex((record) => !record.blank) ?? -1;
  if (!records || head < 0) return [{ text, rows: 0, shift: 0 }];
  const headText = text.slice(0, records[head]!.end);
  const headLines = records[head]!.next - 1;
  const pieces: Piece[] = [];
  let from = head + 1;
  while (from < records.length) {
    let rows = 0;
    let to = from;
    for (; to < records.length && rows < most; to++) if (!records[to]!.blank) rows++;
    const begins = records[from - 1]!;
    if (rows) pieces.push({ text: headText + text.slice(begins.end, records[to - 1]!.end), rows, shift: begins.next - 1 - headLines });
    from = to;
  }
  return pieces.length ? pieces : [{ text, rows: 0, shift: 0 }];
}

/** Counts the records of CSV that comes in pieces of bytes. */
export function recordCounter() {
  let quoted = false;
  let count = 0;
  return (bytes: Uint8Array) => {
    for (const byte of bytes)
      if (byte === 0x22) quoted = !quoted;
      else if (byte === 0x0a && !quoted) count++;
    return count;
  };
}
