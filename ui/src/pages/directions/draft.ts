// What is being written in the form: from a direction, to a request, and what is wrong with it.
import { post, patch } from '~/api/client';
import type { PlatformName } from '~/api/types';
import { money } from '~/format';
import { t } from '~/words';
import type { DirectionRow, FormFacts, PlatformForm, Settings } from './shapes';

export interface Chosen {
  id: string;
  name: string;
}
/** What differs by platform. */
export interface Part {
  objective: string;
  budget: string;
  target: string;
  places: Chosen[];
  interests: Chosen[];
  languages: Chosen[];
  button: string;
  page: string;
  pixel: string;
  event: string;
  groups: string;
  campaign: string;
  instagram: string;
  store: string;
  app: string;
  system: string;
  /** Settings that the form does not show; they stay as they are. */
  kept: Settings;
}
export interface Draft {
  name: string;
  account: string;
  platform: PlatformName | 'both';
  age_from: string;
  age_to: string;
  gender: string;
  text: string;
  landing: string;
  utm: string;
  tiktok: Part;
  facebook: Part;
}

export const platformsOf = (draft: Draft): PlatformName[] => (draft.platform === 'both' ? ['tiktok', 'facebook'] : [draft.platform]);
/** 65 and older is how platforms count the oldest. */
export const OLDEST = 65;
const YOUNGEST = 18;

function emptyPart(objective: string): Part {
  return {
    objective,
    budget: '',
    target: '',
    places: [],
    interests: [],
    languages: [],
    button: '',
    page: '',
    pixel: '',
    event: '',
    groups: 'create_new',
    campaign: '',
    instagram: '',
    store: '',
    app: '',
    system: 'android',
    kept: {},
  };
}
export function emptyDraft(account: string, platform: PlatformName): Draft {
  return {
    name: '',
    account,
    platform,
    age_from: String(YOUNGEST),
    age_to: String(OLDEST),
    gender: 'all',
    text: '',
    landing: '',
    utm: '',
    tiktok: emptyPart('lead_generation'),
    facebook: emptyPart('lead_forms'),
  };
}

/* --- from a direction --- */

const shownInForm = new Set([
  'locations', 'cities', 'location_ids', 'interests', 'languages', 'locales', 'target_names', 'age_min', 'age_max', 'gender', 'landing_page_url',
  'site_url', 'utm_tag', 'ad_text', 'description', 'call_to_action', 'pixel_id', 'lead_form_id', 'instagram_url', 'app_store_url', 'app_id', 'app_os',
]);

function chosenOf(settings: Settings, ...lists: (keyof Settings)[]): Chosen[] {
  const ids = lists.flatMap((list) => (settings[list] as (string | number)[] | undefined) ?? []).map(String);
  return [...new Set(ids)].map((id) => ({ id, name: settings.target_names?.[id] ?? id }));
}
const units = (micros: number) => (micros ? String(micros / 1_000_000) : '');

function partOf(row: DirectionRow): Part {
  const settings = row.default_settings;
  const tiktok = row.platform === 'tiktok';
  return {
    objective: row.objective,
    budget: units(row.daily_budget_micros),
    target: units(row.target_cpl_micros),
    places: chosenOf(settings, 'location_ids', 'locations', 'cities'),
    interests: chosenOf(settings, 'interests'),
    languages: chosenOf(settings, 'languages', 'locales'),
    button: settings.call_to_action ?? '',
    page: (tiktok ? row.tiktok_instant_page_id : settings.lead_form_id) ?? '',
    pixel: (tiktok ? row.tiktok_pixel_id : settings.pixel_id) ?? '',
    event: row.tiktok_optimization_event ?? '',
    groups: row.tiktok_adgroup_mode ?? 'create_new',
    campaign: row.tiktok_campaign_id ?? '',
    instagram: settings.instagram_url ?? '',
    store: settings.app_store_url ?? '',
    app: settings.app_id ?? '',
    system: settings.app_os ?? 'android',
    kept: Object.fromEntries(Object.entries(settings).filter(([name]) => !shownInForm.has(name))),
  };
}

