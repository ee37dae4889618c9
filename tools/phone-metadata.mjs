// phone-metadata: writes src/text/phone_metadata.c, and with --golden test/golden/phones.tsv,
// from libphonenumber's metadata as the npm package libphonenumber-js carries it.
//
//   npm install --prefix DIR libphonenumber-js
//   node tools/phone-metadata.mjs DIR > src/text/phone_metadata.c
//   node tools/phone-metadata.mjs DIR --golden > test/golden/phones.tsv
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.resolve(process.argv[2], 'package.json'));
const metadata = require('libphonenumber-js/metadata.min.json');
const { version } = require('libphonenumber-js/package.json');
const { parsePhoneNumberFromString } = require('libphonenumber-js/min');

/* The places of a country's facts in the package's arrays. */
const CODE = 0, IDD = 1, PATTERN = 2, LENGTHS = 3, PREFIX = 5, PARSING = 7, TRANSFORM = 8, LEADING = 10;

function row(name, c) {
  const lengths = c[LENGTHS].reduce((bits, n) => bits | (1 << n), 0);
  const texts = [name, c[CODE], c[IDD] || '', c[PATTERN], c[PARSING] || c[PREFIX] || '',
    c[TRANSFORM] || '', c[LEADING] || ''];
  // All that the matcher of phone_pattern.c understands.
  for (const text of [c[IDD], c[PATTERN], c[PARSING], c[LEADING]])
    if (text && !/^(?:\\d|[0-9]|\[(?:\\d|[0-9-])+\]|\(\?:|[()|?$]|\{\d+(?:,\d+)?\})*$/.test(text))
      throw new Error(`${name}: phone_pattern.c cannot read ${text}`);
  return `    {${texts.map((t) => JSON.stringify(t)).join(', ')}, 0x${lengths.toString(16)}},`;
}

function table() {
  const rows = [];
  for (const [code, names] of Object.entries(metadata.country_calling_codes))
    for (const name of names) rows.push(row(name, metadata.countries[name]));
  for (const c of Object.values(metadata.nonGeographic)) rows.push(row('001', c));
  return `/*
 * phone_metadata.c - the numbering plans of all countries.  Written by
 * tools/phone-metadata.mjs: change that, not this.
 *
 * The data is libphonenumber's metadata, Copyright The Libphonenumber Authors,
 * Apache License 2.0, as libphonenumber-js ${version} carries it.
 */

#include "text/phone_table.h"

/* clang-format off */
const struct phone_country phone_countries[] = {
${rows.join('\n')}
};
/* clang-format on */
const size_t phone_countries_n = countof(phone_countries);
`;
}

/* Spellings whose rules are odd: trunk prefixes, mobile prefixes, prefixes of carriers, islands. */
const odd = `
KZ 8 701 123 45 67|KZ 8 (727) 250 12 34|KZ +7 8 701 123 45 67|KZ 8~10 971 50 123 4567|RU 8 (495) 123-45-67
RU 9161234567|RU 810 7 701 123 45 67|UA 067 123 45 67|BY 80 29 123-45-67|BY 8 029 123 45 67
UZ 90 123 45 67|KG 0555 123 456|TJ 93 123 4567|TM 8 66 123456|AZ 050 123 45 67|GE 555 12 34 56
AM 077 123456|MD 0621 12 345|TR 0532 123 45 67|SA 050 123 4567|SA 00971501234567|AE 050 123 4567
AE 04 123 4567|AE 800 12345|EG 0100 123 4567|QA 3312 3456|KW 5001 2345|IT 06 1234 5678|IT 312 345 6789
IT +39 06 1234 5678|VA 06 698 12345|SM 886377|SM 0549 886377|AR 011 15 2345 6789|AR 011 2345 6789
AR 0221 15 412 3456|AR +54 9 11 2345 6789|AR +54 11 15 2345 6789|MX 55 1234 5678|MX +52 55 1234 5678
BR 011 96123 4567|BR 0 15 11 96123 4567|BR (11) 96123-4567|HU 06 20 123 4567|LT 8 612 34567
GB 020 7946 0018|GB +44 (0)20 7946 0018|GG 256789|JE 07797 712345|IM 07624 301234|US (202) 555-0123
US 1 202 555 0123|US 011 7 701 123 4567|CA 506 234 5678|AG 464 1234|JM 876 210 1234|BB 230 1234
DE 030 123456|DE 0151 23456789|AT 01 234567890|FR 06 12 34 56 78|ES 612 34 56 78|PL 512 345 678
CZ 601 123 456|NL 06 12345678|BE 0470 12 34 56|CH 078 123 45 67|SE 070 123 45 67|NO 406 12 345
FI 041 2345678|GR 691 234 5678|RO 0712 034 567|BG 048 123 456|IN 098765 43210|PK 0301 2345678
BD 01812 345678|CN 131 2345 6789|CN 0 10 1234 5678|JP 090 1234 5678|JP 010 7 701 123 4567|KR 010 2000 0000
HK 5123 4567|SG 8123 4567|MY 012 345 6789|TH 081 234 5678|VN 0912 345 678|ID 0812 345 678|PH 0905 123 4567
AU 0412 345 678|AU 0011 44 20 7946 0018|CC 0412 345 678|NZ 021 123 4567|ZA 071 123 4567|NG 0802 123 4567
KE 0712 123456|MA 0650 123456|DZ 0551 23 45 67|TN 20 123 456|IL 050 234 5678|IR 0912 345 6789
GA 06 03 12 34|MG 20 1234567|CR 8312 3456|UY 094 231 234|CL 2 2123 4567|CO 321 1234567|PE 912 345 678`;

function golden() {
  const examples = require('libphonenumber-js/examples.mobile.json');
  const lines = new Set();
  const add = (country, typed) => {
    const number = parsePhoneNumberFromString(typed, country);
    if (number?.isPossible()) lines.add([country, typed, number.number, number.isValid() ? 'exists' : 'fits'].join('\t'));
  };
  for (const one of odd.trim().split(/[|\n]/)) add(one.slice(0, 2), one.slice(3));
  for (const [country, national] of Object.entries(examples)) {
    const number = parsePhoneNumberFromString(national, country);
    if (!number || number.number.length < 9) continue;
    add(country, number.formatNational());
    add(country, number.formatInternational());
    add('KZ', number.number);
  }
  return `# country, what was typed, what libphonenumber-js ${version} reads (tools/phone-metadata.mjs --golden)\n` +
    [...lines].join('\n') + '\n';
}

process.stdout.write(process.argv[3] === '--golden' ? golden() : table());
