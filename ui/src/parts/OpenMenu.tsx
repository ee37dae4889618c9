// A menu that has been opened: Zag's machine with its keys, its place on the page, its focus.
import * as menu from '@zag-js/menu';
import { normalizeProps, useMachine } from '@zag-js/preact';
import { useId } from 'preact/hooks';
import { Icon } from './Icon';
import { MenuButton, type MenuProps } from './Menu';

/** Open when it is drawn first; `byKey` goes to its first entry. */
export function OpenMenu({ byKey, ...props }: MenuProps & { byKey: boolean }) {
  const { label, items, onSelect } = props;
  const service = useMachine(menu.machine, {
    id: useId(),
    'aria-label': label,
    onSelect: ({ value }) => onSelect(value),
    positioning: { placement: 'bottom-end', strategy: 'fixed' },
    defaultOpen: true,
    defaultHighlightedValue: byKey ? items.find((item) => !item.disabled)?.value : undefined,
  });
  const api = menu.connect(service, normalizeProps);

  return (
    <>
      <MenuButton {...props} more={api.getTriggerProps()} />
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