export function draftOf(row: DirectionRow): Draft {
  const settings = row.default_settings;
  const draft = emptyDraft(row.ad_account_id, row.platform);
  return {
    ...draft,
    name: row.name,
    age_from: String(settings.age_min || YOUNGEST),
    age_to: String(settings.age_max || OLDEST),
    gender: settings.gender?.toLowerCase() || 'all',
    text: settings.ad_text || settings.description || '',
    landing: settings.landing_page_url || settings.site_url || '',
    utm: settings.utm_tag ?? '',
    [row.platform]: partOf(row),
  };
}

/** As a start for another one: its own campaign is not taken along. */
export function copyOf(row: DirectionRow): Draft {
  const draft = draftOf(row);
  draft[row.platform].campaign = '';
  return { ...draft, name: t('directions.copy_of', { name: row.name }) };
}

/* --- to a request --- */

/** "15 000", "12,50": an amount in currency units; NaN when it is none. */
export function amount(text: string): number {
  const plain = text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\s\u00a0\u202f'’]/g, '')
    .replace(/,(?=\d{3}(\D|$))/g, '')
    .replace(/[,٫]/g, '.');
  return /^\d+(\.\d{1,2})?$/.test(plain) ? Number(plain) : NaN;
}

/** What of the part goes with its objective. */
export function uses(part: Part, platform: PlatformName, landing: string) {
  const leads = part.objective === 'lead_generation';
  if (platform === 'facebook')
    return {
      page: part.objective === 'lead_forms',
      pixel: part.objective === 'site_leads',
      event: false,
      landing: part.objective === 'site_leads',
      instagram: part.objective === 'instagram_traffic',
      store: part.objective === 'app_installs',
      app: false,
    };
  return {
    page: leads,
    pixel: part.objective === 'conversions' || (leads && !part.page && landing !== ''),
    event: part.objective === 'conversions' || (leads && !part.page && landing !== ''),
    landing: !['engagement', 'app_promotion'].includes(part.objective),
    instagram: false,
    store: false,
    app: part.objective === 'app_promotion',
  };
}

function settingsOf(draft: Draft, platform: PlatformName): Settings {
  const part = draft[platform];
  const use = uses(part, platform, draft.landing.trim());
  const ids = part.places.map((place) => place.id);
  const numbers = platform === 'tiktok' ? ids.filter((id) => /^\d+$/.test(id)) : [];
  const names = [...part.places, ...part.interests, ...part.languages].filter((one) => one.name !== one.id);
  const settings: Settings = {
    ...part.kept,
    location_ids: numbers,
    locations: ids.filter((id) => !numbers.includes(id)),
    interests: part.interests.map((one) => one.id),
    languages: part.languages.map((one) => one.id),
    target_names: Object.fromEntries(names.map((one) => [one.id, one.name])),
    age_min: Number(draft.age_from),
    age_max: Number(draft.age_to),
    gender: draft.gender,
    landing_page_url: draft.landing.trim(),
    utm_tag: draft.utm.trim(),
    ad_text: draft.text.trim(),
    call_to_action: part.button,
    ...(platform === 'facebook' && use.page ? { lead_form_id: part.page } : {}),
    ...(platform === 'facebook' && use.pixel ? { pixel_id: part.pixel } : {}),
    ...(use.instagram ? { instagram_url: part.instagram.trim() } : {}),
    ...(use.store ? { app_store_url: part.store.trim() } : {}),
    ...(use.app ? { app_id: part.app.trim(), app_os: part.system } : {}),
  };
  const empty = (value: unknown) =>
    value === '' || (Array.isArray(value) && !value.length) || (value !== null && typeof value === 'object' && !Object.keys(value).length);
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !empty(value)));
}

function bodyOf(draft: Draft): Record<string, unknown> {
  const body: Record<string, unknown> = { name: draft.name.trim() };
  for (const platform of platformsOf(draft)) {
    const part = draft[platform];
    const use = uses(part, platform, draft.landing.trim());
    if (platform === 'tiktok')
      Object.assign(body, {
        tiktok_objective: part.objective,
        tiktok_daily_budget: amount(part.budget),
        tiktok_target_cpl: part.target ? amount(part.target) : 0,
        tiktok_adgroup_mode: part.groups,
        tiktok_pixel_id: use.pixel ? part.pixel : '',
        tiktok_optimization_event: use.event ? part.event : '',
        tiktok_instant_page_id: use.page ? part.page : '',
        tiktok_campaign_id: part.campaign.trim(),
        tiktok_default_settings: settingsOf(draft, platform),
      });
    else
      Object.assign(body, {
        objective: part.objective,
        daily_budget_cents: Math.round(amount(part.budget) * 100),
        target_cpl_cents: part.target ? Math.round(amount(part.target) * 100) : 0,
        facebook_default_settings: settingsOf(draft, platform),
      });
  }
  return body;
}

