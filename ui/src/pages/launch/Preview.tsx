// What a launch would do: the money as a sentence, what to think of, the exact calls in order.
import { instant, money } from '~/format';
import { Note } from '~/parts/Show';
import { t, tOr } from '~/words';
import type { LaunchPreview } from './api';
import { stepText } from './shown';

export function PreviewOf({ preview, budget_micros, heading }: { preview: LaunchPreview; budget_micros: number; heading?: boolean }) {
  const spend = preview.estimated_spend;
  const titles = new Map(preview.creatives.map((one) => [one.id, one.title]));
  return (
    <section class="launch-preview">
      {heading && (
        <h3>
          <bdi>{preview.direction_name}</bdi>
        </h3>
      )}
      <p class="launch-money">
        {spend.starts_at
          ? t('launch.spends', { amount: money(spend.daily_micros, spend.currency), when: instant(spend.starts_at, spend.zone), zone: spend.zone })
          : t('launch.spends_nothing', { amount: money(budget_micros, spend.currency) })}
      </p>
      {spend.direction_running_micros > 0 && <p>{t('launch.running_already', { amount: money(spend.direction_running_micros, spend.currency) })}</p>}
      <p>{t(`launch.way_${preview.way}`)}</p>
      <ul class="launch-creatives">
        {preview.creatives.map((one) => (
          <li key={one.id}>
            <img src={`/api/creatives/${one.id}/poster`} alt="" width={27} height={48} loading="lazy" />
            <span>
              <bdi>{one.title}</bdi>
              {one.needs_upload && <small class="soft"> · {t('launch.needs_upload')}</small>}
            </span>
          </li>
        ))}
      </ul>
      {preview.warnings.map((one) => (
        <Note key={one.code} tone={one.code === 'paused' ? 'info' : 'warn'}>
          {tOr(`launch.warn_${one.code}`, one.text)}
        </Note>
      ))}
      <details class="launch-calls">
        <summary>{t('launch.calls', { n: preview.calls.length })}</summary>
        <p class="soft">{t('launch.calls_hint')}</p>
        <ol>
          {preview.calls.map((call, i) => (
            <li key={i}>
              <p>{stepText(call.step, titles.get(call.step.split(':')[1] ?? '') ?? '')}</p>
              <code dir="ltr" class="call-line">
                {call.method} {call.path}
              </code>
              {call.body !== null && (
                <pre dir="ltr" tabIndex={0}>
                  {JSON.stringify(call.body, null, 2)}
                </pre>
              )}
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
