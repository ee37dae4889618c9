import '../autopilot/autopilot.css';
import './dashboard.css';
import { Link } from 'wouter-preact';
import { ago, day, instant } from '~/format';
import { queries } from '~/api/query';
import { adAccountsQuery } from '~/api/session';
import { DateRange, useRange } from '~/parts/DateRange';
import { aheadOfFirstSteps, FirstSteps } from '~/parts/FirstSteps';
import { ProblemNote } from '~/parts/Problem';
import { rangeOf } from '~/parts/range';
import { Card, PageHead, Skeleton } from '~/parts/Show';
import { t } from '~/words';
import { Inbox } from '../autopilot/Inbox';
import { whereOf } from '../autopilot/requests';
import { AccountSelect, PlatformTabs, useWhere, useZone } from '../autopilot/Scope';
import { autopilotQuery, inboxQuery } from '../autopilot/shapes';
import { StopNote } from '../autopilot/StopBar';
import { pixelsQuery } from '../settings/pixels';
import { Alerts } from './Alerts';
import { Conversions } from './Conversions';
import { Figures, Quality, SpendAndLeads } from './Figures';
import { INBOX_ENTRIES } from './requests';
import { alertsQuery, dashboardQuery, useDashboard, type Dashboard } from './shapes';

function Age({ data }: { data: Dashboard }) {
  return (
    <p class="soft data-age">
      {data.metrics_collected_at ? (
        <span title={instant(data.metrics_collected_at, data.time_zone)}>{t('dashboard.collected', { ago: ago(data.metrics_collected_at) })}</span>
      ) : (
        t('dashboard.never_collected')
      )}
      {data.includes_today && ` ${t('dashboard.today_partial')}`}
      {data.before && ` ${t('dashboard.compared', { from: day(data.before.from), to: day(data.before.to) })}`}
      {(data.rates?.length ?? 0) > 0 && ` ${t('dashboard.converted', { currency: data.currency })}`}
    </p>
  );
}

/** What the page shows first. */
export async function ahead() {
  const query = new URLSearchParams(location.search);
  const where = whereOf(query);
  await Promise.all([
    queries.prefetchQuery(dashboardQuery(where, rangeOf(query))),
    queries.prefetchQuery(adAccountsQuery),
    aheadOfFirstSteps(),
    queries.prefetchQuery(autopilotQuery),
    queries.prefetchQuery(alertsQuery(where)),
    queries.prefetchQuery(pixelsQuery(where)),
    queries.prefetchInfiniteQuery(inboxQuery(where, INBOX_ENTRIES)),
  ]);
}

export default function Page() {
  const where = useWhere();
  const zone = useZone(where);
  const range = useRange(zone);
  const dashboard = useDashboard(where, range);
  const data = dashboard.data;
  return (
    <>
      <PageHead title={t('dashboard.title')} />
      <FirstSteps />
      <StopNote zone={zone} />
      <PlatformTabs />
      <div class="filters dashboard-filters">
        <AccountSelect />
        <DateRange range={range} timeZone={data?.time_zone ?? zone} comparing />
      </div>
      {dashboard.isError ? (
        <ProblemNote error={dashboard.error} onRetry={() => void dashboard.refetch()} />
      ) : !data ? (
        <>
          <Skeleton block />
          <Skeleton block />
        </>
      ) : (
        <div class="dashboard-data" aria-busy={dashboard.isPlaceholderData}>
          <Figures data={data} />
          <Age data={data} />
          <SpendAndLeads data={data} />
        </div>
      )}
      <div class="dashboard-columns">
        <div class="dashboard-side">
          <Alerts where={where} zone={zone} />
          {data && (data.now.figures.leads.value ?? 0) > 0 && <Quality data={data} />}
          <Conversions where={where} />
        </div>
        <Card
          title={t('dashboard.inbox')}
          actions={<Link href={`/autopilot${where.platform ? `?platform=${where.platform}` : ''}`}>{t('dashboard.all_of_it')}</Link>}
        >
          <Inbox where={where} limit={INBOX_ENTRIES} zone={zone} short />
        </Card>
      </div>
    </>
  );
}
