// Choosing from a long list by typing: places, interests, directions.  One or many.
import * as combobox from '@zag-js/combobox';
import { normalizeProps, useMachine } from '@zag-js/preact';
import type { ComponentChildren } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import { t } from '~/words';
import { Icon } from './Icon';

export interface Choice {
  value: string;
  label: string;
  /** A second line: the path of a place, the audience of an interest. */
  detail?: string;
}

interface ComboboxProps {
  label: string;
  choices: Choice[];
  value: string[];
  onValue: (value: string[]) => void;
  multiple?: boolean;
  placeholder?: string;
  hint?: ComponentChildren;
  error?: string;
  /** For lists that the server searches: the typed text; `choices` are then what it found. */
  onSearch?: (text: string) => void;
  loading?: boolean;
  /** What is chosen already, for its labels: the server's list need not hold it. */
  known?: Choice[];
}

const MOST_SHOWN = 100;

// While somebody types, the input is ahead of the machine: writing the machine's text back would
// lose letters that came meanwhile.
const machine = combobox.machine as combobox.Machine<Choice>;
const { actions } = machine.implementations ?? {};
const typingMachine: combobox.Machine<Choice> = {
  ...machine,
  implementations: {
    ...machine.implementations,
    actions: {
      ...actions,
      syncInputValue(parameters) {
        if (parameters.event.current().type !== 'INPUT.CHANGE') actions?.syncInputValue?.(parameters);
      },
    },
  },
};

export function Combobox({ label, choices, value, onValue, multiple, placeholder, hint, error, onSearch, loading, known: chosen }: ComboboxProps) {
  const [text, setText] = useState('');
  // What was chosen keeps its label when the list moves on to other finds.
  const [known] = useState(() => new Map<string, Choice>());
  for (const choice of chosen ?? []) if (!known.has(choice.value)) known.set(choice.value, choice);
  for (const choice of choices) known.set(choice.value, choice);

  const shown = useMemo(() => {
    const wanted = text.trim().toLocaleLowerCase();
    const fits = !wanted || onSearch ? choices : choices.filter((choice) => choice.label.toLocaleLowerCase().includes(wanted));
    return fits.slice(0, MOST_SHOWN);
  }, [choices, text, onSearch]);
  const collection = useMemo(
    () => combobox.collection({ items: shown, itemToValue: (item: Choice) => item.value, itemToString: (item: Choice) => item.label }),
    [shown],
  );

  const service = useMachine(typingMachine, {
    id: useId(),
    collection,
    value,
    multiple,
    placeholder,
    openOnClick: true,
    selectionBehavior: multiple ? 'clear' : 'replace',
    positioning: { placement: 'bottom-start', sameWidth: true, strategy: 'fixed' },
    onValueChange: (details) => onValue(details.value),
    onInputValueChange: ({ inputValue }) => {
      setText(inputValue);
      onSearch?.(inputValue);
    },
  });
  const api = combobox.connect(service, normalizeProps);

  return (
    <div
      {...api.getRootProps()}
      class={`field${error ? ' field-wrong' : ''}`}
      onFocusOut={(event) => {
        // Where the focus goes on to another list, this one does not stay open behind it.
        if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget))
          service.send({ type: 'LAYER.INTERACT_OUTSIDE', restoreFocus: false });
      }}
    >
      <label {...api.getLabelProps()}>{label}</label>
      {multiple && value.length > 0 && (
        <ul class="chips" aria-label={label}>
          {value.map((one) => (
            <li key={one} class="chip">
              <span>{known.get(one)?.label ?? one}</span>
              <button
                type="button"
                aria-label={t('common.remove_one', { name: known.get(one)?.label ?? one })}
                onClick={() => onValue(value.filter((other) => other !== one))}
              >
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div {...api.getControlProps()} class="combobox">
        <input {...api.getInputProps()} aria-busy={loading ? 'true' : undefined} />
        <button {...api.getTriggerProps()} class="combobox-open">
          <Icon name="down" size={18} />
        </button>
      </div>
      <div {...api.getPositionerProps()} class="layer">
        {api.open && (
          <ul {...api.getContentProps()} class="menu menu-tall">
            {shown.map((item) => (
              <li key={item.value} {...api.getItemProps({ item })} class="menu-item">
                <span>
                  {item.label}
                  {item.detail && <small class="soft">{item.detail}</small>}
                </span>
                {value.includes(item.value) && <Icon name="check" size={18} />}
              </li>
            ))}
            {shown.length === 0 && <li class="menu-none">{loading ? t('common.loading') : t('common.nothing_found')}</li>}
          </ul>
        )}
      </div>
      {hint && <p class="field-hint">{hint}</p>}
      {error && (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
