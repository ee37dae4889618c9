// A direction written: what, where, for how much, to whom, with which words.  Checked beside the fields while it is written.
import { useMemo, useRef, useState } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';
import { ApiError, get, path } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { useAdAccounts, useMe } from '~/api/session';
import type { AdAccount, PlatformName } from '~/api/types';
import { Button, LinkButton } from '~/parts/Button';
import { Field, Segments, Select, TextArea } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Card, EmptyState, Note, PageHead, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { troubleLine } from '~/parts/trouble';
import { localeTag, t } from '~/words';
import { OLDEST, addDirection, changeDirection, check, copyOf, draftOf, emptyDraft, fieldOf, platformsOf, type Draft, type Part } from './draft';
import { AimAndMoney, Destination, MoreOfTikTok, usePages } from './PartFields';
import type { DirectionRow, FormFacts } from './shapes';
import { Summary } from './Summary';
import { Targets } from './Targets';
import { useDraft } from './useDraft';

const AGES = [13, 18, 25, 35, 45, 55, OLDEST];

/** The account of the address, else the default one. */
function firstAccount(accounts: AdAccount[], named: string) {
  return accounts.find((one) => one.id === named) ?? accounts.find((one) => one.is_default) ?? accounts[0];
}

export function NewDirection() {
  const search = useSearch();
  const query = useMemo(() => new URLSearchParams(search), [search]);
  const accounts = useAdAccounts();
  const from = query.get('from') ?? '';
  const start = useQuery({ queryKey: ['directions', from], queryFn: () => get<DirectionRow>(`/api/directions/${from}`), enabled: from !== '' });

  if (accounts.error) return <ProblemNote error={accounts.error} onRetry={() => void accounts.refetch()} />;
  if (start.error) return <ProblemNote error={start.error} onRetry={() => void start.refetch()} />;
  if (!accounts.data || (from && !start.data)) return <Skeleton lines={8} />;
  const account = firstAccount(accounts.data, query.get('account') ?? '');
  if (!account)
    return (
      <EmptyState
        icon="accounts"
        title={t('directions.account_none')}
        actions={
          <LinkButton look="main" href="/accounts">
            {t('directions.connect')}
          </LinkButton>
        }
      >
        {t('directions.account_none_hint')}
      </EmptyState>
    );
  const likely: PlatformName = account.connections.tiktok?.status === 'connected' || account.connections.facebook?.status !== 'connected' ? 'tiktok' : 'facebook';
  return (
    <Form
      title={t('directions.new')}
      accounts={accounts.data}
      initial={() => (start.data ? copyOf(start.data) : emptyDraft(account.id, likely))}
      name={from ? `copy-of-${from}` : 'new'}
      base=""
    />
  );
}

export function EditDirection({ id }: { id: string }) {
  const accounts = useAdAccounts();
  const direction = useQuery({ queryKey: ['directions', id], queryFn: () => get<DirectionRow>(`/api/directions/${id}`), refetchOnWindowFocus: false });

  if (direction.error instanceof ApiError && direction.error.status === 404)
    return <EmptyState icon="directions" title={t('directions.nowhere')} actions={<LinkButton href="/directions">{t('directions.title')}</LinkButton>} />;
  if (direction.error) return <ProblemNote error={direction.error} onRetry={() => void direction.refetch()} />;
  if (!accounts.data || !direction.data) return <Skeleton lines={8} />;
  const row = direction.data;
  return (
    <Form
      title={t('directions.edit_title', { name: row.name })}
      accounts={accounts.data}
      row={row}
      initial={() => draftOf(row)}
      name={row.id}
      base={row.updated_at}
    />
  );
}

interface FormProps {
  title: string;
  accounts: AdAccount[];
  initial: () => Draft;
  /** The direction that is edited. */
  row?: DirectionRow;
  /** Under which its draft is kept. */
  name: string;
  base: string;
}

