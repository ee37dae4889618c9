import './autopilot.css';
import { useParams } from 'wouter-preact';
import { PageHead } from '~/parts/Show';
import { Tabs } from '~/parts/Tabs';
import { useParam } from '~/parts/url';
import { t } from '~/words';
import { ExecutionPage } from './ExecutionPage';
import { Executions, Reports } from './Executions';
import { Inbox } from './Inbox';
import { AccountSelect, PlatformFilter, useWhere, useZone } from './Scope';
import { StopButton, StopNote } from './StopBar';
import { Switches } from './Switches';

function Overview() {
  const [tab] = useParam('tab', 'inbox');
  const where = useWhere();
  const zone = useZone(where);
  return (
    <>
      <PageHead title={t('autopilot.title')} actions={<StopButton />} />
      <StopNote zone={zone} />
      <Tabs
        label={t('autopilot.title')}
        value={tab}
        tabs={[
          { value: 'inbox', label: t('autopilot.inbox') },
          { value: 'executions', label: t('autopilot.executions') },
          { value: 'reports', label: t('autopilot.reports') },
          { value: 'switches', label: t('autopilot.switches') },
        ]}
      />
      {tab !== 'switches' && (
        <div class="filters">
          <PlatformFilter />
          <AccountSelect />
        </div>
      )}
      {tab === 'inbox' && <Inbox where={where} zone={zone} />}
      {tab === 'executions' && <Executions where={where} zone={zone} />}
      {tab === 'reports' && <Reports where={where} zone={zone} />}
      {tab === 'switches' && <Switches />}
    </>
  );
}

export default function Page() {
  const { id } = useParams<{ id?: string }>();
  return id ? <ExecutionPage id={id} /> : <Overview />;
}
