// Uploads under way, and what becomes of them once they are here.
import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { ApiError } from '~/api/client';
import { useDirections } from '~/api/session';
import { bytes, percent } from '~/format';
import { Button, IconButton } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, Note, Progress, type Tone } from '~/parts/Show';
import { t } from '~/words';
import { FileButton } from './UploadZone';
import { StateBadges } from './Badges';
import { StepChips } from './Steps';
import { useCreative } from './library';
import { cancel, clearDone, giveBack, pause, restoreUploads, resume, tryNow, useUploads, type UploadItem, type UploadState } from './uploads';
import { platformName } from './wish';

const tones: Record<UploadState, Tone> = { queued: 'soft', sending: 'info', waiting: 'warn', paused: 'soft', failed: 'bad', lost: 'warn', done: 'good' };

export function UploadList() {
  const items = useUploads();
  useEffect(() => restoreUploads(), []);
  if (!items.length) return null;
  const done = items.filter((item) => item.state === 'done').length;
  const going = items.some((item) => ['queued', 'sending', 'waiting'].includes(item.state));
  return (
    <Card
      title={t('creatives.uploads')}
      actions={
        <>
          <span class="soft" role="status">
            {t('creatives.uploads_done', { done, n: items.length })}
          </span>
          {done > 0 && (
            <Button small onClick={clearDone}>
              {t('creatives.clear_done')}
            </Button>
          )}
        </>
      }
    >
      {going && <p class="soft">{t('creatives.stay')}</p>}
      <ul class="uploads">
        {items.map((item) => (
          <UploadRow key={item.key} item={item} />
        ))}
      </ul>
    </Card>
  );
}

function timeLeft(item: UploadItem) {
  const seconds = Math.ceil((item.size - item.sent) / item.rate);
  return seconds < 60 ? t('creatives.seconds_left', { n: seconds }) : t('creatives.minutes_left', { n: Math.ceil(seconds / 60) });
}

function UploadRow({ item }: { item: UploadItem }) {
  const [dropping, setDropping] = useState(false);
  const [wrong, setWrong] = useState('');
  const direction = useDirections().data?.find((one) => one.id === item.wish.direction_id);
  const where = direction && `${direction.name} · ${item.wish.both ? t('creatives.both_platforms') : platformName(direction.platform)}`;

  function choose(files: File[]) {
    setWrong(giveBack(files).length ? t('creatives.another_file') : '');
  }
  return (
    <li class="upload" aria-label={item.name}>
      <div class="upload-head">
        <strong class="upload-name">
          <bdi>{item.name}</bdi>
        </strong>
        <Badge tone={tones[item.state]}>{t(`creatives.upload_${item.state}`)}</Badge>
        <span class="upload-deeds">
          {(item.state === 'sending' || item.state === 'queued') && (
            <IconButton small icon="pause" label={t('creatives.pause_one', { name: item.name })} onClick={() => pause(item.key)} />
          )}
          {(item.state === 'paused' || item.state === 'failed') && (
            <Button small icon="play" aria-label={t('creatives.resume_one', { name: item.name })} onClick={() => resume(item.key)}>
              {t('creatives.resume')}
            </Button>
          )}
          {item.state === 'waiting' && (
            <Button small icon="retry" onClick={() => tryNow(item.key)}>
              {t('creatives.try_now')}
            </Button>
          )}
          {item.state !== 'done' && <IconButton small icon="close" label={t('creatives.cancel_one', { name: item.name })} onClick={() => setDropping(true)} />}
        </span>
      </div>
      {item.state !== 'done' && <Progress label={t('creatives.progress_of', { name: item.name })} value={item.sent} max={item.size || 1} />}
      <p class="soft upload-facts">
        <bdi>
          {item.state === 'done' ? bytes(item.size) : `${bytes(item.sent)} / ${bytes(item.size)} · ${percent(item.size ? item.sent / item.size : 0, 0)}`}
        </bdi>
        {item.state === 'sending' && item.rate > 0 && (
          <>
            <bdi>{t('creatives.per_second', { rate: bytes(item.rate) })}</bdi>
            <span>{timeLeft(item)}</span>
          </>
        )}
        {where && <bdi>{where}</bdi>}
      </p>
      {item.state === 'lost' && (
        <div class="upload-lost">
          <p>{item.url && item.sent ? t('creatives.choose_again', { done: percent(item.sent / item.size, 0) }) : t('creatives.choose_again_first')}</p>
          <FileButton label={t('creatives.file_of', { name: item.name })} small onFiles={choose}>
            {t('creatives.choose_file')}
          </FileButton>
          {wrong && (
            <p class="bad" role="alert">
              {wrong}
            </p>
          )}
        </div>
      )}
      {item.state === 'waiting' && item.error !== null && <Waiting error={item.error} />}
      {item.state === 'failed' && item.error !== null && <ProblemNote error={item.error} />}
      {item.state === 'done' && item.creative_id && <Became id={item.creative_id} />}
      {dropping && (
        <ConfirmDialog title={t('creatives.cancel_upload')} act={t('creatives.cancel_upload')} danger onAct={() => cancel(item.key)} onClose={() => setDropping(false)}>
          <p>{t('creatives.cancel_upload_text', { name: item.name })}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

/** Nobody has to do anything: the reason, and that it is tried again. */
function Waiting({ error }: { error: unknown }) {
  if (error instanceof ApiError && error.status === 0)
    return (
      <Note tone="warn">
        {t('problem.title_offline')}. {t('creatives.tried_again')}
      </Note>
    );
  return (
    <div class="stack">
      <ProblemNote error={error} />
      <Note tone="soft">{t('creatives.tried_again')}</Note>
    </div>
  );
}

function Became({ id }: { id: string }) {
  const { data: creative, error } = useCreative(id);
  if (error) return <ProblemNote error={error} />;
  if (!creative) return null;
  return (
    <div class="upload-became">
      <div class="row">
        <Link href={`/creatives/${id}`} class="upload-link">
          {t('creatives.open')}
        </Link>
        <StateBadges creative={creative} />
      </div>
      <StepChips steps={creative.steps} />
      {creative.failure && (
        <p class="bad" dir="auto">
          {creative.failure.cause}
        </p>
      )}
    </div>
  );
}
