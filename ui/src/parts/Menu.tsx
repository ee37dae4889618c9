import * as menu from '@zag-js/menu';
import { normalizeProps, useMachine } from '@zag-js/preact';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon, type IconName } from './Icon';

export interface MenuItem {
  value: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
}

/** A button that opens a list of deeds. */
export function Menu({
  label,
  icon = 'more',
  text,
  items,
  onSelect,
  look = 'quiet',
}: {
  label: string;
  icon?: IconName;
  text?: ComponentChildren;
  items: MenuItem[];
  onSelect: (value: string) => void;
  look?: 'quiet' | 'plain' | 'main';
}) {
  const service = useMachine(menu.machine, {
    id: useId(),
    'aria-label': label,
    onSelect: ({ value }) => onSelect(value),
    positioning: { placement: 'bottom-end', strategy: 'fixed' },
  });
  const api = menu.connect(service, normalizeProps);

  return (
    <>
      <button
        {...api.getTriggerProps()}
        type="button"
        class={`button button-${look}${text ? '' : ' button-round'}`}
        aria-label={text ? undefined : label}
        title={text ? undefined : label}
      >
        <Icon name={icon} />
        {text && (
          <>
            <span class="visually-hidden">{label}: </span>
            <span class="button-text" dir="auto">
              {text}
            </span>
          </>
        )}
      </button>
      <div {...api.getPositionerProps()} class="layer">
        {api.open && (
          <ul {...api.getContentProps()} class="menu">
            {items.map((item) => (
              <li
                key={item.value}
                {...api.getItemProps({ value: item.value, disabled: item.disabled })}
                class={`menu-item${item.danger ? ' menu-item-danger' : ''}`}
              >
                {item.icon && <Icon name={item.icon} size={18} />}
                <span>{item.label}</span>
                {item.checked && <Icon name="check" size={18} />}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
