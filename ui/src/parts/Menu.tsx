// A button that opens a list of deeds.  What opens it is loaded when the browser is idle and set up
// when it is opened first: pages are full of menus, and few of them are ever opened.
import type { ComponentChildren, FunctionComponent, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon, type IconName } from './Icon';
import { toastError } from './Toast';

export interface MenuItem {
  value: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
}

export interface MenuProps {
  label: string;
  icon?: IconName;
  text?: ComponentChildren;
  items: MenuItem[];
  onSelect: (value: string) => void;
  look?: 'quiet' | 'plain' | 'main';
}

type ButtonProps = JSX.ButtonHTMLAttributes<HTMLButtonElement>;

export function MenuButton({ label, icon = 'more', text, look = 'quiet', more }: MenuProps & { more: ButtonProps }) {
  return (
    <button
      {...more}
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
  );
}

/** Brings what opens menus; they wait for it when it is not there yet. */
export const loadMenus = () => import('./OpenMenu');

export function Menu(props: MenuProps) {
  const [opened, setOpened] = useState<{ Menu: FunctionComponent<MenuProps & { byKey: boolean }>; byKey: boolean } | null>(null);
  if (opened) return <opened.Menu {...props} byKey={opened.byKey} />;

  function open(byKey: boolean) {
    loadMenus()
      .then(({ OpenMenu }) => setOpened({ Menu: OpenMenu, byKey }))
      .catch(toastError);
  }
  return (
    <MenuButton
      {...props}
      more={{
        'aria-haspopup': 'menu',
        'aria-expanded': false,
        // A click without a pointer is a key's.
        onClick: (event) => open(event.detail === 0),
        onKeyDown: (event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          open(true);
        },
      }}
    />
  );
}
