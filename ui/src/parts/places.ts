// Countries and currencies, named in the reader's language.
import { localeTag } from '~/words';
import type { Option } from './Field';

const countryCodes =
  'AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW';
/** Those that the server knows. */
const currencyCodes =
  'KZT RUB USD EUR AED SAR EGP UZS KGS TRY GBP AMD ARS AUD AZN BDT BGN BHD BOB BRL BYN CAD CHF CLP CNY COP CRC CZK DKK DZD GEL GTQ HKD HNL HUF IDR ILS INR IQD ISK JOD JPY KES KRW KWD LBP LKR MAD MDL MNT MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RSD SEK SGD THB TJS TMT TND TWD UAH UGX UYU VND XAF XOF ZAR';
const currencyOf: Record<string, string> = {
  KZ: 'KZT', RU: 'RUB', US: 'USD', AE: 'AED', SA: 'SAR', EG: 'EGP', UZ: 'UZS', KG: 'KGS', TR: 'TRY', GB: 'GBP', BY: 'BYN', UA: 'UAH',
  AZ: 'AZN', AM: 'AMD', GE: 'GEL', TJ: 'TJS', TM: 'TMT', MA: 'MAD', DZ: 'DZD', TN: 'TND', QA: 'QAR', KW: 'KWD', BH: 'BHD', OM: 'OMR',
  JO: 'JOD', LB: 'LBP', IQ: 'IQD', IN: 'INR', ID: 'IDR', MY: 'MYR', TH: 'THB', VN: 'VND', PH: 'PHP', PK: 'PKR', BD: 'BDT', BR: 'BRL',
  MX: 'MXN', CA: 'CAD', AU: 'AUD', PL: 'PLN', CZ: 'CZK', IL: 'ILS', ZA: 'ZAR', NG: 'NGN', KE: 'KES', JP: 'JPY', KR: 'KRW', CN: 'CNY',
  DE: 'EUR', FR: 'EUR', ES: 'EUR', IT: 'EUR', NL: 'EUR', AT: 'EUR', BE: 'EUR', IE: 'EUR', PT: 'EUR', GR: 'EUR', FI: 'EUR',
};

export function countries(): Option[] {
  const names = new Intl.DisplayNames(localeTag(), { type: 'region' });
  return countryCodes
    .split(' ')
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => a.label.localeCompare(b.label, localeTag()));
}

export function currencies(): Option[] {
  const names = new Intl.DisplayNames(localeTag(), { type: 'currency' });
  return currencyCodes.split(' ').map((value) => ({ value, label: `${value} · ${names.of(value) ?? value}` }));
}

/** What the browser hints at; only a first proposal. */
export function likelyCountry() {
  const region = new Intl.Locale(navigator.language).maximize().region ?? 'KZ';
  return countryCodes.includes(region) ? region : 'KZ';
}
export const likelyCurrency = (country: string) => currencyOf[country] ?? 'USD';