function Form({ title, accounts, initial, row, name, base }: FormProps) {
  const me = useMe().data;
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const kept = useDraft(`direction-draft:${me?.org.id ?? ''}:${name}`, base, initial);
  const { draft, change } = kept;
  const facts = useQuery({
    queryKey: ['directions', 'form', draft.account],
    queryFn: () => get<FormFacts>(path('/api/directions/form', { ad_account_id: draft.account })),
    staleTime: 60_000,
  });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [sent, setSent] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const save = useDeed();
  const mayEdit = me?.rights.includes('edit') ?? false;

  const all = check(draft, facts.data);
  const refused = save.problem instanceof ApiError ? fieldOf(save.problem.field, draft) : '';
  if (refused && save.problem instanceof ApiError) all[refused] ??= troubleLine(save.problem);
  // Nobody is told that a field is wrong before having had a chance to fill it in.
  const wrong = Object.fromEntries(Object.entries(all).filter(([field]) => sent || left.has(field) || field === refused));
  const onLeave = (field: string) => setLeft((before) => new Set(before).add(field));
  const onPart = (platform: PlatformName) => (changes: Partial<Part>) => change({ [platform]: { ...draft[platform], ...changes } });
  const platforms = platformsOf(draft);
  const offered = (['tiktok', 'facebook'] as const).filter((platform) => !facts.data || facts.data.platforms[platform]);
  const tiktokPages = usePages('tiktok', draft.account, platforms.includes('tiktok') && facts.data?.platforms.tiktok?.status === 'connected' && draft.tiktok.page !== '');
  const facebookPages = usePages('facebook', draft.account, platforms.includes('facebook') && facts.data?.platforms.facebook?.status === 'connected' && draft.facebook.page !== '');
  const textMost = Math.min(...platforms.map((platform) => facts.data?.platforms[platform]?.ad_text_most ?? Infinity));

  async function submit(event: Event) {
    event.preventDefault();
    setSent(true);
    if (Object.keys(check(draft, facts.data)).length) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true], .field-wrong input')?.focus());
      return;
    }
    const done = await save.run(async () => {
      const saved = row ? await changeDirection(row.id, draft) : await addDirection(draft);
      kept.forget();
      await client.invalidateQueries({ queryKey: ['directions'] });
      toast(row ? t('common.saved') : t('directions.created', { name: saved.name }));
    });
    if (done) navigate('/directions');
  }

  const ages = [...new Set([...AGES, Number(draft.age_from), Number(draft.age_to)])].sort((a, b) => a - b);
  const ageOption = (age: number) => ({ value: String(age), label: age >= OLDEST ? t('directions.age_open', { age }) : new Intl.NumberFormat(localeTag()).format(age) });

  return (
    <>
      <PageHead title={title} actions={<LinkButton href="/directions" icon="back" look="quiet">{t('directions.title')}</LinkButton>} />
      {kept.restored && (
        <Note>
          <span class="direction-restored">
            {t('directions.draft_restored')}
            <Button small onClick={kept.drop}>
              {t('directions.draft_drop')}
            </Button>
          </span>
        </Note>
      )}
      {save.problem !== null && !refused && <ProblemNote error={save.problem} />}
      <form class="direction-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <div class="stack">
          <Card title={t('directions.basics')}>
            <div class="stack">
              <Field
                label={t('directions.name')}
                data-field="name"
                value={draft.name}
                maxLength={100}
                hint={t('directions.name_hint')}
                error={wrong.name}
                onValue={(value) => change({ name: value })}
                onBlur={() => onLeave('name')}
              />
              <div class="direction-fields">
                <Select
                  label={t('common.ad_account')}
                  options={accounts.map((one) => ({ value: one.id, label: one.name }))}
                  value={draft.account}
                  disabled={!!row}
                  error={wrong.account}
                  onValue={(account) => change({ account })}
                />
                {!row && (
                  <div class="field">
                    <span class="direction-label">{t('directions.where')}</span>
                    <Segments
                      label={t('directions.where')}
                      options={[
                        ...offered.map((platform) => ({ value: platform as string, label: t(`common.platform_${platform}`) })),
                        ...(offered.length > 1 ? [{ value: 'both', label: t('directions.both') }] : []),
                      ]}
                      value={draft.platform}
                      onValue={(value) => change({ platform: value as Draft['platform'] })}
                    />
                    {draft.platform === 'both' && <p class="field-hint">{t('directions.both_hint')}</p>}
                  </div>
                )}
              </div>
              {!row && facts.data && facts.data.directions_active + platforms.length > facts.data.directions_most && (
                <Note tone="warn">{t('directions.limit', { n: facts.data.directions_active, most: facts.data.directions_most })}</Note>
              )}
              {facts.error && <ProblemNote error={facts.error} onRetry={() => void facts.refetch()} />}
            </div>
          </Card>

          {platforms.map((platform) => (
            <AimAndMoney
              key={platform}
              draft={draft}
              platform={platform}
              form={facts.data?.platforms[platform]}
              wrong={wrong}
              onPart={onPart(platform)}
              onLeave={onLeave}
            />
          ))}

          <Card title={t('directions.people')}>
            <div class="stack">
              <div class="direction-fields">
                <Select label={t('directions.age_from')} options={ages.slice(0, -1).map(ageOption)} value={draft.age_from} error={wrong.age_from} onValue={(value) => change({ age_from: value })} />
                <Select label={t('directions.age_to')} options={ages.slice(1).map(ageOption)} value={draft.age_to} error={wrong.age_to} onValue={(value) => { change({ age_to: value }); onLeave('age_to'); }} />
                <Select
                  label={t('directions.gender')}
                  options={(['all', 'male', 'female'] as const).map((value) => ({ value, label: t(`directions.gender_${value}`) }))}
                  value={draft.gender}
                  error={wrong.gender}
                  onValue={(gender) => change({ gender })}
                />
              </div>
              {platforms.map((platform) => (
                <PeopleOf key={`${platform} ${draft.account}`} draft={draft} platform={platform} facts={facts.data} wrong={wrong} onPart={onPart(platform)} />
              ))}
            </div>
          </Card>

          <Card title={t('directions.texts')}>
            <div class="stack">
              <TextArea
                label={t('directions.ad_text')}
                value={draft.text}
                hint={
                  Number.isFinite(textMost) && draft.text
                    ? t('directions.ad_text_left', { n: Math.max(0, textMost - [...draft.text.trim()].length) })
                    : t('directions.ad_text_hint')
                }
                error={wrong.text}
                onValue={(text) => change({ text })}
                onBlur={() => onLeave('text')}
              />
              <div class="direction-fields">
                <Field
                  label={t('directions.landing')}
                  type="url"
                  dir="ltr"
                  value={draft.landing}
                  hint={t('directions.landing_hint')}
                  error={wrong.landing}
                  onValue={(landing) => change({ landing })}
                  onBlur={() => onLeave('landing')}
                />
                <Field label={t('directions.utm')} dir="ltr" value={draft.utm} hint={t('directions.utm_hint')} error={wrong.utm} onValue={(utm) => change({ utm })} />
                {platforms.map((platform) => (
                  <Destination
                    key={platform}
                    draft={draft}
                    platform={platform}
                    form={facts.data?.platforms[platform]}
                    wrong={wrong}
                    onPart={onPart(platform)}
                    onLeave={onLeave}
                  />
                ))}
              </div>
              {platforms.includes('tiktok') && (
                <details class="direction-more">
                  <summary>{t('directions.more')}</summary>
                  <MoreOfTikTok draft={draft} onPart={onPart('tiktok')} />
                </details>
              )}
            </div>
          </Card>
        </div>

        <div class="direction-side">
          <Summary
            draft={draft}
            facts={facts.data}
            pageNames={{
              tiktok: tiktokPages.data?.find((one) => one.id === draft.tiktok.page)?.name,
              facebook: facebookPages.data?.find((one) => one.id === draft.facebook.page)?.name,
            }}
          />
          {sent && Object.keys(all).length > 0 && (
            <p class="field-error" role="alert">
              {t('directions.wrong_some')}
            </p>
          )}
          <div class="direction-buttons">
            <Button type="submit" look="main" busy={save.busy} disabled={!mayEdit}>
              {row ? t('directions.save') : draft.platform === 'both' ? t('directions.create_both') : t('directions.create')}
            </Button>
            <LinkButton href="/directions">{t('common.cancel')}</LinkButton>
          </div>
          {kept.touched && <p class="soft direction-kept">{t('directions.draft_kept')}</p>}
        </div>
      </form>
    </>
  );
}

