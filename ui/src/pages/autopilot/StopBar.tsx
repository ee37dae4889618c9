// The emergency stop of the org: nothing automatic acts while it is on.
import { useState } from 'preact/hooks';
import { post } from '~/api/client';
import { queries } from '~/api/query';
import { useRight } from '~/api/session';
import { instant } from '~/format';
import { Button } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { TextArea } from '~/parts/Field';
import { Note } from '~/parts/Show';
import { t } from '~/words';
import { useAutopilot } from './shapes';

async function change(what: 'stop' | 'resume', reason?: string) {
  await post(`/api/autopilot/${what}`, reason ? { reason } : {});
  await queries.invalidateQueries({ queryKey: ['autopilot'] });
  void queries.invalidateQueries({ queryKey: ['alerts'] });
}

export function StopButton() {
  const state = useAutopilot().data;
  const maySpend = useRight('spend');
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  if (!state || !maySpend) return null;
  if (state.stopped)
    return (
      <>
        <Button look="main" icon="play" onClick={() => setAsking(true)}>
          {t('autopilot.resume')}
        </Button>
        {asking && (
          <ConfirmDialog title={t('autopilot.resume_title')} act={t('autopilot.resume')} onClose={() => setAsking(false)} onAct={() => change('resume')}>
            <p>{t('autopilot.resume_note')}</p>
          </ConfirmDialog>
        )}
      </>
    );
  return (
    <>
      <Button look="danger" icon="stop" onClick={() => setAsking(true)}>
        {t('autopilot.stop')}
      </Button>
      {asking && (
        <ConfirmDialog title={t('autopilot.stop_title')} act={t('autopilot.stop')} danger onClose={() => setAsking(false)} onAct={() => change('stop', reason)}>
          <p>{t('autopilot.stop_note')}</p>
          <TextArea label={t('autopilot.stop_reason')} value={reason} maxLength={200} rows={2} onValue={setReason} />
        </ConfirmDialog>
      )}
    </>
  );
}

export function StopNote({ zone }: { zone?: string }) {
  const stopped = useAutopilot().data?.stopped;
  if (!stopped) return null;
  return (
    <Note tone="warn">
      <p>
        <strong>{t('autopilot.is_stopped', { since: instant(stopped.since_at, zone) })}</strong>
      </p>
      {stopped.reason && (
        <p dir="auto">
          <bdi>{stopped.reason}</bdi>
        </p>
      )}
    </Note>
  );
}
