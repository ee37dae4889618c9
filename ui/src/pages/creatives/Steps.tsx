// What happens to a creative, step by step.
import { ago, instant, percent } from '~/format';
import { Icon, type IconName } from '~/parts/Icon';
import { t, tOr } from '~/words';
import { say } from '~/words/say';
import type { Step } from './shapes';

const icons: Record<Step['state'], IconName> = { waiting: 'more', running: 'retry', done: 'check', failed: 'alert', off: 'close' };

const nameOf = (step: Step) => tOr(`creatives.step_${step.name}`, step.name);
const reasonOf = (step: Step) => say('creatives', step.says, step.reason ?? '');
const stateOf = (step: Step) =>
  step.state === 'running' && step.percent !== null ? percent(step.percent / 100, 0) : t(`creatives.step_is_${step.state}`);

/** In a line, for an upload that has arrived. */
export function StepChips({ steps }: { steps: Step[] }) {
  return (
    <ol class="step-chips" aria-label={t('creatives.steps')}>
      {steps.map((step) => (
        <li key={step.name} class={`step-chip step-${step.state}`} title={reasonOf(step) || undefined}>
          <Icon name={icons[step.state]} size={16} />
          <span>{nameOf(step)}</span>
          <span class={step.state === 'running' ? '' : 'visually-hidden'}>{stateOf(step)}</span>
        </li>
      ))}
    </ol>
  );
}

/** One below the other, with times and reasons. */
export function StepList({ steps }: { steps: Step[] }) {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li key={step.name} class={`step step-${step.state}`}>
          <Icon name={icons[step.state]} size={18} />
          <div class="step-text">
            <p>
              <strong>{nameOf(step)}</strong> <span class="step-state">{stateOf(step)}</span>
              {step.attempts > 1 && <span class="soft"> · {t('creatives.attempts', { n: step.attempts })}</span>}
            </p>
            {step.reason && (
              <p class="soft" dir="auto">
                {reasonOf(step)}
              </p>
            )}
          </div>
          {step.since && (
            <time class="soft" dateTime={step.since} title={instant(step.since)}>
              {ago(step.since)}
            </time>
          )}
        </li>
      ))}
    </ol>
  );
}
