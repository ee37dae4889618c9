// An ordered set of creatives that runs as one ad; Facebook's platforms only.
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { ApiError } from '~/api/client';
import { useDirections } from '~/api/session';
import { Button, IconButton } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Field, Select, TextArea } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Note } from '~/parts/Show';
import { t } from '~/words';
import { Still } from './Still';
import { addCarousel } from './library';
import type { Creative } from './shapes';
import { directionLabel } from './wish';

const LEAST = 2;
const MOST = 10;

const on = (direction: string, creatives: Creative[]) => creatives.filter((one) => one.direction_id === direction);
/** Of both platforms' creatives those that can be cards together. */
function fitting(direction: string, creatives: Creative[]) {
  const own = on(direction, creatives);
  return own.length < LEAST ? creatives : own;
}

interface Place {
  creative: Creative;
  title: string;
  url: string;
}

export function CarouselDialog({ creatives, onClose }: { creatives: Creative[]; onClose: () => void }) {
  const [, navigate] = useLocation();
  const directions = useDirections().data ?? [];
  const [direction, setDirection] = useState(creatives.find((one) => one.platform === 'facebook')?.direction_id ?? creatives[0]?.direction_id ?? '');
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [cards, setCards] = useState<Place[]>(() => fitting(direction, creatives).map((creative) => ({ creative, title: '', url: '' })));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const chosen = directions.find((one) => one.id === direction);
  const elsewhere = cards.length - on(direction, cards.map((card) => card.creative)).length;
  const why =
    chosen?.platform === 'tiktok' ? t('creatives.carousel_tiktok') : cards.length < LEAST || cards.length > MOST ? t('creatives.carousel_number', { n: cards.length }) : '';

  function swap(i: number, k: number) {
    const next = [...cards];
    const [a, b] = [next[i], next[k]];
    if (!a || !b) return;
    next[i] = b;
    next[k] = a;
    setCards(next);
  }
  const edit = (i: number, changes: Partial<Place>) => setCards(cards.map((card, k) => (k === i ? { ...card, ...changes } : card)));

  async function go() {
    setBusy(true);
    setProblem(null);
    try {
      const made = await addCarousel({
        title: title.trim(),
        direction_id: direction,
        ...(text.trim() ? { ad_text: text.trim() } : {}),
        cards: cards.map((card) => ({
          creative_id: card.creative.id,
          ...(card.title.trim() ? { title: card.title.trim() } : {}),
          ...(card.url.trim() ? { landing_page_url: card.url.trim() } : {}),
        })),
      });
      onClose();
      navigate(`/creatives/${made.id}`);
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }
  const wrong = problem instanceof ApiError ? problem : null;
  return (
    <Dialog
      title={t('creatives.carousel')}
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" busy={busy} disabled={!!why || elsewhere > 0 || !title.trim() || !direction} onClick={() => void go()}>
            {t('creatives.carousel_make')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <div class="columns">
          <Field label={t('creatives.column_title')} name="title" required value={title} onValue={setTitle} error={wrong} maxLength={200} />
          <Select
            label={t('common.direction')}
            name="direction_id"
            options={[{ value: '', label: t('creatives.choose_direction') }, ...directions.map((one) => ({ value: one.id, label: directionLabel(one) }))]}
            value={direction}
            onValue={setDirection}
            error={wrong}
          />
        </div>
        {problem !== null && <ProblemNote error={problem} />}
        {why && <Note tone="warn">{why}</Note>}
        {!why && direction && elsewhere > 0 && <Note tone="warn">{t('creatives.carousel_elsewhere', { n: elsewhere })}</Note>}
        <TextArea label={t('creatives.ad_text')} name="ad_text" value={text} onValue={setText} error={wrong} />
        <ol class="carousel-cards" aria-label={t('creatives.cards')}>
          {cards.map((card, i) => (
            <li key={card.creative.id} class="carousel-card">
              <Still creative={card.creative} small />
              <div class="carousel-fields">
                <p dir="auto">
                  <strong>{card.creative.title}</strong>
                </p>
                <div class="columns">
                  <Field label={t('creatives.card_title')} value={card.title} maxLength={200} onValue={(value) => edit(i, { title: value })} />
                  <Field label={t('creatives.landing_page')} type="url" dir="ltr" value={card.url} onValue={(value) => edit(i, { url: value })} />
                </div>
              </div>
              <div class="carousel-deeds">
                <IconButton icon="up" label={t('creatives.card_up', { title: card.creative.title })} disabled={i === 0} onClick={() => swap(i, i - 1)} />
                <IconButton icon="down" label={t('creatives.card_down', { title: card.creative.title })} disabled={i === cards.length - 1} onClick={() => swap(i, i + 1)} />
                <IconButton icon="close" label={t('common.remove_one', { name: card.creative.title })} onClick={() => setCards(cards.filter((_, k) => k !== i))} />
              </div>
            </li>
          ))}
        </ol>
      </div>
    </Dialog>
  );
}
