// How things of a lead are shown in lists and on its page.
import { Badge, type Tone } from '~/parts/Show';
import { t, tOr } from '~/words';
import { say } from '~/words/say';
import { duration } from '~/format';
import type { Lead, Stage } from './api';

const stageTones: Record<Stage, Tone> = { interest: 'info', qualified: 'good', scheduled: 'good', purchase: 'good', lost: 'soft' };

export function StageBadge({ stage }: { stage: Stage }) {
  return <Badge tone={stageTones[stage] ?? 'soft'}>{tOr(`leads.stage_${stage}`, stage)}</Badge>;
}

const LATE_MS = 15 * 60 * 1000;
const VERY_LATE_MS = 60 * 60 * 1000;

/** How late a lead reached us; nothing when it came at once. */
export function DelayBadge({ lead }: { lead: Lead }) {
  if (lead.delay_ms < LATE_MS) return null;
  const text = t('leads.late', { time: longTime(lead.delay_ms) });
  return (
    <Badge tone={lead.delay_ms < VERY_LATE_MS ? 'warn' : 'bad'} why={lead.recovered_by ? t('leads.recovered_why', { by: recoveredBy(lead.recovered_by) }) : t('leads.late_why')}>
      {text}
    </Badge>
  );
}

export function longTime(milliseconds: number) {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 60) return t('leads.minutes', { n: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 48) return t('leads.hours', { n: hours });
  return t('leads.days', { n: Math.round(hours / 24) });
}
export const shortTime = duration;

export function recoveredBy(word: string) {
  return tOr(`leads.recovered_${word}`, word);
}

export const SPAM = 50;
export function Marks({ lead }: { lead: Lead }) {
  return (
    <span class="lead-marks">
      <DelayBadge lead={lead} />
      {lead.recovered_by && <Badge tone="info">{t('leads.recovered')}</Badge>}
      {lead.state === 'unlinked' && <Badge tone="warn" why={t('leads.unlinked_why')}>{t('leads.unlinked')}</Badge>}
      {lead.spam_score >= SPAM && <Badge tone="bad" why={spamText(lead)}>{t('leads.spam', { score: lead.spam_score })}</Badge>}
      {lead.duplicate_of && <Badge why={t('leads.duplicate_why')}>{t('leads.duplicate')}</Badge>}
      {lead.is_test && <Badge>{t('leads.test')}</Badge>}
      {lead.erased_at && <Badge>{t('leads.erased')}</Badge>}
    </span>
  );
}

export function nameOf(lead: Lead) {
  if (lead.erased_at) return t('leads.erased');
  return lead.name || lead.phone || lead.email || t('leads.nameless');
}

/** Why it looks like spam. */
export const spamText = (lead: Pick<Lead, 'spam_reasons' | 'spam_says'>) =>
  lead.spam_reasons.map((reason, i) => say('leads', lead.spam_says?.[i], reason)).join('; ');

/** Why it belongs to its direction and creative. */
export const linkText = (lead: Pick<Lead, 'link_cause' | 'link_says'>) =>
  lead.link_cause
    .split('; ')
    .map((part, i) => say('leads', lead.link_says?.[i], part))
    .join('; ');
