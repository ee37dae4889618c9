// Charts by uPlot, loaded when the page around the first one has been drawn.  In right-to-left pages
// time runs from right to left, as the rest of the page does.  A table of the same figures goes with
// each chart, for who cannot see it.
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { t, useLanguage } from '~/words';
import { day } from '~/format';
import { nextTask, useIdle, whenIdle } from './idle';
import { useTheme } from './theme';

export interface Series {
  label: string;
  /** One for each day; null where there is no data: the line has a gap there. */
  values: (number | null)[];
  /** `line` or `bars`. */
  shape?: 'line' | 'bars';
  /** Which of the page's chart colours, 1 to 4. */
  colour?: 1 | 2 | 3 | 4;
  /** The second axis. */
  right?: boolean;
  format: (value: number | null) => string;
  dashed?: boolean;
}

interface ChartProps {
  label: string;
  days: string[];
  series: Series[];
  height?: number;
  /** The last day is not over. */
  partial?: boolean;
}

function colourOf(element: HTMLElement, name: string) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function options(element: HTMLElement, plot: typeof uPlot, props: ChartProps): uPlot.Options {
  const rtl = document.documentElement.dir === 'rtl';
  const soft = colourOf(element, '--soft');
  const line = colourOf(element, '--line');
  const font = '12px system-ui, sans-serif';
  const axis = (scale: string, series: Series | undefined, atEnd: boolean): uPlot.Axis => ({
    scale,
    side: atEnd !== rtl ? 1 : 3,
    stroke: soft,
    font,
    size: 64,
    grid: { show: !atEnd, stroke: line, width: 1 },
    ticks: { show: false },
    values: (_u, values) => values.map((value) => series?.format(value) ?? ''),
  });
  const left = props.series.find((one) => !one.right);
  const right = props.series.find((one) => one.right);
  const bars = props.series.some((one) => one.shape === 'bars'); // the outer ones are whole
  return {
    width: element.clientWidth,
    height: props.height ?? 260,
    scales: { x: { time: false, dir: rtl ? -1 : 1, range: (_u, min, max) => (bars ? [min - 0.5, max + 0.5] : [min, max]) }, left: { range: (_u, _min, max) => [0, max > 0 ? max * 1.1 : 1] }, right: { range: (_u, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    legend: { show: false },
    cursor: { y: false, points: { size: 8 } },
    axes: [
      {
        stroke: soft,
        font,
        grid: { show: false },
        ticks: { stroke: line },
        values: (_u, values) =>
          values.map((value) => (Number.isInteger(value) && props.days[value] ? day(props.days[value], { day: 'numeric', month: 'short' }) : '')),
        space: 70,
      },
      axis('left', left, false),
      ...(right ? [axis('right', right, true)] : []),
    ],
    series: [
      {},
      ...props.series.map((one): uPlot.Series => {
        const colour = colourOf(element, `--chart-${one.colour ?? 1}`);
        return {
          label: one.label,
          scale: one.right ? 'right' : 'left',
          stroke: colour,
          width: 2,
          dash: one.dashed ? [5, 5] : undefined,
          fill: one.shape === 'bars' ? `color-mix(in srgb, ${colour} 35%, transparent)` : undefined,
          paths: one.shape === 'bars' ? plot.paths.bars?.({ size: [0.6, 48] }) : undefined,
          points: { show: props.days.length < 3 },
        };
      }),
    ],
  };
}

let uplot: typeof uPlot | undefined;

/** Along the horizontal axis stands the number of the day. */
const dataOf = (props: ChartProps) => [props.days.map((_, i) => i), ...props.series.map((one) => one.values)] as uPlot.AlignedData;

function legendOf(props: ChartProps, index: number | null | undefined) {
  const at = index ?? null;
  return props.series.map((one) => ({ label: one.label, colour: one.colour ?? 1, text: at === null ? '' : one.format(one.values[at] ?? null) }));
}

/** The figures for who cannot see the chart. */
function Table({ label, days, series }: ChartProps) {
  return (
    <div class="visually-hidden">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{t('common.day')}</th>
            {series.map((one) => (
              <th key={one.label} scope="col">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((one, i) => (
            <tr key={one}>
              <th scope="row">{day(one)}</th>
              {series.map((line) => (
                <td key={line.label}>{line.format(line.values[i] ?? null)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Chart(props: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLParagraphElement>(null);
  const language = useLanguage();
  const theme = useTheme();
  const idle = useIdle();

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let chart: uPlot | undefined;
    let gone = false;
    const show = (index: number | null | undefined) => {
      const texts = legendOf(props, index);
      legend.current?.querySelectorAll('[data-value]').forEach((span, i) => (span.textContent = texts[i]?.text ?? ''));
      const when = legend.current?.querySelector('[data-day]');
      if (when) when.textContent = index === null || index === undefined ? '' : day(props.days[index]);
    };
    const observer = new ResizeObserver(() => {
      if (chart && chart.width !== element.clientWidth) chart.setSize({ width: element.clientWidth, height: props.height ?? 260 });
    });
    const draw = (plot: typeof uPlot, pause: (work: () => void) => void) => {
      const settings = options(element, plot, props);
      settings.hooks = { setCursor: [(u) => show(u.cursor.idx)] };
      const empty = [[], ...props.series.map(() => [])] as uPlot.AlignedData;
      chart = new plot(settings, empty, (u, begin) => {
        element.append(u.root);
        pause(() => {
          if (gone) return;
          begin();
          pause(() => {
            if (gone) return;
            u.setData(dataOf(props));
            observer.observe(element);
          });
        });
      });
    };
    // The first chart comes in small steps, when what is around it is there; later ones at once.
    async function drawLater() {
      uplot = (await import('uplot')).default;
      await nextTask();
      if (!gone) draw(uplot, (work) => void nextTask().then(work));
    }
    const cancel = uplot ? draw(uplot, (work) => work()) : whenIdle(() => void drawLater());
    return () => {
      gone = true;
      cancel?.();
      observer.disconnect();
      chart?.destroy();
    };
  }, [props.days, props.series, props.height, language, theme]);

  return (
    <figure class="chart">
      <figcaption class="visually-hidden">{props.label}</figcaption>
      <p class="chart-legend" ref={legend}>
        {legendOf(props, null).map((one) => (
          <span key={one.label} class="chart-key">
            <span class={`chart-colour chart-colour-${one.colour}`} aria-hidden="true" />
            {one.label} <bdi data-value="" class="chart-value" />
          </span>
        ))}
        <bdi data-day="" class="soft" />
        {props.partial && <span class="soft">{t('common.partial_day')}</span>}
      </p>
      <div class="chart-plot" ref={frame} aria-hidden="true" style={{ minBlockSize: `${props.height ?? 260}px` }} />
      {idle && <Table {...props} />}
    </figure>
  );
}

/** A line without axes, as high as a line of text; gaps where there is no data. */
export function Sparkline({ values, width = 96, height = 28 }: { values: (number | null)[]; width?: number; height?: number }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const top = Math.max(...known);
  const bottom = Math.min(...known, 0);
  const x = (i: number) => (i / Math.max(1, values.length - 1)) * (width - 4) + 2;
  const y = (value: number) => height - 3 - ((value - bottom) / (top - bottom || 1)) * (height - 6);
  let pen = 'M';
  const path = values
    .map((value, i) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = 'L';
      return step;
    })
    .join('');
  return (
    <svg class="sparkline icon-turns" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" />
    </svg>
  );
}
