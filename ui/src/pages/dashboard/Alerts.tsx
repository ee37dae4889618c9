// What needs somebody's attention: what, since when, why, what to do.
import { Link } from 'wouter-preact';
import { post } from '~/api/client';
import { queries } from '~/api/query';
import { useRight } from '~/api/session';
import { ago, duration, instant, money } from '~/format';
import { Icon } from '~/parts/Icon';
import { Menu } from '~/parts/Menu';
import { ProblemNote } from '~/parts/Problem';
import { Card, Skeleton } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { t, tOr } from '~/words';
import type { Where } from '../autopilot/shapes';
import { useAlerts, type Alert } from './shapes';

function placeOf(alert: Alert): string | null {
  switch (alert.object.kind) {
    case 'ad_account':
      return alert.kind === 'ad_rejected' || alert.kind === 'under_delivery' ? '/campaigns' : `/accounts/${alert.object.id ?? ''}`;
    case 'creative':
      return `/creatives/${alert.object.id ?? ''}`;
    case 'direction':
      return `/directions/${alert.object.id ?? ''}`;
    case 'endpoint':
    case 'handoff':
      return '/settings/hand-offs';
    case 'event':
    case 'pixel':
      return '/settings/events';
    case 'autopilot':
      return '/autopilot';
    default:
      return null;
  }
}

function whyOf(alert: Alert): string {
  const parameters = {
    n: alert.count,
    spend: money(alert.spend_micros, alert.currency),
    budget: money(alert.budget_micros, alert.currency),
    gap: duration(alert.usual_gap_ms),
  };
  const key = `dashboard.why_${alert.kind}`;
  return tOr(key, '') === '' ? alert.why : t(key as Parameters<typeof t>[0], parameters);
}

async function dismiss(alert: Alert, hours: number) {
  try {
    await post('/api/alerts/dismiss', { id: alert.id, hours });
    toast(t('dashboard.dismissed'), {
      undo: async () => {
        await post('/api/alerts/dismiss', { id: alert.id, hours: 0 });
        await queries.invalidateQueries({ queryKey: ['alerts'] });
      },
    });
  } catch (error) {
    toastError(error);
  }
  await queries.invalidateQueries({ queryKey: ['alerts'] });
}

function One({ alert, zone }: { alert: Alert; zone?: string }) {
  const mayDismiss = useRight('edit');
  const place = placeOf(alert);
  const title = tOr(`dashboard.alert_${alert.kind}`, alert.kind);
  return (
    <li class={`alert alert-${alert.severity}`}>
      <Icon name={alert.severity === 'info' ? 'info' : 'alert'} label={t(`dashboard.severity_${alert.severity}`)} />
      <div class="alert-text">
        <p class="alert-head">
          <strong>{title}</strong>
          {alert.object.name && (
            <>
              {' '}
              <bdi>{alert.object.name}</bdi>
            </>
          )}
          {alert.platform && <span class="soft"> · {t(`common.platform_${alert.platform}`)}</span>}
        </p>
        <p>{whyOf(alert)}</p>
        {alert.detail && (
          <blockquote class="verbatim" dir="auto">
            {alert.detail}
          </blockquote>
        )}
        <p class="soft">
          {alert.since_at && <span title={instant(alert.since_at, zone)}>{ago(alert.since_at)} · </span>}
          {tOr(`dashboard.act_${alert.kind}`, alert.act)}
        </p>
        {place && (
          <p class="alert-foot">
            <Link href={place}>{t('dashboard.look')}</Link>
          </p>
        )}
      </div>
      {mayDismiss && (
        <Menu
          icon="more"
          label={t('dashboard.dismiss_of', { name: title })}
          items={[
            { value: '24', label: t('dashboard.dismiss_day') },
            { value: '168', label: t('dashboard.dismiss_week') },
          ]}
          onSelect={(hours) => void dismiss(alert, Number(hours))}
        />
      )}
    </li>
  );
}

export function Alerts({ where, zone }: { where: Where; zone?: string }) {
  const alerts = useAlerts(where);
  return (
    <Card title={t('dashboard.alerts')}>
      {alerts.isPending ? (
        <Skeleton lines={3} />
      ) : alerts.isError ? (
        <ProblemNote error={alerts.error} onRetry={() => void alerts.refetch()} />
      ) : alerts.data.length === 0 ? (
        <p class="soft all-well">
          <Icon name="check" /> {t('dashboard.no_alerts')}
        </p>
      ) : (
        <ul class="alerts">
          {alerts.data.map((alert) => (
            <One key={alert.id} alert={alert} zone={zone} />
          ))}
        </ul>
      )}
    </Card>
  );
}
