import type { ComponentChildren, JSX } from 'preact';
import { Link } from 'wouter-preact';
import { Icon, type IconName } from './Icon';

type Look = 'main' | 'plain' | 'quiet' | 'danger';
interface Common {
  look?: Look;
  icon?: IconName;
  small?: boolean;
  children?: ComponentChildren;
}

function classOf({ look = 'plain', small }: Common, round: boolean) {
  return `button button-${look}${small ? ' button-small' : ''}${round ? ' button-round' : ''}`;
}

type ButtonProps = Common & Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'icon'> & { busy?: boolean };
/** `busy` keeps the button in place and says so; a second press does nothing. */
export function Button({ look, icon, small, busy, children, type = 'button', disabled, onClick, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={`${classOf({ look, small }, !children)} ${rest.class ?? ''}`}
      aria-busy={busy ? 'true' : undefined}
      aria-disabled={busy ? 'true' : undefined}
      disabled={disabled}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {icon && <Icon name={icon} size={small ? 18 : 20} />}
      {children && <span>{children}</span>}
    </button>
  );
}

/** A button of an icon alone needs a name. */
export function IconButton({ label, ...rest }: Omit<ButtonProps, 'children'> & { label: string; icon: IconName }) {
  return <Button look="quiet" {...rest} aria-label={label} title={label} />;
}

export function LinkButton({ href, look, icon, small, children, ...rest }: Common & { href: string; 'aria-label'?: string; title?: string }) {
  return (
    <Link href={href} class={classOf({ look, small }, !children)} {...rest}>
      {icon && <Icon name={icon} size={small ? 18 : 20} />}
      {children && <span>{children}</span>}
    </Link>
  );
}
