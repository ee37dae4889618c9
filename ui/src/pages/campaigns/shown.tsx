// How a campaign, ad group or ad is shown: its delivery, its money, the words of a refusal.
import { useRef, useState } from 'preact/hooks';
import { money } from '~/format';
import { Badge, Missing, type Tone } from '~/parts/Show';
import { Icon } from '~/parts/Icon';
import { told } from '~/parts/trouble';
import { t, tOr, type WordKey } from '~/words';
import type { Action, Figures, Refusal, State, Thing } from './api';

const tones: Record<string, Tone> = {
  delivering: 'good',
  review: 'info',
  not_started: 'info',
  rejected: 'bad',
  no_balance: 'bad',
  problem: 'bad',
  disconnected: 'bad',
  budget_used: 'warn',
  nothing_on: 'warn',
  no_ads: 'warn',
};

export const deliveries = ['delivering', 'off', 'campaign_off', 'adgroup_off', 'nothing_on', 'review', 'rejected', 'budget_used', 'no_balance', 'not_started', 'ended', 'no_ads', 'problem', 'disconnected', 'unknown'] as const;

export function Delivery({ thing }: { thing: Pick<Thing, 'delivery' | 'platform_status'> }) {
  const why = [tOr(`campaigns.delivery_${thing.delivery}_why`, ''), thing.platform_status && t('campaigns.platform_says', { word: thing.platform_status })];
  return (
    <Badge tone={tones[thing.delivery] ?? 'soft'} why={why.filter(Boolean).join(' ')}>
      {tOr(`campaigns.delivery_${thing.delivery}`, thing.delivery)}
    </Badge>
  );
}

/** A figure, or a dash with the reason: the platform's silence, or nothing to divide by. */
export function shownFigure(figures: Figures, text: string | null) {
  if (text !== null) return text;
  return <Missing reason={t(figures.missing ? (`campaigns.missing_${figures.missing}` as WordKey) : 'campaigns.missing_zero')} />;
}

export function budgetOf(thing: Thing): number | null {
  return thing.daily_budget_micros ?? (thing.adgroups_budget_micros || null);
}

/** The money of a row; a press on it begins the change. */
export function Budget({ thing, mayEdit, busy, onSave }: { thing: Thing; mayEdit: boolean; busy: boolean; onSave: (micros: number) => void }) {
  const [text, setText] = useState<string | null>(null);
  const over = useRef(false);
  const budget = budgetOf(thing);
  const shown = money(budget, thing.currency);

  if (thing.adgroups !== undefined && !thing.daily_budget_micros)
    return budget ? (
      <span title={t('campaigns.budget_below_why')}>
        <bdi>{shown}</bdi> <small class="soft">{t('campaigns.budget_below')}</small>
      </span>
    ) : (
      <Missing reason={t('campaigns.missing_budget')} />
    );
  if (budget === null) return <Missing reason={t('campaigns.missing_budget')} />;
  if (!mayEdit) return <>{shown}</>;
  if (text === null)
    return (
      <button type="button" class="cell-edit" disabled={busy} title={t('campaigns.edit_budget', { name: thing.name })} onClick={() => {
          over.current = false;
          setText(String(budget / 1_000_000));
        }}>
        <bdi>{busy ? t('common.loading') : shown}</bdi>
        <Icon name="edit" size={16} />
      </button>
    );
  function save() {
    // Leaving the field is also what happens when Enter takes it away.
    if (over.current) return;
    over.current = true;
    const micros = Math.round(Number(text) * 1_000_000);
    setText(null);
    if (micros > 0 && micros !== budget) onSave(micros);
  }
  return (
    <input
      class="cell-input"
      type="number"
      inputMode="decimal"
      min="0"
      step="any"
      value={text}
      ref={(element) => element?.focus()}
      title={t('campaigns.edit_budget', { name: thing.name })}
      onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') {
          over.current = true;
          setText(null);
        }
      }}
      onBlur={save}
    />
  );
}

export function stateText(state: State, currency: string, verb: 'budget' | 'switch') {
  if (verb === 'budget') return money(state.budget_micros, currency);
  return state.status === 'enabled' ? t('campaigns.on') : state.status ? t('campaigns.off') : t('common.dash');
}

/** Why not: our words, and the platform's verbatim beside them. */
export function Why({ why }: { why: Refusal }) {
  const { title, way, details } = told(why);
  return (
    <span class="why">
      <span>
        {title}
        {way && <small class="soft"> · {way}</small>}
        {details && (
          <small class="soft" lang="en" dir="ltr">
            {' '}
            {details}
          </small>
        )}
      </span>
      {why.platform_message && (
        <q class="verbatim" dir="auto">
          {why.platform_message}
          {why.platform_code !== undefined && <bdi> ({why.platform_code})</bdi>}
        </q>
      )}
    </span>
  );
}

const actionTones: Record<Action['state'], Tone> = { waiting: 'soft', sending: 'info', uncertain: 'warn', done: 'good', refused: 'bad', failed: 'bad' };
export function ActionState({ state }: { state: Action['state'] }) {
  return <Badge tone={actionTones[state]}>{t(`campaigns.state_${state}`)}</Badge>;
}
export function kindText(type: string) {
  const tail = type.split('.').pop() ?? type;
  return tOr(`campaigns.kind_${tail}`, tail);
}
