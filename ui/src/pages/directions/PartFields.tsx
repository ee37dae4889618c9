// The fields of one platform: aim, money, and where its ads lead.
import { get, path, type Page } from '~/api/client';
import { useQuery } from '~/api/query';
import type { PlatformName } from '~/api/types';
import { money } from '~/format';
import { Field, Select, type Option } from '~/parts/Field';
import { Card, Note } from '~/parts/Show';
import { troubleLine } from '~/parts/trouble';
import { localeTag, t, tOr, type WordKey } from '~/words';
import { uses, type Draft, type Part, type Wrong } from './draft';
import type { PlatformForm } from './shapes';

interface PartProps {
  draft: Draft;
  platform: PlatformName;
  form: PlatformForm | undefined;
  wrong: Wrong;
  onPart: (changes: Partial<Part>) => void;
  onLeave: (field: string) => void;
}

/** The objective as an entry of a list begins with a capital. */
function objectiveName(name: string) {
  const word = tOr(`directions.obj_${name}`, name);
  return word.charAt(0).toLocaleUpperCase(localeTag()) + word.slice(1);
}
const buttonName = (word: string) => tOr(`directions.cta_${word}`, word);

export function AimAndMoney({ draft, platform, form, wrong, onPart, onLeave }: PartProps) {
  const part = draft[platform];
  const name = t(`common.platform_${platform}`);
  const currency = form?.currency ?? '';
  const least = form?.minimum_daily_budget_micros;
  const objective = form?.objectives.find((one) => one.name === part.objective);
  const objectives = (form?.objectives ?? []).map((one) => ({ value: one.name, label: objectiveName(one.name) }));
  if (!objective) objectives.unshift({ value: part.objective, label: objectiveName(part.objective) });

  return (
    <Card title={t('directions.money_aim', { platform: name })}>
      {form && form.status !== 'connected' && <Note tone="warn">{t('directions.not_connected', { platform: name })}</Note>}
      {form && !form.launches && <Note tone="soft">{t('directions.not_launched_here', { platform: name })}</Note>}
      <div class="direction-fields">
        <Select
          label={t('directions.objective')}
          options={objectives}
          value={part.objective}
          error={wrong[`${platform}.objective`]}
          onValue={(value) => onPart({ objective: value, button: '' })}
        />
        <Field
          label={t('directions.budget_in', { currency })}
          data-field={`${platform}.budget`}
          inputMode="decimal"
          dir="ltr"
          value={part.budget}
          hint={least ? t('directions.budget_least', { money: money(least, currency) }) : t('directions.budget_any', { currency })}
          error={wrong[`${platform}.budget`]}
          onValue={(budget) => onPart({ budget })}
          onBlur={() => onLeave(`${platform}.budget`)}
        />
        <Field
          label={t('directions.target_in', { currency })}
          data-field={`${platform}.target`}
          inputMode="decimal"
          dir="ltr"
          value={part.target}
          hint={t('directions.target_hint')}
          error={wrong[`${platform}.target`]}
          onValue={(target) => onPart({ target })}
          onBlur={() => onLeave(`${platform}.target`)}
        />
      </div>
    </Card>
  );
}

interface FromPlatform {
  id: string;
  name: string;
}
interface PageRow {
  page_id: string;
  page_name: string;
  status: string;
}

/** Instant pages or lead forms, live from the platform. */
export function usePages(platform: PlatformName, account: string, enabled: boolean) {
  return useQuery({
    queryKey: ['pages', platform, account],
    enabled: enabled && account !== '',
    staleTime: 300_000,
    queryFn: () =>
      get<{ data: PageRow[] }>(path(platform === 'tiktok' ? '/api/tiktok/instant-pages' : '/api/facebook/lead-forms', { adAccountId: account })).then(
        (answer) => answer.data.map((row): FromPlatform => ({ id: row.page_id, name: row.status && !/^(PUBLISHED|ACTIVE)$/.test(row.status) ? `${row.page_name} (${row.status})` : row.page_name })),
      ),
  });
}
function usePixels(platform: PlatformName, account: string, enabled: boolean) {
  return useQuery({
    queryKey: ['pixels', platform, account],
    enabled: enabled && account !== '',
    staleTime: 300_000,
    queryFn: () => get<Page<FromPlatform>>(path(`/api/ad-accounts/${account}/pixels`, { platform })).then((page) => page.data),
  });
}

