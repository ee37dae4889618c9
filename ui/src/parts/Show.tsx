// Small things that show: badges, figures, empty places, skeletons, cards.
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { DASH, change } from '~/format';
import { t } from '~/words';
import { Icon, type IconName } from './Icon';

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'soft';

/** A state in a word; `why` comes with it on hover and for screen readers. */
export function Badge({ tone = 'soft', why, children }: { tone?: Tone; why?: string; children: ComponentChildren }) {
  return (
    <span class={`badge badge-${tone}`} title={why}>
      <span class="badge-dot" aria-hidden="true" />
      {children}
      {why && <span class="visually-hidden"> ({why})</span>}
    </span>
  );
}

export function Card({
  title,
  actions,
  children,
  class: more,
}: {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  const id = useId();
  return (
    <section class={`card ${more ?? ''}`} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <header class="card-head">
          {title && <h2 id={id}>{title}</h2>}
          {actions && <div class="card-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A dash and the reason, where there is no figure. */
export function Missing({ reason }: { reason: string }) {
  return (
    <span class="missing" title={reason}>
      {DASH}
      <span class="visually-hidden"> {reason}</span>
    </span>
  );
}

/** Text that keeps its own direction among other text: figures, ids, names. */
export function Bdi({ children }: { children: ComponentChildren }) {
  return <bdi>{children}</bdi>;
}

interface FigureProps {
  label: string;
  /** Written already; null when there is none. */
  value: string | null;
  reason?: string;
  /** 0.12 = 12 % more than before; null when it cannot be told. */
  changed?: number | null;
  /** Whether more is better; null when it is neither. */
  more_is_better?: boolean | null;
  before?: string;
  formula?: string;
  children?: ComponentChildren;
}

/** A key figure with its change and a place for a sparkline. */
export function Figure({ label, value, reason, changed, more_is_better = null, before, formula, children }: FigureProps) {
  const good = changed == null || changed === 0 || more_is_better === null ? null : changed > 0 === more_is_better;
  return (
    <div class="figure">
      <dt title={formula}>{label}</dt>
      <dd>
        <span class="figure-value">{value === null ? <Missing reason={reason ?? t('common.no_data')} /> : <bdi>{value}</bdi>}</span>
        {changed != null && (
          <span class={`figure-change${good === null ? '' : good ? ' good' : ' bad'}`} title={before && t('common.before', { value: before })}>
            <bdi>{change(changed)}</bdi>
            {before && <span class="visually-hidden"> {t('common.before', { value: before })}</span>}
          </span>
        )}
        {children}
      </dd>
    </div>
  );
}

export function EmptyState({ icon, title, children, actions }: { icon: IconName; title: string; children?: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={40} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div class="empty-actions">{actions}</div>}
    </div>
  );
}

export function Skeleton({ lines = 3, block }: { lines?: number; block?: boolean }) {
  if (block) return <div class="skeleton skeleton-block" aria-hidden="true" />;
  return (
    <div aria-hidden="true">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class="skeleton" />
      ))}
    </div>
  );
}

export function Note({ tone = 'info', children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <div class={`note note-${tone}`}>
      <Icon name={tone === 'bad' || tone === 'warn' ? 'alert' : 'info'} />
      <div class="note-text">{children}</div>
    </div>
  );
}

export function Progress({ label, value, max = 1 }: { label: string; value: number | null; max?: number }) {
  return <progress class="progress" aria-label={label} max={max} value={value ?? undefined} />;
}

/** Text to copy: a key, a link, a tag for a site. */
export function CopyText({ label, text, secret }: { label: string; text: string; secret?: boolean }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="copy-text">
      <code aria-label={label} class={secret ? 'copy-secret' : undefined} dir="ltr">
        {text}
      </code>
      <button
        type="button"
        class="button button-plain button-small"
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        <Icon name={copied ? 'check' : 'copy'} size={18} />
        <span>{copied ? t('common.copied') : t('common.copy')}</span>
      </button>
    </div>
  );
}

/** The head of a page: its title, what stands beside it, its buttons. */
export function PageHead({ title, beside, actions, children }: { title: string; beside?: ComponentChildren; actions?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div class="page-title">
        <h1>{title}</h1>
        {beside}
      </div>
      {actions && <div class="page-actions">{actions}</div>}
      {children}
    </header>
  );
}
