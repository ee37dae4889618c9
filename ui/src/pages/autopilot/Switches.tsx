// Observe or act, for each ad account and platform.
import { patch } from '~/api/client';
import { queries } from '~/api/query';
import { useRight } from '~/api/session';
import type { PlatformName } from '~/api/types';
import { ProblemNote } from '~/parts/Problem';
import { Switch } from '~/parts/Field';
import { Badge, Card, EmptyState, Missing, Skeleton } from '~/parts/Show';
import { LinkButton } from '~/parts/Button';
import { toast, toastError } from '~/parts/Toast';
import { t } from '~/words';
import { useAutopilot } from './shapes';

async function set(account: string, platform: PlatformName, acts: boolean) {
  try {
    await patch(`/api/ad-accounts/${account}`, { [`autopilot_${platform}`]: acts });
    toast(acts ? t('autopilot.acts_now') : t('autopilot.observes_now'));
  } catch (error) {
    toastError(error);
  }
  await queries.invalidateQueries({ queryKey: ['autopilot'] });
}

export function Switches() {
  const state = useAutopilot();
  const mayAct = useRight('spend');
  if (state.isPending) return <Skeleton lines={4} />;
  if (state.isError) return <ProblemNote error={state.error} onRetry={() => void state.refetch()} />;
  if (state.data.accounts.length === 0)
    return (
      <EmptyState icon="accounts" title={t('autopilot.no_accounts')} actions={<LinkButton href="/accounts">{t('shell.accounts')}</LinkButton>} />
    );
  return (
    <Card title={t('autopilot.switches')}>
      <p class="soft">{t('autopilot.switches_note')}</p>
      <ul class="switch-list">
        {state.data.accounts.map((account) => (
          <li key={account.ad_account_id} class="switch-row">
            <div class="switch-name">
              <strong>
                <bdi>{account.name}</bdi>
              </strong>
              <span class="soft">{t('autopilot.runs_at', { hour: `${String(account.schedule_hour).padStart(2, '0')}:00` })}</span>
            </div>
            {(['facebook', 'tiktok'] as const)
              .filter((platform) => platform in account)
              .map((platform) => (
                <div key={platform} class="switch-platform">
                  <span>{t(`common.platform_${platform}`)}</span>
                  {account[platform] == null ? (
                    <Missing reason={t('autopilot.not_connected')} />
                  ) : mayAct ? (
                    <Switch
                      label={account[platform] === 'act' ? t('autopilot.acts') : t('autopilot.observes')}
                      aria-label={t('autopilot.switch_of', { name: account.name, platform: t(`common.platform_${platform}`) })}
                      checked={account[platform] === 'act'}
                      onValue={(on) => void set(account.ad_account_id, platform, on)}
                    />
                  ) : (
                    <Badge tone={account[platform] === 'act' ? 'good' : 'soft'}>{account[platform] === 'act' ? t('autopilot.acts') : t('autopilot.observes')}</Badge>
                  )}
                </div>
              ))}
          </li>
        ))}
      </ul>
    </Card>
  );
}