export async function addDirection(draft: Draft): Promise<DirectionRow> {
  const body = { ...bodyOf(draft), platform: draft.platform, ad_account_id: draft.account };
  return (await post<{ direction: DirectionRow }>('/api/directions', body)).direction;
}
export const changeDirection = (id: string, draft: Draft) => patch<DirectionRow>(`/api/directions/${id}`, bodyOf(draft));

/* --- what is wrong --- */

export type Wrong = Record<string, string>;

const emoji = /\p{Extended_Pictographic}/u;

function checkPart(draft: Draft, platform: PlatformName, form: PlatformForm | undefined, wrong: Wrong) {
  const part = draft[platform];
  const name = t(`common.platform_${platform}`);
  const budget = amount(part.budget);
  const least = form?.minimum_daily_budget_micros ?? 0;

  if (Number.isNaN(budget)) wrong[`${platform}.budget`] = t('directions.wrong_money');
  else if (budget * 1_000_000 < least || budget <= 0)
    wrong[`${platform}.budget`] = least
      ? t('directions.wrong_budget', { platform: name, money: money(least, form?.currency) })
      : t('directions.wrong_money');
  if (part.target && Number.isNaN(amount(part.target))) wrong[`${platform}.target`] = t('directions.wrong_money');
  if (!part.places.length && !form?.country && form?.launches) wrong[`${platform}.places`] = t('directions.places_need');
  const most = form?.ad_text_most;
  if (most && [...draft.text.trim()].length > most) wrong.text = t('directions.wrong_text_long', { n: most, platform: name });
  if (form && !form.ad_text_emoji && emoji.test(draft.text)) wrong.text = t('directions.wrong_text_emoji');
}

export function check(draft: Draft, facts: FormFacts | undefined): Wrong {
  const wrong: Wrong = {};
  const length = [...draft.name.trim()].length;
  if (length < 2 || length > 100) wrong.name = t('directions.wrong_name');
  if (!draft.account) wrong.account = t('directions.wrong_account');
  if (Number(draft.age_to) < Number(draft.age_from)) wrong.age_to = t('directions.wrong_age');
  if (draft.landing.trim() && !/^https:\/\/[^\s/]+\.[^\s]+$/.test(draft.landing.trim())) wrong.landing = t('directions.wrong_landing');
  for (const platform of platformsOf(draft)) checkPart(draft, platform, facts?.platforms[platform], wrong);
  return wrong;
}

/** Which of the form's fields a field of the API is; "" = none of them. */
export function fieldOf(name: string, draft: Draft): string {
  const first = platformsOf(draft)[0];
  const fixed: Record<string, string> = {
    name: 'name',
    ad_account_id: 'account',
    tiktok_objective: 'tiktok.objective',
    objective: 'facebook.objective',
    tiktok_daily_budget: 'tiktok.budget',
    daily_budget_cents: 'facebook.budget',
    tiktok_target_cpl: 'tiktok.target',
    target_cpl: `${first}.target`,
    target_cpl_cents: 'facebook.target',
    tiktok_pixel_id: 'tiktok.pixel',
    pixel_id: `${first}.pixel`,
    tiktok_instant_page_id: 'tiktok.page',
    locations: `${first}.places`,
    location_ids: `${first}.places`,
    interests: `${first}.interests`,
    languages: `${first}.languages`,
    age_min: 'age_from',
    age_max: 'age_to',
    gender: 'gender',
    ad_text: 'text',
    call_to_action: `${first}.button`,
    landing_page_url: 'landing',
    utm_tag: 'utm',
    app_id: 'tiktok.app',
    app_os: 'tiktok.system',
  };
  return fixed[name] ?? '';
}
