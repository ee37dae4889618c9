// What a new org has to do until its first ads run; goes by itself when all of it is done.
import { get, path, type Page } from '~/api/client';
import { queries, useQuery } from '~/api/query';
import { directionsQuery, useAdAccounts, useRight } from '~/api/session';
import { t, type WordKey } from '~/words';
import { LinkButton } from './Button';
import { Icon } from './Icon';
import { Card } from './Show';

interface Step {
  name: 'connect' | 'direction' | 'creative' | 'launch';
  done: boolean;
  href: string;
}

const anyQuery = (what: string) => ({
  queryKey: [what, 'any'],
  queryFn: () => get<Page<unknown>>(path(`/api/${what}`, { limit: 1 })).then((page) => page.data.length > 0),
});
export const aheadOfFirstSteps = () => queries.prefetchQuery(anyQuery('launches'));

/** The steps of this org, or null while that is not known. */
export function useFirstSteps(): Step[] | null {
  const accounts = useAdAccounts().data;
  const launched = useQuery(anyQuery('launches')).data;
  // A launch is made of a direction and creatives: where there is one, nobody has to ask for them.
  const enabled = launched === false;
  const directions = useQuery({ ...directionsQuery, enabled }).data;
  const creatives = useQuery({ ...anyQuery('creatives'), enabled }).data;
  if (!accounts || launched === undefined) return null;
  if (!launched && (!directions || creatives === undefined)) return null;
  const connected = accounts.some((account) => Object.values(account.connections).some((link) => link?.status === 'connected'));
  return [
    { name: 'connect', done: connected, href: '/accounts' },
    { name: 'direction', done: launched || !!directions?.length, href: '/directions/new' },
    { name: 'creative', done: launched || !!creatives, href: '/creatives' },
    { name: 'launch', done: launched, href: '/launch' },
  ];
}

/** Nothing while that is not known, and when there is nothing left to do: what is below stays where it is. */
export function FirstSteps() {
  const steps = useFirstSteps();
  const mayAct = useRight('edit');
  if (!steps || steps.every((step) => step.done)) return null;
  const next = steps.find((step) => !step.done)?.name;
  const done = steps.filter((step) => step.done).length;

  return (
    <Card title={t('first.title')} actions={<span class="soft">{t('first.done', { n: done, all: steps.length })}</span>}>
      <ol class="first-steps">
        {steps.map((step, i) => (
          <li key={step.name} class={step.done ? 'first-step first-step-done' : 'first-step'} aria-current={step.name === next ? 'step' : undefined}>
            <span class="first-mark" aria-hidden="true">
              {step.done ? <Icon name="check" size={18} /> : t('first.number', { number: i + 1 })}
            </span>
            <span class="first-words">
              <strong>{t(`first.${step.name}` as WordKey)}</strong>
              <span class="soft">{step.done ? t('first.is_done') : t(`first.${step.name}_hint` as WordKey)}</span>
            </span>
            {!step.done && mayAct && (
              <LinkButton href={step.href} look={step.name === next ? 'main' : 'plain'} small>
                {t(`first.${step.name}_act` as WordKey)}
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}
