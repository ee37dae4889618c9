// What failed: at which step, why, what to do about it, and once more.
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useMutation } from '~/api/query';
import { Button } from '~/parts/Button';
import { ProblemNote } from '~/parts/Problem';
import { toast } from '~/parts/Toast';
import { told } from '~/parts/trouble';
import { t, tOr } from '~/words';
import { StateBadges } from './Badges';
import { Still } from './Still';
import { retryAll, retryCreative } from './library';
import type { Creative } from './shapes';

export function Failures({ creatives, edits }: { creatives: Creative[]; edits: boolean }) {
  return (
    <ul class="failures" aria-label={t('creatives.failures')}>
      {creatives.map((creative) => (
        <FailureRow key={creative.id} creative={creative} edits={edits} />
      ))}
    </ul>
  );
}

function FailureRow({ creative, edits }: { creative: Creative; edits: boolean }) {
  const { failure } = creative;
  return (
    <li class="failure">
      <Still creative={creative} small />
      <div class="failure-text">
        <p>
          <Link href={`/creatives/${creative.id}`} dir="auto">
            {creative.title}
          </Link>
        </p>
        <div class="creative-badges">
          <StateBadges creative={creative} />
        </div>
        {failure && <FailureWords failure={failure} />}
      </div>
      {edits && <RetryButton creative={creative} />}
    </li>
  );
}

export const failureTold = (failure: NonNullable<Creative['failure']>) =>
  told({ kind: failure.kind, text: failure.cause, hint: failure.hint, says: failure.says });

export function FailureWords({ failure }: { failure: NonNullable<Creative['failure']> }) {
  const { title, way, details } = failureTold(failure);
  return (
    <>
      <p class="bad">
        {failure.step && <strong>{tOr(`creatives.step_${failure.step}`, failure.step)}: </strong>}
        {title}
      </p>
      {details ? (
        <p class="soft" lang="en" dir="ltr">
          {details}
        </p>
      ) : (
        failure.hint && <p class="soft">{way}</p>
      )}
      {!failure.retriable && <p class="soft">{t('creatives.not_retriable')}</p>}
    </>
  );
}

export function RetryButton({ creative }: { creative: Creative }) {
  const again = useMutation({ mutationFn: () => retryCreative(creative.id) });
  return (
    <div>
      <Button small icon="retry" busy={again.isPending} disabled={creative.failure?.retriable === false} aria-label={t('creatives.retry_one', { title: creative.title })} onClick={() => again.mutate()}>
        {t('creatives.retry')}
      </Button>
      {again.error && <ProblemNote error={again.error} />}
    </div>
  );
}

export function RetryAllButton() {
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  async function go() {
    setBusy(true);
    setProblem(null);
    try {
      toast(t('creatives.retried', { n: await retryAll() }));
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  }
  return (
    <>
      <Button icon="retry" busy={busy} onClick={() => void go()}>
        {t('creatives.retry_all')}
      </Button>
      {problem !== null && <ProblemNote error={problem} />}
    </>
  );
}
