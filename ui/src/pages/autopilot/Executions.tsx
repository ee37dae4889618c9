// Runs of the autopilot, of one or of all accounts; and their reports.
import { Link } from 'wouter-preact';
import { useAdAccounts } from '~/api/session';
import { day, instant, money, number } from '~/format';
import { Button } from '~/parts/Button';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, EmptyState, Missing, Skeleton, type Tone } from '~/parts/Show';
import { t } from '~/words';
import { stateWord, triggerWord } from './sentences';
import { useExecutions, useReports, type Execution, type Where } from './shapes';

export const stateTones: Record<string, Tone> = { done: 'good', failed: 'bad', waiting: 'info', decided: 'info', dispatching: 'info' };

export function useAccountName() {
  const accounts = useAdAccounts().data ?? [];
  return (id: string) => accounts.find((one) => one.id === id)?.name ?? id;
}

function Row({ one, zone }: { one: Execution; zone?: string }) {
  const name = useAccountName();
  const none = <Missing reason={one.error ?? t('autopilot.not_decided')} />;
  return (
    <tr>
      <th scope="row" class="pinned">
        <Link href={`/autopilot/${one.id}`}>
          <bdi>{instant(one.started_at, zone)}</bdi>
        </Link>
      </th>
      <td>
        <bdi>{name(one.ad_account_id)}</bdi>
      </td>
      <td>{t(`common.platform_${one.platform}`)}</td>
      <td>
        <Badge tone={stateTones[one.state] ?? 'soft'} why={one.error ?? undefined}>
          {stateWord(one.state)}
        </Badge>
      </td>
      <td>{triggerWord(one.trigger)}</td>
      <td class="numeric">{one.counts ? <bdi>{number(one.counts.groups)}</bdi> : none}</td>
      <td class="numeric">{one.counts ? <bdi>{number(one.counts.changed)}</bdi> : none}</td>
      <td class="numeric">{one.counts ? <bdi>{number(one.counts.actions)}</bdi> : none}</td>
      <td>{!one.counts ? none : one.dispatched ? t('autopilot.acted') : t('autopilot.observed')}</td>
      <td class="numeric">{one.after_micros === undefined ? none : <bdi>{`${money(one.before_micros, one.currency)} → ${money(one.after_micros, one.currency)}`}</bdi>}</td>
    </tr>
  );
}

export function Executions({ where, zone }: { where: Where; zone?: string }) {
  const list = useExecutions(where);
  if (list.isPending) return <Skeleton lines={8} />;
  if (list.isError) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap((page) => page.data);
  if (rows.length === 0)
    return (
      <EmptyState icon="autopilot" title={t('autopilot.no_executions')}>
        {t('autopilot.no_executions_hint')}
      </EmptyState>
    );
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t('autopilot.executions')}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="pinned">
                {t('autopilot.started')}
              </th>
              <th scope="col">{t('common.ad_account')}</th>
              <th scope="col">{t('common.platform')}</th>
              <th scope="col">{t('autopilot.state')}</th>
              <th scope="col">{t('autopilot.trigger')}</th>
              <th scope="col" class="numeric">
                {t('autopilot.groups')}
              </th>
              <th scope="col" class="numeric">
                {t('autopilot.changed')}
              </th>
              <th scope="col" class="numeric">
                {t('autopilot.actions')}
              </th>
              <th scope="col">{t('autopilot.mode')}</th>
              <th scope="col" class="numeric">
                {t('autopilot.budgets')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <Row key={one.id} one={one} zone={zone} />
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('autopilot.more')}
        </Button>
      )}
    </>
  );
}

export function Reports({ where, zone }: { where: Where; zone?: string }) {
  const list = useReports(where);
  const name = useAccountName();
  if (list.isPending) return <Skeleton lines={8} />;
  if (list.isError) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  const reports = list.data.pages.flatMap((page) => page.data);
  if (reports.length === 0) return <EmptyState icon="note" title={t('autopilot.no_reports')} />;
  return (
    <>
      {reports.map((report) => (
        <Card
          key={report.id}
          title={
            <>
              <bdi>{name(report.ad_account_id)}</bdi> · {t(`common.platform_${report.platform}`)} · <bdi>{day(report.day)}</bdi>
            </>
          }
          actions={<Link href={`/autopilot/${report.execution_id}`}>{t('autopilot.whole_execution')}</Link>}
        >
          <p class="soft">{instant(report.created_at, zone)}</p>
          <pre class="report" dir="ltr" lang="en" tabIndex={0}>
            {report.report_data?.text ?? ''}
          </pre>
        </Card>
      ))}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('autopilot.more')}
        </Button>
      )}
    </>
  );
}
