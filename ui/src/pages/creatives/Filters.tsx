// What is shown of the library; all of it is in the address.
import { useEffect, useState } from 'preact/hooks';
import { useAdAccounts, useDirections } from '~/api/session';
import { Button } from '~/parts/Button';
import { Field, Segments, Select } from '~/parts/Field';
import { useQueryState } from '~/parts/url';
import { t } from '~/words';
import { useTags, type Filters } from './library';
import { directionLabel } from './wish';

const PAUSE_MS = 250;
const DUPLICATES = 'duplicates';
const NAMES = ['q', 'platform', 'account', 'direction', 'status', 'media', 'tag', 'used', 'duplicates'] as const;

export function useFilters(): { filters: Filters; filtered: boolean; clear: () => void } {
  const state = useQueryState();
  return {
    filters: {
      q: state.get('q'),
      platform: state.get('platform'),
      ad_account_id: state.get('account'),
      direction_id: state.get('direction'),
      status: state.get('status'),
      media_type: state.get('media'),
      tag: state.get('tag'),
      used: state.get('used'),
      duplicates: state.get('duplicates'),
      sort: state.get('order'),
    },
    filtered: NAMES.some((name) => state.get(name)),
    clear: () => state.set(Object.fromEntries(NAMES.map((name) => [name, null]))),
  };
}

/** The address follows the typing after a moment. */
function SearchField() {
  const state = useQueryState();
  const asked = state.get('q');
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (text === asked) return;
    const timer = setTimeout(() => state.set({ q: text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return <Field label={t('creatives.search')} type="search" value={text} onValue={setText} placeholder={t('creatives.search_hint')} maxLength={200} />;
}

export function FilterBar({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  const state = useQueryState();
  const accounts = useAdAccounts().data ?? [];
  const directions = useDirections().data ?? [];
  const tags = useTags().data ?? [];
  const choose = (name: string) => ({ value: state.get(name), onValue: (value: string) => state.set({ [name]: value }) });
  const shown = directions.filter(
    (one) => (!state.get('platform') || one.platform === state.get('platform')) && (!state.get('account') || one.ad_account_id === state.get('account')),
  );

  return (
    <div class="creative-filters" role="search">
      <Segments
        label={t('common.platform')}
        value={state.get('platform')}
        onValue={(platform) => state.set({ platform, direction: null })}
        options={[
          { value: '', label: t('common.all') },
          { value: 'facebook', label: t('common.platform_facebook') },
          { value: 'tiktok', label: t('common.platform_tiktok') },
        ]}
      />
      <div class="filters">
        <div class="filter-search">
          <SearchField />
        </div>
        {accounts.length > 1 && (
          <Select
            label={t('common.ad_account')}
            options={[{ value: '', label: t('common.all_ad_accounts') }, ...accounts.map((one) => ({ value: one.id, label: one.name }))]}
            value={state.get('account')}
            onValue={(account) => state.set({ account, direction: null })}
          />
        )}
        <Select
          label={t('common.direction')}
          options={[{ value: '', label: t('common.all_directions') }, ...shown.map((one) => ({ value: one.id, label: directionLabel(one) }))]}
          {...choose('direction')}
        />
        <Select
          label={t('creatives.status')}
          options={[
            { value: '', label: t('common.all') },
            { value: 'processing', label: t('creatives.state_processing') },
            { value: 'ready', label: t('creatives.state_ready') },
            { value: 'failed', label: t('creatives.state_failed') },
          ]}
          {...choose('status')}
        />
        <Select
          label={t('creatives.media')}
          options={[
            { value: '', label: t('common.all') },
            { value: 'video', label: t('creatives.media_video') },
            { value: 'image', label: t('creatives.media_image') },
            { value: 'carousel', label: t('creatives.media_carousel') },
          ]}
          {...choose('media')}
        />
        {tags.length > 0 && (
          <Select
            label={t('creatives.tag')}
            options={[{ value: '', label: t('common.all') }, ...tags.map((one) => ({ value: one.tag, label: `${one.tag} (${one.count})` }))]}
            {...choose('tag')}
          />
        )}
        <Select
          label={t('creatives.use')}
          options={[
            { value: '', label: t('common.all') },
            { value: 'false', label: t('creatives.only_unused') },
            { value: 'true', label: t('creatives.only_used') },
            { value: DUPLICATES, label: t('creatives.only_duplicates') },
          ]}
          value={state.get('duplicates') ? DUPLICATES : state.get('used')}
          onValue={(value) => state.set(value === DUPLICATES ? { used: null, duplicates: 'true' } : { used: value, duplicates: null })}
        />
        {filtered && (
          <Button look="quiet" icon="close" onClick={clear}>
            {t('creatives.clear_filters')}
          </Button>
        )}
      </div>
    </div>
  );
}

export function OrderSelect() {
  const state = useQueryState();
  const searching = !!state.get('q');
  return (
    <Select
      label={t('creatives.order')}
      labelHidden
      options={[
        { value: '', label: searching ? t('creatives.order_relevance') : t('creatives.order_newest') },
        ...(searching ? [{ value: 'newest', label: t('creatives.order_newest') }] : []),
        { value: 'title', label: t('creatives.order_title') },
        { value: 'size', label: t('creatives.order_size') },
        { value: 'used', label: t('creatives.order_used') },
      ]}
      value={state.get('order')}
      onValue={(order) => state.set({ order })}
    />
  );
}
