// What the form says, in sentences that anybody can check.
import { money } from '~/format';
import type { PlatformName } from '~/api/types';
import { Card } from '~/parts/Show';
import { t, tOr } from '~/words';
import { localeTag } from '~/words';
import { OLDEST, amount, platformsOf, uses, type Draft, type Part } from './draft';
import type { FormFacts, PlatformForm } from './shapes';

const SHOWN = 6;

function listed(names: string[]) {
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN), `+${names.length - SHOWN}`] : names;
  return new Intl.ListFormat(localeTag(), { type: 'conjunction' }).format(shown);
}

function countryName(code: string) {
  return new Intl.DisplayNames(localeTag(), { type: 'region' }).of(code) ?? code;
}

function where(part: Part, form: PlatformForm | undefined) {
  if (part.places.length) return listed(part.places.map((place) => place.name));
  return form?.country ? countryName(form.country) : t('directions.says_nowhere');
}

function sentences(draft: Draft, platform: PlatformName, form: PlatformForm | undefined, pageName: string) {
  const part = draft[platform];
  const currency = form?.currency ?? '';
  const budget = amount(part.budget);
  const target = amount(part.target);
  const name = t(`common.platform_${platform}`);
  const objective = tOr(`directions.obj_${part.objective}`, part.objective);
  const use = uses(part, platform, draft.landing.trim());
  const people = {
    gender: t(draft.gender === 'male' ? 'directions.says_male' : draft.gender === 'female' ? 'directions.says_female' : 'directions.says_all'),
    from: draft.age_from,
    to: draft.age_to,
    places: where(part, form),
  };
  return [
    budget > 0
      ? t('directions.says_spend', { money: money(budget * 1_000_000, currency), platform: name, objective })
      : t('directions.says_spend_open', { platform: name, objective }),
    t(Number(draft.age_to) >= OLDEST ? 'directions.says_people_open' : 'directions.says_people', people),
    part.interests.length > 0 && t('directions.says_interests', { interests: listed(part.interests.map((one) => one.name)) }),
    part.languages.length > 0 && t('directions.says_languages', { languages: listed(part.languages.map((one) => one.name)) }),
    target > 0 && t('directions.says_target', { money: money(target * 1_000_000, currency, { exact: true }) }),
    use.page && part.page
      ? t('directions.says_page', { name: pageName || part.page })
      : use.landing && draft.landing.trim() && t('directions.says_landing', { address: draft.landing.trim() }),
  ].filter((sentence): sentence is string => !!sentence);
}

export function Summary({ draft, facts, pageNames }: { draft: Draft; facts: FormFacts | undefined; pageNames: Partial<Record<PlatformName, string>> }) {
  return (
    <Card title={t('directions.summary')} class="direction-summary">
      <div role="status">
        {platformsOf(draft).map((platform) => (
          <p key={platform}>{sentences(draft, platform, facts?.platforms[platform], pageNames[platform] ?? '').join(' ')}</p>
        ))}
        <p class="soft">{t('directions.says_nothing_yet')}</p>
      </div>
    </Card>
  );
}
