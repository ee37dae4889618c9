// Places, interests and languages, found in the platform's own lists by typing.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { get, path } from '~/api/client';
import { useQuery } from '~/api/query';
import type { PlatformName } from '~/api/types';
import { instant } from '~/format';
import { Combobox, type Choice } from '~/parts/Combobox';
import { t, tOr } from '~/words';
import type { Chosen } from './draft';
import type { Target, TargetAnswer } from './shapes';

const TYPING_MS = 200;

function useSettled(text: string) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}

const choiceOf = (target: Target): Choice => ({
  value: target.id,
  label: target.name,
  detail: [target.within, tOr(`directions.kind_${target.kind}`, '')].filter(Boolean).join(' · ') || undefined,
});

interface TargetsProps {
  kind: 'places' | 'interests' | 'languages';
  platform: PlatformName;
  account: string;
  label: string;
  connected: boolean;
  chosen: Chosen[];
  onChosen: (chosen: Chosen[]) => void;
  hint?: string;
  error?: string;
}

export function Targets({ kind, platform, account, label, connected, chosen, onChosen, hint, error }: TargetsProps) {
  const [text, setText] = useState('');
  const asked = useSettled(text);
  const found = useQuery({
    queryKey: ['targets', kind, platform, account, asked],
    queryFn: ({ signal }) => get<TargetAnswer>(path(`/api/targeting/${kind}`, { platform, ad_account_id: account, q: asked }), { signal }),
    staleTime: 600_000,
    placeholderData: (before) => before,
    enabled: account !== '',
  });
  const choices = useMemo(() => (found.data?.data ?? []).map(choiceOf), [found.data]);
  const known = useMemo(() => chosen.map((one) => ({ value: one.id, label: one.name })), [chosen]);

  function choose(ids: string[]) {
    onChosen(
      ids.map((id) => {
        const name = chosen.find((one) => one.id === id)?.name ?? choices.find((one) => one.value === id)?.label ?? id;
        return { id, name };
      }),
    );
  }
  const answer = found.data;
  const warning =
    answer?.stale && answer.why
      ? answer.source === 'table'
        ? connected
          ? kind === 'places' && t('directions.list_table')
          : t('directions.list_connect', { platform: t(`common.platform_${platform}`) })
        : t('directions.list_stale', { when: instant(answer.read_at) })
      : '';

  return (
    <Combobox
      label={label}
      choices={choices}
      known={known}
      value={chosen.map((one) => one.id)}
      onValue={choose}
      multiple
      placeholder={t('directions.type_to_find')}
      onSearch={setText}
      loading={found.isFetching}
      hint={[warning, chosen.length ? '' : hint].filter(Boolean).join(' ') || undefined}
      error={error}
    />
  );
}
