// What can be done to many creatives at once.
import { useState } from 'preact/hooks';
import { useDirections } from '~/api/session';
import { Button, LinkButton } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Select } from '~/parts/Field';
import { Icon } from '~/parts/Icon';
import { ProblemNote } from '~/parts/Problem';
import { Note } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { told } from '~/parts/trouble';
import { t } from '~/words';
import { CarouselDialog } from './CarouselDialog';
import { TagField } from './TagField';
import { toMany, type Deed, type Outcome } from './library';
import { hasFailed, launchHref, type Creative } from './shapes';
import { directionLabel } from './wish';

type Act = 'tag' | 'untag' | 'move' | 'retry' | 'delete';

function Words({ error }: { error: { kind?: string; detail?: string; hint?: string | null } | null | undefined }) {
  const { title, way, details } = told({ kind: error?.kind, text: error?.detail, hint: error?.hint });
  return (
    <>
      <p>{title}</p>
      <p class="soft" lang={details ? 'en' : undefined} dir={details ? 'ltr' : undefined}>
        {details || way}
      </p>
    </>
  );
}

export function BulkBar({ creatives, onClear, onLeft }: { creatives: Creative[]; onClear: () => void; onLeft: (ids: string[]) => void }) {
  const [act, setAct] = useState<Act | 'carousel' | null>(null);
  if (!creatives.length) return null;
  const single = creatives.filter((one) => one.media_type !== 'carousel');
  return (
    <section class="bulk" aria-label={t('creatives.ticked')}>
      <strong role="status">{t('creatives.ticked_n', { n: creatives.length })}</strong>
      <Button small icon="tag" onClick={() => setAct('tag')}>
        {t('creatives.bulk_tag')}
      </Button>
      <Button small onClick={() => setAct('untag')} disabled={!creatives.some((one) => one.tags.length)}>
        {t('creatives.bulk_untag')}
      </Button>
      <Button small icon="directions" onClick={() => setAct('move')}>
        {t('creatives.bulk_move')}
      </Button>
      <Button small icon="columns" onClick={() => setAct('carousel')} disabled={single.length < 2}>
        {t('creatives.carousel')}
      </Button>
      <Button small icon="retry" onClick={() => setAct('retry')} disabled={!creatives.some(hasFailed)}>
        {t('creatives.retry')}
      </Button>
      {single.length > 0 && (
        <LinkButton small icon="launch" href={launchHref(single)}>
          {t('creatives.launch')}
        </LinkButton>
      )}
      <Button small icon="trash" onClick={() => setAct('delete')}>
        {t('creatives.delete')}
      </Button>
      <Button small look="quiet" icon="close" onClick={onClear}>
        {t('creatives.untick')}
      </Button>
      {act === 'carousel' && <CarouselDialog creatives={single} onClose={() => setAct(null)} />}
      {act && act !== 'carousel' && <BulkDialog act={act} creatives={creatives} onClose={() => setAct(null)} onLeft={onLeft} />}
    </section>
  );
}

function deedOf(act: Act, tags: string[], direction_id: string): Deed {
  if (act === 'tag' || act === 'untag') return { action: act, tags };
  return act === 'move' ? { action: act, direction_id } : { action: act };
}

function BulkDialog({ act, creatives, onClose, onLeft }: { act: Act; creatives: Creative[]; onClose: () => void; onLeft: (ids: string[]) => void }) {
  const chosen = act === 'retry' ? creatives.filter(hasFailed) : creatives;
  const directions = useDirections().data ?? [];
  const [tags, setTags] = useState<string[]>([]);
  const [direction, setDirection] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [failed, setFailed] = useState<Outcome[]>([]);
  const used = chosen.filter((one) => one.used_in.ads > 0).length;
  const ready = act === 'tag' || act === 'untag' ? tags.length > 0 : true;

  async function go() {
    setBusy(true);
    setProblem(null);
    try {
      const outcomes = await toMany(chosen.map((one) => one.id), deedOf(act, tags, direction));
      const wrong = outcomes.filter((one) => one.status === 'failed');
      const done = outcomes.length - wrong.length;
      if (done) toast(t(`creatives.bulk_done_${act}`, { n: done }));
      onLeft(wrong.map((one) => one.id));
      if (!wrong.length) return onClose();
      setFailed(wrong);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  }
  if (failed.length) return <Refused outcomes={failed} creatives={creatives} onClose={onClose} />;
  return (
    <Dialog
      title={t(`creatives.bulk_title_${act}`, { n: chosen.length })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look={act === 'delete' ? 'danger' : 'main'} busy={busy} disabled={!ready} onClick={() => void go()}>
            {t(`creatives.bulk_title_${act}`, { n: chosen.length })}
          </Button>
        </>
      }
    >
      {act === 'tag' && <TagField label={t('creatives.tags')} tags={tags} onTags={setTags} />}
      {act === 'untag' && <TagField label={t('creatives.tags')} tags={tags} onTags={setTags} among={[...new Set(chosen.flatMap((one) => one.tags))]} />}
      {act === 'move' && (
        <Select
          label={t('common.direction')}
          options={[{ value: '', label: t('creatives.no_direction') }, ...directions.map((one) => ({ value: one.id, label: directionLabel(one) }))]}
          value={direction}
          onValue={setDirection}
          hint={t('creatives.move_hint')}
        />
      )}
      {act === 'delete' && <p>{t('creatives.delete_text')}</p>}
      {act === 'delete' && used > 0 && <Note tone="warn">{t('creatives.delete_used', { n: used })}</Note>}
      {act === 'retry' && <p>{t('creatives.retry_text')}</p>}
      {problem !== null && <ProblemNote error={problem} />}
    </Dialog>
  );
}

/** What was refused of some; the others are done. */
function Refused({ outcomes, creatives, onClose }: { outcomes: Outcome[]; creatives: Creative[]; onClose: () => void }) {
  const titles = new Map(creatives.map((one) => [one.id, one.title]));
  return (
    <Dialog
      title={t('creatives.bulk_refused', { n: outcomes.length })}
      onClose={onClose}
      actions={
        <Button look="main" onClick={onClose}>
          {t('common.close')}
        </Button>
      }
    >
      <ul class="refused">
        {outcomes.map((one) => (
          <li key={one.id}>
            <Icon name="alert" size={18} />
            <div>
              <strong dir="auto">{titles.get(one.id) ?? one.id}</strong>
              <Words error={one.error} />
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
