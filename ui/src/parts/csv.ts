// What is seen, as a file: UTF-8 with a mark that spreadsheets look for.

/** A cell that begins like a formula is text all the same. */
function cell(value: string | number | null | undefined) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function downloadCsv(name: string, rows: (string | number | null | undefined)[][]) {
  saveFile(`${name}.csv`, 'text/csv;charset=utf-8', [`\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`]);
}

export function saveFile(name: string, type: string, parts: BlobPart[]) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
