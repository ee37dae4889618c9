// Where a figure comes from: its formula and inputs, then the stored rows that it is added up from.
import { Link } from 'wouter-preact';
import { DASH, ago, day, instant, money, number } from '~/format';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Note, Skeleton } from '~/parts/Show';
import { t, tOr, type WordKey } from '~/words';
import { useState } from 'preact/hooks';
import { useExplanation, useRows, type DetailRow, type Part, type Question } from './api';
import { kindOf, written } from './figures';

const sums = new Set(['spend', 'impressions', 'clicks', 'platform_leads', 'leads', 'duplicate_leads', 'qualified', 'sales', 'revenue', 'refunds']);

export function Detail({ question, part, figure: first, name, onClose }: { question: Question; part: Part; figure: string; name: string; onClose: () => void }) {
  const [figure, setFigure] = useState(first);
  const told = useExplanation(question, part, figure);
  const kind = kindOf.get(figure);
  const explanation = told.data;

  return (
    <Dialog title={`${t(`roi.figure_${figure}` as WordKey)} · ${name}`} onClose={onClose} wide>
      {told.error && <ProblemNote error={told.error} onRetry={() => void told.refetch()} />}
      {!explanation && !told.error && <Skeleton lines={3} />}
      {explanation && kind && (
        <>
          <p class="roi-figure">
            <bdi>{written(explanation.value, kind.unit, explanation.currency) ?? DASH}</bdi>
          </p>
          {explanation.unknown_because && <Note tone="warn">{tOr(`roi.${explanation.unknown_code}`, explanation.unknown_because)}</Note>}
          {(explanation.formula || explanation.meaning) && (
            <p class="roi-formula">{tOr(`roi.formula_${figure}`, explanation.formula || explanation.meaning || '')}</p>
          )}
          {explanation.inputs.length > 0 && (
            <ul class="roi-inputs">
              {explanation.inputs.map((input) => {
                const of = kindOf.get(input.figure);
                return (
                  <li key={input.figure}>
                    <Button look="quiet" onClick={() => setFigure(input.figure)}>
                      {tOr(`roi.figure_${input.figure}`, input.figure)}: <bdi>{(of && written(input.value, of.unit, explanation.currency)) ?? DASH}</bdi>
                    </Button>
                  </li>
                );
              })}
            </ul>
          )}
          <p class="soft">
            <bdi>
              {day(explanation.window.first_day)} – {day(explanation.window.last_day)}
            </bdi>{' '}
            · <bdi>{explanation.window.zone}</bdi> · {t(`roi.basis_${explanation.window.basis}` as WordKey)}
            {explanation.rows !== null && ` · ${t('table.rows', { n: explanation.rows })}`}
            {explanation.metrics_collected_at && ` · ${t('roi.read', { when: ago(explanation.metrics_collected_at) })}`}
          </p>
          {sums.has(figure) && <Rows question={question} part={part} figure={figure} />}
        </>
      )}
    </Dialog>
  );
}

function Rows({ question, part, figure }: { question: Question; part: Part; figure: string }) {
  const rows = useRows(question, part, figure, true);
  const all = rows.data?.pages.flatMap((page) => page.data);
  const unit = kindOf.get(figure)?.unit;

  if (rows.error) return <ProblemNote error={rows.error} />;
  if (!all) return <Skeleton lines={4} />;
  if (all.length === 0) return <p class="soft">{t('roi.no_rows')}</p>;
  return (
    <div class="table-scroll roi-rows" tabIndex={0} role="region" aria-label={t('roi.rows')}>
      <table class="table">
        <caption class="visually-hidden">{t('roi.rows')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('roi.row')}</th>
            <th scope="col">{t('roi.when')}</th>
            <th scope="col" class="numeric">
              {t('roi.stored')}
            </th>
            <th scope="col" class="numeric">
              {t('roi.counted')}
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((row, i) => (
            <tr key={i}>
              <th scope="row">
                <RowName row={row} />
              </th>
              <td>{row.day ? day(String(row.day)) : instant(String(row.paid_at ?? row.created_at ?? ''))}</td>
              <td class="numeric">
                <bdi>{storedOf(row, figure)}</bdi>
              </td>
              <td class="numeric">
                <bdi>{unit === 'money' ? money(row.value as number | null, question.currency || (row.currency as string)) : number(row.value as number | null)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.hasNextPage && (
        <div class="table-more">
          <Button busy={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
            {t('table.more')}
          </Button>
        </div>
      )}
    </div>
  );
}

function RowName({ row }: { row: DetailRow }) {
  if (row.purchase_id)
    return row.lead_id ? (
      <Link href={`/leads/${row.lead_id as string}`}>
        <bdi dir="ltr">{row.external_id}</bdi>
      </Link>
    ) : (
      <bdi dir="ltr">{row.external_id}</bdi>
    );
  if (row.lead_id)
    return (
      <Link href={`/leads/${row.lead_id as string}`}>
        <bdi dir="ltr">{String(row.lead_id).slice(-12)}</bdi>
      </Link>
    );
  return <bdi>{tOr(`common.platform_${String(row.platform)}`, String(row.platform))}</bdi>;
}

function storedOf(row: DetailRow, figure: string) {
  if (typeof row.amount_micros === 'number') return money(row.amount_micros, row.currency as string, { exact: true });
  if (figure === 'spend') return money(row.spend_micros as number | null, row.currency as string, { exact: true });
  if (row.lead_id) return tOr(`leads.stage_${String(row.stage)}`, String(row.stage));
  return number((row[figure] ?? row.value) as number | null);
}
