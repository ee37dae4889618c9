// Form fields: a label above, a hint below, the error beside the field that it is about.
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { ApiError } from '~/api/client';
import { troubleLine } from './trouble';

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong, in words; or an ApiError, shown when it is about `name`. */
  error?: string | ApiError | null;
  name?: string;
  /** The label is for screen readers only. */
  labelHidden?: boolean;
}

function errorText(error: FieldProps['error'], name: string | undefined) {
  if (!error) return '';
  if (typeof error === 'string') return error;
  if (!name || error.field !== name) return '';
  return troubleLine(error);
}

function Frame({
  id,
  label,
  hint,
  labelHidden,
  problem,
  children,
}: FieldProps & { id: string; problem: string; children: ComponentChildren }) {
  return (
    <div class={`field${problem ? ' field-wrong' : ''}`}>
      <label for={id} class={labelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
      {problem && (
        <p id={`${id}-error`} class="field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function described(id: string, hint: unknown, problem: string) {
  const ids = [problem && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return { 'aria-describedby': ids || undefined, 'aria-invalid': problem ? ('true' as const) : undefined };
}

type InputProps = FieldProps & Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'label' | 'onInput'> & { onValue?: (value: string) => void };
export function Field({ label, hint, error, labelHidden, onValue, ...input }: InputProps) {
  const made = useId();
  const id = (input.id as string | undefined) ?? made;
  const problem = errorText(error, input.name as string | undefined);
  return (
    <Frame id={id} label={label} hint={hint} labelHidden={labelHidden} problem={problem}>
      <input {...input} id={id} {...described(id, hint, problem)} onInput={(event) => onValue?.(event.currentTarget.value)} />
    </Frame>
  );
}

type AreaProps = FieldProps & Omit<JSX.TextareaHTMLAttributes<HTMLTextAreaElement>, 'label' | 'onInput'> & { onValue?: (value: string) => void };
export function TextArea({ label, hint, error, labelHidden, onValue, ...area }: AreaProps) {
  const id = useId();
  const problem = errorText(error, area.name as string | undefined);
  return (
    <Frame id={id} label={label} hint={hint} labelHidden={labelHidden} problem={problem}>
      <textarea rows={3} {...area} id={id} {...described(id, hint, problem)} onInput={(event) => onValue?.(event.currentTarget.value)} />
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}
type SelectProps = FieldProps &
  Omit<JSX.SelectHTMLAttributes<HTMLSelectElement>, 'label' | 'onChange'> & { options: Option[]; onValue?: (value: string) => void };
export function Select({ label, hint, error, labelHidden, options, onValue, ...select }: SelectProps) {
  const id = useId();
  const problem = errorText(error, select.name as string | undefined);
  return (
    <Frame id={id} label={label} hint={hint} labelHidden={labelHidden} problem={problem}>
      <select {...select} id={id} {...described(id, hint, problem)} onChange={(event) => onValue?.(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled} selected={option.value === select.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

interface CheckProps {
  label: ComponentChildren;
  checked: boolean;
  onValue: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
  indeterminate?: boolean;
  labelHidden?: boolean;
}
export function Checkbox({ label, checked, onValue, indeterminate, labelHidden, ...rest }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        ref={(element) => {
          if (element) element.indeterminate = !!indeterminate;
        }}
        onChange={(event) => onValue(event.currentTarget.checked)}
        {...rest}
      />
      <span class={labelHidden ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  );
}

/** On or off, in force at once. */
export function Switch({ label, checked, onValue, labelHidden, ...rest }: CheckProps) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={checked} onChange={(event) => onValue(event.currentTarget.checked)} {...rest} />
      <span class="switch-track" aria-hidden="true" />
      <span class={labelHidden ? 'visually-hidden' : undefined}>{label}</span>
    </label>
  );
}

/** One of a few, all of them seen. */
export function Segments({
  label,
  options,
  value,
  onValue,
}: {
  label: string;
  options: Option[];
  value: string;
  onValue: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? 'segment segment-on' : 'segment'}>
          <input
            type="radio"
            class="visually-hidden"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onValue(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
