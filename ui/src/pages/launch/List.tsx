// Launches, newest first.
import { Link } from 'wouter-preact';
import { ago, money } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { ProblemNote } from '~/parts/Problem';
import { EmptyState, Skeleton } from '~/parts/Show';
import { told } from '~/parts/trouble';
import { t, tOr } from '~/words';
import { useLaunches } from './api';
import { LaunchState } from './shown';

export function LaunchList() {
  const launches = useLaunches();
  const rows = launches.data?.pages.flatMap((page) => page.data);
  if (launches.error && !rows) return <ProblemNote error={launches.error} onRetry={() => void launches.refetch()} />;
  if (!rows) return <Skeleton lines={5} />;
  if (!rows.length)
    return (
      <EmptyState icon="launch" title={t('launch.none')} actions={<LinkButton href="/launch">{t('launch.title')}</LinkButton>} />
    );
  return (
    <>
      <ul class="launch-list">
        {rows.map((one) => (
          <li key={one.id}>
            <Link href={`/launches/${one.id}`}>
              <bdi>{one.input?.direction_name ?? t('launch.change_of_switch')}</bdi>
            </Link>
            <LaunchState state={one.state} />
            <span class="soft">{one.input?.mode && tOr(`launch.by_mode_${one.input.mode}`, one.input.mode)}</span>
            {!!one.input?.daily_budget_micros && <bdi class="soft">{money(one.input.daily_budget_micros, one.input.currency)}</bdi>}
            <span class="soft">{ago(one.created_at)}</span>
            {one.error && <span class="launch-list-error">{one.error.platform_message ?? told(one.error).title}</span>}
          </li>
        ))}
      </ul>
      {launches.hasNextPage && (
        <Button busy={launches.isFetchingNextPage} onClick={() => void launches.fetchNextPage()}>
          {t('table.more')}
        </Button>
      )}
    </>
  );
}