/** What is chosen stays choosable, though the platform does not list it (or cannot be asked). */
function optionsOf(list: FromPlatform[] | undefined, value: string): Option[] {
  const options = (list ?? []).map((one) => ({ value: one.id, label: one.name || one.id }));
  if (value && !options.some((option) => option.value === value)) options.push({ value, label: value });
  return [{ value: '', label: list && !options.length ? t('directions.nothing_there') : t('directions.choose') }, ...options];
}

const problemOf = (error: unknown) => (error ? troubleLine(error) : '');

export function Destination({ draft, platform, form, wrong, onPart, onLeave }: PartProps) {
  const part = draft[platform];
  const use = uses(part, platform, draft.landing.trim());
  const pages = usePages(platform, draft.account, use.page && form?.status === 'connected');
  const pixels = usePixels(platform, draft.account, use.pixel && form?.status === 'connected');
  const usual = form?.objectives.find((one) => one.name === part.objective)?.call_to_action ?? '';
  const name = t(`common.platform_${platform}`);
  const many = draft.platform === 'both';
  const needed = (empty: boolean) => (empty ? t('directions.needed') : undefined);

  return (
    <>
      {use.page && (
        <Select
          label={t(platform === 'tiktok' ? 'directions.instant_page' : 'directions.lead_form')}
          options={optionsOf(pages.data, part.page)}
          value={part.page}
          hint={problemOf(pages.error) || needed(!part.page && !(platform === 'tiktok' && draft.landing.trim()))}
          error={wrong[`${platform}.page`]}
          onValue={(page) => onPart({ page })}
        />
      )}
      {use.pixel && (
        <Select
          label={t('directions.pixel')}
          options={optionsOf(pixels.data, part.pixel)}
          value={part.pixel}
          hint={problemOf(pixels.error) || (part.objective === 'lead_generation' ? undefined : needed(!part.pixel))}
          error={wrong[`${platform}.pixel`]}
          onValue={(pixel) => onPart({ pixel })}
        />
      )}
      {use.event && part.pixel && (
        <Select
          label={t('directions.event')}
          options={[
            { value: '', label: t('directions.event_usual') },
            ...(form?.optimization_events ?? []).map((value) => ({ value, label: tOr(`directions.event_${value}`, value) })),
          ]}
          value={part.event}
          onValue={(event) => onPart({ event })}
        />
      )}
      {use.instagram && (
        <Field label={t('directions.instagram_url')} type="url" dir="ltr" value={part.instagram} onValue={(instagram) => onPart({ instagram })} />
      )}
      {use.store && <Field label={t('directions.app_store_url')} type="url" dir="ltr" value={part.store} onValue={(store) => onPart({ store })} />}
      {use.app && (
        <>
          <Field
            label={t('directions.app_id')}
            dir="ltr"
            value={part.app}
            hint={needed(!part.app.trim())}
            error={wrong[`${platform}.app`]}
            onValue={(app) => onPart({ app })}
            onBlur={() => onLeave(`${platform}.app`)}
          />
          <Select
            label={t('directions.app_os')}
            options={[
              { value: 'android', label: 'Android' },
              { value: 'ios', label: 'iOS' },
            ]}
            value={part.system}
            onValue={(system) => onPart({ system })}
          />
        </>
      )}
      <Select
        label={many ? t('directions.button_on', { platform: name }) : t('directions.button')}
        options={[
          { value: '', label: t('directions.button_usual', { name: buttonName(usual) }) },
          ...(form?.calls_to_action ?? []).map((value) => ({ value, label: buttonName(value) })),
        ]}
        value={part.button}
        error={wrong[`${platform}.button`]}
        onValue={(button) => onPart({ button })}
      />
    </>
  );
}

/** What few need. */
export function MoreOfTikTok({ draft, onPart }: Pick<PartProps, 'draft' | 'onPart'>) {
  return (
    <div class="direction-fields">
      <Select
        label={t('directions.groups')}
        options={['create_new', 'use_existing'].map((value) => ({ value, label: t(`directions.groups_${value}` as WordKey) }))}
        value={draft.tiktok.groups}
        onValue={(groups) => onPart({ groups })}
      />
      <Field
        label={t('directions.campaign')}
        inputMode="numeric"
        dir="ltr"
        value={draft.tiktok.campaign}
        hint={t('directions.campaign_hint')}
        onValue={(campaign) => onPart({ campaign })}
      />
    </div>
  );
}
