// Title, texts, button, landing page and direction of a creative.
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '~/api/client';
import { useDirections } from '~/api/session';
import { Button } from '~/parts/Button';
import { Field, Select, TextArea } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Card, Missing } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t, tOr } from '~/words';
import { changeCreative, type Change } from './library';
import type { WholeCreative } from './shapes';
import { directionLabel } from './wish';

/** The buttons that the platforms have. */
const CALLS = [
  'APPLY_NOW', 'BOOK_NOW', 'CALL_NOW', 'CONTACT_US', 'DOWNLOAD_NOW', 'EXPERIENCE_NOW', 'GET_QUOTE', 'GET_SHOWTIMES', 'GET_TICKETS_NOW',
  'INSTALL_NOW', 'INTERESTED', 'LEARN_MORE', 'LISTEN_NOW', 'ORDER_NOW', 'PLAY_GAME', 'PREORDER_NOW', 'READ_MORE', 'SEND_MESSAGE', 'SHOP_NOW',
  'SIGN_UP', 'SUBSCRIBE', 'VIEW_NOW', 'VIEW_PROFILE', 'VISIT_STORE', 'WATCH_LIVE', 'WATCH_NOW',
];

const fields = ['title', 'ad_text', 'call_to_action', 'landing_page_url', 'direction_id'] as const;
type Draft = Record<(typeof fields)[number], string>;
const draftOf = (creative: WholeCreative): Draft => ({
  title: creative.title,
  ad_text: creative.ad_text ?? '',
  call_to_action: creative.call_to_action ?? '',
  landing_page_url: creative.landing_page_url ?? '',
  direction_id: creative.direction_id ?? '',
});

export function TextsCard({ creative, edits }: { creative: WholeCreative; edits: boolean }) {
  if (!edits) return <Read creative={creative} />;
  return <Edit creative={creative} />;
}

const callName = (call: string) => tOr(`creatives.call_${call}`, call);

function Read({ creative }: { creative: WholeCreative }) {
  const none = <Missing reason={t('creatives.not_given')} />;
  return (
    <Card title={t('creatives.texts')}>
      <dl class="facts">
        <div>
          <dt>{t('creatives.ad_text')}</dt>
          <dd dir="auto">{creative.ad_text || none}</dd>
        </div>
        <div>
          <dt>{t('creatives.call')}</dt>
          <dd>{creative.call_to_action ? callName(creative.call_to_action) : none}</dd>
        </div>
        <div>
          <dt>{t('creatives.landing_page')}</dt>
          <dd dir="ltr">{creative.landing_page_url || none}</dd>
        </div>
        <div>
          <dt>{t('common.direction')}</dt>
          <dd>{creative.direction_name ? <bdi>{creative.direction_name}</bdi> : none}</dd>
        </div>
      </dl>
    </Card>
  );
}

function Edit({ creative }: { creative: WholeCreative }) {
  const directions = useDirections().data ?? [];
  const [draft, setDraft] = useState<Draft>(() => draftOf(creative));
  const [base, setBase] = useState<Draft>(draft);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const changed = fields.filter((field) => draft[field] !== base[field]);

  // What others change comes in where nothing is being typed.
  useEffect(() => {
    const now = draftOf(creative);
    setDraft((before) => Object.fromEntries(fields.map((field) => [field, before[field] === base[field] ? now[field] : before[field]])) as Draft);
    setBase(now);
  }, [creative.version]);

  const put = (field: keyof Draft) => ({ name: field, value: draft[field], error: wrong, onValue: (value: string) => setDraft({ ...draft, [field]: value }) });
  const wrong = problem instanceof ApiError ? problem : null;

  async function save(event: Event) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await changeCreative(creative, Object.fromEntries(changed.map((field) => [field, draft[field]])) as Change);
      setBase(draft);
      toast(t('common.saved'));
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  }
  return (
    <Card title={t('creatives.texts')}>
      <form class="stack" onSubmit={(event) => void save(event)} noValidate>
        <Field label={t('creatives.column_title')} {...put('title')} maxLength={200} required dir="auto" />
        <TextArea label={t('creatives.ad_text')} {...put('ad_text')} dir="auto" />
        <div class="columns">
          <Select
            label={t('creatives.call')}
            {...put('call_to_action')}
            options={[
              { value: '', label: t('creatives.call_usual') },
              ...[...new Set([...CALLS, draft.call_to_action].filter(Boolean))].map((call) => ({ value: call, label: callName(call) })),
            ]}
          />
          <Field label={t('creatives.landing_page')} {...put('landing_page_url')} type="url" dir="ltr" placeholder="https://" />
        </div>
        <Select
          label={t('common.direction')}
          {...put('direction_id')}
          options={[{ value: '', label: t('creatives.no_direction') }, ...directions.map((one) => ({ value: one.id, label: directionLabel(one) }))]}
          hint={draft.direction_id !== base.direction_id ? t('creatives.move_hint') : undefined}
        />
        {problem !== null && !(wrong && (fields as readonly string[]).includes(wrong.field)) && <ProblemNote error={problem} />}
        <div class="row">
          <Button type="submit" look="main" busy={busy} disabled={!changed.length || !draft.title.trim()}>
            {t('common.save')}
          </Button>
          {changed.length > 0 && <Button onClick={() => setDraft(base)}>{t('creatives.reset')}</Button>}
        </div>
      </form>
    </Card>
  );
}
