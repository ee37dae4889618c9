// What the autopilot did and why, as sentences in the reader's language; the figures are the decision's own.
import { money, number } from '~/format';
import { told } from '~/parts/trouble';
import { t, tOr, type WordKey } from '~/words';
import { resultWords, say } from '~/words/say';
import type { Action, Decision, Group, Limit } from './shapes';

const verbs: Record<string, string> = {
  PauseAdGroup: 'pause_ad_group',
  PauseAd: 'pause_ad',
  PauseCampaign: 'pause_campaign',
  ResumeAdGroup: 'resume_ad_group',
  ResumeAd: 'resume_ad',
  ResumeCampaign: 'resume_campaign',
  CreateAdGroupWithCreatives: 'create',
};

function budget(from: number, to: number, currency: string | undefined) {
  const share = from ? Math.round(((to - from) / from) * 100) : 0;
  return t(to > from ? 'autopilot.did_raise' : 'autopilot.did_lower', {
    from: money(from, currency),
    to: money(to, currency),
    share: number(Math.abs(share)),
  });
}

/** "Budget 26 956 -> 13 478 a day (50 % less)". */
export function whatOf(action: Action): string {
  const type = action.type.split('.').pop() ?? '';
  const decision = action.decision ?? {};
  if (type === 'UpdateAdGroupBudget' && decision.from_micros !== undefined && decision.to_micros !== undefined)
    return budget(decision.from_micros, decision.to_micros, decision.currency);
  if (type === 'CreateAdGroupWithCreatives') return t('autopilot.did_create', { to: money(decision.to_micros, decision.currency) });
  return tOr(`autopilot.did_${verbs[type] ?? type}`, action.type);
}

export function whatOfGroup(group: Group, currency: string): string {
  const from = group.from_micros ?? 0;
  const to = group.to_micros ?? 0;
  if (group.decision === 'pause') return t('autopilot.did_pause_ad_group');
  if (group.decision === 'hold' || from === to) return t('autopilot.did_hold', { to: money(from, currency) });
  return budget(from, to, currency);
}

function yesterdayOf(decision: Decision, currency: string | undefined): string {
  const yesterday = decision.windows?.yesterday;
  if (!yesterday?.known) return '';
  const words = resultWords(decision.result);
  if (yesterday.cost_micros !== null && decision.target_micros)
    return t('autopilot.why_cost', { ...words, cost: money(yesterday.cost_micros, currency), target: money(decision.target_micros, currency) });
  return yesterday.spend_micros > 0 ? t('autopilot.why_nothing', { ...words, spend: money(yesterday.spend_micros, currency) }) : '';
}

function weekOf(decision: Decision, currency: string | undefined): string {
  const week = decision.windows?.days7;
  if (!week?.known) return '';
  const figures = { ...resultWords(decision.result, week.results), spend: money(week.spend_micros, currency) };
  return week.cost_micros === null ? t('autopilot.why_week_none', figures) : t('autopilot.why_week', { ...figures, cost: money(week.cost_micros, currency) });
}

/** Decisions made before sentences had codes: the cause, and yesterday's figures. */
function oldWhyOf(decision: Decision, currency: string | undefined): string {
  const cause = decision.cause ?? '';
  return [cause && cause !== 'health' ? tOr(`autopilot.cause_${cause}`, cause) : '', yesterdayOf(decision, currency)].filter(Boolean).join(' ');
}

/** Why, in one to three sentences. */
export function whyOf(decision: Decision, currency = decision.currency): string {
  const said = [decision.says ? say('brain', decision.says, decision.reason?.[1] ?? '') : oldWhyOf(decision, currency), weekOf(decision, currency)];
  if (decision.health && decision.score !== undefined)
    said.push(t('autopilot.why_health', { health: tOr(`autopilot.health_${decision.health}`, decision.health), score: number(decision.score) }));
  return said.filter(Boolean).join(' ');
}

/** What kept a decision from its wish. */
export const limitOf = (limit: Limit) => say('brain', limit.says, tOr(`autopilot.guard_${limit.guardrail}`, limit.words));

/** Why an action was not carried out: the platform's words verbatim, else ours. */
export function errorOf(error: NonNullable<Action['error']>): string {
  return error.platform_message || say('brain', error.says, told(error).title);
}

export const stateWord = (state: string) => tOr(`autopilot.state_${state}`, state);
export const triggerWord = (trigger: string) => t(`autopilot.trigger_${trigger}` as WordKey);
