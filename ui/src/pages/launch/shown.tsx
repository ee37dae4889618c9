import { Badge, type Tone } from '~/parts/Show';
import { told } from '~/parts/trouble';
import { t, tOr, type WordKey } from '~/words';
import type { LaunchError, LaunchHead } from './api';

const tones: Record<LaunchHead['state'], Tone> = { running: 'info', done: 'good', failed: 'bad', undoing: 'warn', undone: 'warn' };
export function LaunchState({ state }: { state: LaunchHead['state'] }) {
  return <Badge tone={tones[state]}>{t(`launch.state_${state}`)}</Badge>;
}

/** "media:<id>" and the creative's title -> "Upload the video Trial lesson". */
export function stepText(name: string, title: string) {
  const kind = name.split(':')[0] ?? name;
  const key = `launch.step_${kind}`;
  return tOr(key, '') ? t(key as WordKey, { title }) : name;
}

/** Our words and what to do; the platform's own beside them, untouched. */
export function Trouble({ error }: { error: LaunchError }) {
  const { title, way, details } = told(error);
  return (
    <div class="trouble">
      <div>
        <p>
          <strong>{title}</strong>
        </p>
        {way && (
          <p>
            <span class="soft">{t('launch.our_hint')}: </span>
            {way}
          </p>
        )}
        {details && (
          <p class="soft" lang="en" dir="ltr">
            {details}
          </p>
        )}
      </div>
      {error.platform_message && (
        <div>
          <p class="soft">{t('launch.platform_words')}</p>
          <blockquote class="verbatim" dir="auto">
            {error.platform_message}
            {error.platform_code !== undefined && <bdi> ({error.platform_code})</bdi>}
          </blockquote>
          {error.platform_request_id && (
            <p class="soft">
              {t('common.request')} <code dir="ltr">{error.platform_request_id}</code>
            </p>
          )}
        </div>
      )}
    </div>
  );
}
