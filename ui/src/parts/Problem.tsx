// What went wrong, to which thing, why, what to do, in the reader's language; the server's own words
// below where they are in another, and the platform's verbatim.
import { useState } from 'preact/hooks';
import { ApiError } from '~/api/client';
import { t } from '~/words';
import { Button } from './Button';
import { Icon } from './Icon';
import { toldOf } from './trouble';

export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const [copied, setCopied] = useState(false);
  const { title, way, details } = toldOf(error);
  const problem = error instanceof ApiError ? error.problem : undefined;
  const platform = problem?.platform;

  return (
    <div class="note note-bad" role="alert">
      <Icon name="alert" />
      <div class="note-text">
        <p>
          <strong>{title}</strong>
        </p>
        {way && <p>{way}</p>}
        {details && (
          <p class="soft problem-details">
            {t('problem.details')}:{' '}
            <span lang="en" dir="ltr">
              {details}
            </span>
          </p>
        )}
        {platform?.message && (
          <blockquote class="verbatim" dir="auto">
            {platform.message}
            {platform.code !== undefined && <bdi> ({platform.code})</bdi>}
          </blockquote>
        )}
        <p class="note-foot">
          {problem?.field && (
            <span>
              {t('common.field')} <code>{problem.field}</code>
            </span>
          )}
          {problem?.request_id && (
            <span>
              {t('common.request')} <code>{problem.request_id}</code>
            </span>
          )}
          {problem?.request_id && (
            <Button
              small
              look="quiet"
              icon={copied ? 'check' : 'copy'}
              onClick={() => void navigator.clipboard.writeText(JSON.stringify(problem, null, 2)).then(() => setCopied(true))}
            >
              {copied ? t('common.copied') : t('common.copy')}
            </Button>
          )}
          {onRetry && (
            <Button small icon="retry" onClick={onRetry}>
              {t('common.retry')}
            </Button>
          )}
        </p>
      </div>
    </div>
  );
}