function PeopleOf({
  draft,
  platform,
  facts,
  wrong,
  onPart,
}: {
  draft: Draft;
  platform: PlatformName;
  facts: FormFacts | undefined;
  wrong: Record<string, string>;
  onPart: (changes: Partial<Part>) => void;
}) {
  const part = draft[platform];
  const country = facts?.platforms[platform]?.country;
  const common = { platform, account: draft.account, connected: facts?.platforms[platform]?.status === 'connected' };
  const fields = (
    <div class="stack">
      <Targets
        {...common}
        kind="places"
        label={t('directions.places')}
        chosen={part.places}
        onChosen={(places) => onPart({ places })}
        hint={country ? t('directions.places_whole', { country: new Intl.DisplayNames(localeTag(), { type: 'region' }).of(country) ?? country }) : t('directions.places_need')}
        error={wrong[`${platform}.places`]}
      />
      <div class="direction-fields direction-pair">
        <Targets
          {...common}
          kind="interests"
          label={t('directions.interests')}
          chosen={part.interests}
          onChosen={(interests) => onPart({ interests })}
          hint={t('directions.interests_any')}
          error={wrong[`${platform}.interests`]}
        />
        <Targets
          {...common}
          kind="languages"
          label={t('directions.languages')}
          chosen={part.languages}
          onChosen={(languages) => onPart({ languages })}
          hint={t('directions.languages_any')}
          error={wrong[`${platform}.languages`]}
        />
      </div>
    </div>
  );
  if (draft.platform !== 'both') return fields;
  return (
    <fieldset class="direction-group">
      <legend>{t('directions.on_platform', { platform: t(`common.platform_${platform}`) })}</legend>
      {fields}
    </fieldset>
  );
}
