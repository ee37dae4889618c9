import { useEffect, useState } from 'preact/hooks';
import { useAdAccounts, useDirections, useMe } from '~/api/session';
import { Button } from '~/parts/Button';
import { Field, Select } from '~/parts/Field';
import { useQueryState } from '~/parts/url';
import { t, tOr } from '~/words';
import { filterNames, stages } from './api';

const sources = ['tiktok_form', 'facebook_form', 'site', 'api', 'import', 'crm', 'chat'];
const PAUSE_MS = 300;

/** The text goes into the address when the typing stops. */
function SearchField() {
  const state = useQueryState();
  const asked = state.get('q');
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (text === asked) return;
    const timer = setTimeout(() => state.set({ q: text.trim() || null }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return <Field label={t('leads.search')} type="search" value={text} onValue={setText} placeholder={t('leads.search_hint')} />;
}

export function Filters({ withStage }: { withStage: boolean }) {
  const state = useQueryState();
  const [more, setMore] = useState(['source', 'state', 'spam', 'recovered', 'duplicates', 'test', 'assigned'].some((name) => state.get(name)));
  const directions = useDirections().data ?? [];
  const accounts = useAdAccounts().data ?? [];
  const me = useMe().data;
  const any = filterNames.some((name) => state.get(name));
  const choice = (name: string, label: string, options: { value: string; label: string }[]) => (
    <Select label={label} value={state.get(name)} options={[{ value: '', label: t('common.all') }, ...options]} onValue={(value) => state.set({ [name]: value || null })} />
  );
  const yesNo = (name: string, label: string) => choice(name, label, [{ value: 'true', label: t('leads.only') }, { value: 'false', label: t('leads.without') }]);

  return (
    <div class="filters" role="search">
      <SearchField />
      {withStage && choice('stage', t('leads.stage'), stages.map((stage) => ({ value: stage, label: t(`leads.stage_${stage}`) })))}
      {choice('platform', t('common.platform'), [
        { value: 'tiktok', label: t('common.platform_tiktok') },
        { value: 'facebook', label: t('common.platform_facebook') },
      ])}
      {choice('direction', t('common.direction'), directions.map((one) => ({ value: one.id, label: `${one.name} · ${t(`common.platform_${one.platform}`)}` })))}
      {accounts.length > 1 && choice('account', t('common.ad_account'), accounts.map((one) => ({ value: one.id, label: one.name })))}
      <Field label={t('range.from')} type="date" value={state.get('from')} max={state.get('to') || undefined} onValue={(value) => state.set({ from: value || null })} />
      <Field label={t('range.to')} type="date" value={state.get('to')} min={state.get('from') || undefined} onValue={(value) => state.set({ to: value || null })} />
      {more && (
        <>
          {choice('source', t('leads.source'), sources.map((value) => ({ value, label: tOr(`leads.source_${value}`, value) })))}
          {choice('state', t('leads.link'), [
            { value: 'linked', label: t('leads.linked') },
            { value: 'unlinked', label: t('leads.unlinked') },
          ])}
          {choice('spam', t('leads.spam_score'), ['30', '50', '80'].map((value) => ({ value, label: t('leads.spam_from', { score: value }) })))}
          {me?.user_id && choice('assigned', t('leads.assigned'), [{ value: 'me', label: t('leads.to_me') }])}
          {yesNo('recovered', t('leads.recovered'))}
          {yesNo('duplicates', t('leads.duplicates'))}
          {yesNo('test', t('leads.tests'))}
        </>
      )}
      {!more && (
        <Button look="quiet" icon="filter" onClick={() => setMore(true)}>
          {t('leads.more_filters')}
        </Button>
      )}
      {any && (
        <Button look="quiet" icon="close" onClick={() => state.set(Object.fromEntries(filterNames.map((name) => [name, null])))}>
          {t('leads.no_filters')}
        </Button>
      )}
    </div>
  );
}
