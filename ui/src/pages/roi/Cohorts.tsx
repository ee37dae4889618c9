// What the leads of each week have brought, week by week of their age.  The colour says how much of the
// week's spend has come back; a week that is not over is hatched.
import { day, money, number, percent } from '~/format';
import { EmptyState, Missing, Skeleton } from '~/parts/Show';
import { ProblemNote } from '~/parts/Problem';
import { t, tOr } from '~/words';
import { useCohorts, type Cohort, type Question } from './api';

const MOST_WEEKS = 26;

function levelOf(cohort: Cohort, age: number) {
  if (!cohort.spend_micros) return 0;
  let sum = 0;
  for (let i = 0; i <= age; i++) sum += cohort.revenue_by_week_micros[i] ?? 0;
  const back = sum / cohort.spend_micros;
  return back <= 0 ? 0 : back < 0.25 ? 1 : back < 0.5 ? 2 : back < 1 ? 3 : back < 2 ? 4 : 5;
}

export function CohortTriangle({ question }: { question: Question }) {
  const answer = useCohorts(question, true);
  if (answer.error) return <ProblemNote error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!answer.data) return <Skeleton lines={8} />;
  const { data, currency, formulas } = answer.data;
  const weeks = Math.min(MOST_WEEKS, Math.max(0, ...data.map((one) => one.revenue_by_week_micros.length)));
  if (data.length === 0) return <EmptyState icon="roi" title={t('roi.none')}>{t('roi.none_hint')}</EmptyState>;
  const sum = (micros: number | null) => (micros === null ? <Missing reason={t('roi.not_known')} /> : <bdi>{money(micros, currency)}</bdi>);

  return (
    <div class="table-frame">
      <div class="table-tools">
        <p class="table-count">{t('roi.cohorts_what')}</p>
      </div>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t('roi.cohorts')}>
        <table class="table">
          <caption class="visually-hidden">{t('roi.cohorts')}</caption>
          <thead>
            <tr>
              <th scope="col" title={tOr('roi.formula_week', formulas.week ?? '')}>
                {t('roi.week')}
              </th>
              <th scope="col" class="numeric">{t('roi.figure_leads')}</th>
              <th scope="col" class="numeric" title={tOr('roi.formula_customers', formulas.customers ?? '')}>{t('roi.customers')}</th>
              <th scope="col" class="numeric">{t('roi.figure_spend')}</th>
              <th scope="col" class="numeric">{t('roi.figure_revenue')}</th>
              <th scope="col" class="numeric">{t('roi.figure_roi')}</th>
              <th scope="col" class="numeric" title={tOr('roi.formula_break_even_day', formulas.break_even_day ?? '')}>{t('roi.break_even')}</th>
              <th scope="col" class="numeric" title={tOr('roi.formula_ltv_micros', formulas.ltv_micros ?? '')}>{t('roi.ltv', { n: 30 })}</th>
              {Array.from({ length: weeks }, (_, age) => (
                <th key={age} scope="col" class="numeric">
                  {t('roi.age', { n: age + 1 })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.map((cohort) => (
              <tr key={cohort.week}>
                <th scope="row" class="pinned">
                  {day(cohort.week)}
                </th>
                <td class="numeric"><bdi>{number(cohort.leads)}</bdi></td>
                <td class="numeric"><bdi>{number(cohort.customers)}</bdi></td>
                <td class="numeric">{sum(cohort.spend_micros)}</td>
                <td class="numeric">{sum(cohort.revenue_micros)}</td>
                <td class="numeric">{cohort.roi === null ? <Missing reason={t('roi.not_known')} /> : <bdi>{percent(cohort.roi, 0)}</bdi>}</td>
                <td class="numeric">
                  {cohort.break_even_day === null ? <Missing reason={t('roi.not_yet_even')} /> : <bdi>{t('roi.day_n', { n: cohort.break_even_day })}</bdi>}
                </td>
                <td class="numeric">{cohort.ltv_micros['30'] == null ? <Missing reason={t('roi.too_young')} /> : <bdi>{money(cohort.ltv_micros['30'], currency)}</bdi>}</td>
                {Array.from({ length: weeks }, (_, age) =>
                  age < cohort.revenue_by_week_micros.length ? (
                    <td
                      key={age}
                      class={`numeric cohort cohort-${levelOf(cohort, age)}${age >= cohort.whole_weeks ? ' cohort-part' : ''}`}
                      title={age >= cohort.whole_weeks ? t('roi.part_week') : undefined}
                    >
                      <bdi>{money(cohort.revenue_by_week_micros[age], currency)}</bdi>
                    </td>
                  ) : (
                    <td key={age} />
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
