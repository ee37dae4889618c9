// What the autopilot did and why, as sentences in the reader's language; the figures are the decision's own.
import { money, number } from '~/format';
import { t, tOr, type WordKey } from '~/words';
import type { Action, Decision, Group } from './shapes';

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

const resultOf = (decision: Decision) => tOr(`autopilot.result_${decision.result ?? 'results'}`, t('autopilot.result_results'));

function costs(decision: Decision, currency: string | undefined): string {
  const yesterday = decision.windows?.yesterday;
  const week = decision.windows?.days7;
  const said: string[] = [];
  if (yesterday?.known && yesterday.cost_micros !== null && decision.target_micros)
    said.push(
      t('autopilot.why_cost', { cost: money(yesterday.cost_micros, currency), target: money(decision.target_micros, currency), result: resultOf(decision) }),
    );
  else if (yesterday?.known && yesterday.spend_micros > 0)
    said.push(t('autopilot.why_nothing', { spend: money(yesterday.spend_micros, currency), result: resultOf(decision) }));
  if (week?.known)
    said.push(
      week.cost_micros === null
        ? t('autopilot.why_week_none', { spend: money(week.spend_micros, currency), result: resultOf(decision) })
        : t('autopilot.why_week', { n: week.results, spend: money(week.spend_micros, currency), cost: money(week.cost_micros, currency), result: resultOf(decision) }),
    );
  return said.join(' ');
}

/** Why, in one to three sentences. */
export function whyOf(decision: Decision, currency = decision.currency): string {
  const cause = decision.cause ?? '';
  const said = [cause && cause !== 'health' ? tOr(`autopilot.cause_${cause}`, cause) : '', costs(decision, currency)];
  if (decision.health && decision.score !== undefined)
    said.push(t('autopilot.why_health', { health: tOr(`autopilot.health_${decision.health}`, decision.health), score: number(decision.score) }));
  return said.filter(Boolean).join(' ');
}

export const stateWord = (state: string) => tOr(`autopilot.state_${state}`, state);
export const triggerWord = (trigger: string) => t(`autopilot.trigger_${trigger}` as WordKey);
