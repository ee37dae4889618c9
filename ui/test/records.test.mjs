// Where the records of CSV end, and which line of the file a piece's line is.
import test from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../src/parts/records.ts', import.meta.url));
const built = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm' });
const { splitCsv, recordCounter } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

test('a file is split between records, each piece with the head', () => {
  const text = '\nid,note\r\n1,"two\nlines, ""quoted"""\n\n2,\n3,x\n4,y';
  const pieces = splitCsv(text, 2);
  assert.deepEqual(
    pieces.map((piece) => [piece.text, piece.rows]),
    [
      ['\nid,note\r\n1,"two\nlines, ""quoted"""\n\n2,\n', 2],
      ['\nid,note\r\n3,x\n4,y', 2],
    ],
  );
  // Line 3 of the second piece is its first record: line 7 of the file.
  assert.deepEqual(pieces.map((piece) => piece.shift), [0, 4]);
  assert.equal(text.split('\n')[3 + 4 - 1], '3,x');
});

test('what only the server can judge is left in one piece', () => {
  for (const odd of ['a,b\n1,5" pipe\n2,x\n', 'a\n"open\n1\n', 'a,b\n"x"y,1\n2,3\n', '', '\n\n', 'a,b\n'])
    assert.deepEqual(splitCsv(odd, 1), [{ text: odd, rows: 0, shift: 0 }]);
  assert.equal(splitCsv('a;b\n"x;y";1\n2;"3"\n', 1).length, 2);
});

test('records are counted over pieces of bytes', () => {
  const count = recordCounter();
  const bytes = new TextEncoder().encode('id,note\r\n1,"two\nlines ""x"""\r\n2,\r\n');
  let last = 0;
  for (let i = 0; i < bytes.length; i += 3) last = count(bytes.subarray(i, i + 3));
  assert.equal(last, 3);
});
