// Dialogs are the browser's own <dialog>: it keeps the focus inside, closes on Escape, and gives
// the focus back.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '~/words';
import { Button, IconButton } from './Button';
import { ProblemNote } from './Problem';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons, at the end. */
  actions?: ComponentChildren;
  wide?: boolean;
  /** At the side, full height: details of a row. */
  side?: boolean;
}

/** Open as long as it is drawn. */
export function Dialog({ title, onClose, children, actions, wide, side }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      class={`dialog${wide ? ' dialog-wide' : ''}${side ? ' dialog-side' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label={t('common.close')} onClick={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  /** What the button says: the deed itself, not "OK". */
  act: string;
  danger?: boolean;
  onAct: () => Promise<unknown> | void;
  onClose: () => void;
}

/** Asks before a deed; stays open and shows the problem when it fails. */
export function ConfirmDialog({ title, children, act, danger, onAct, onClose }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function go() {
    setBusy(true);
    setProblem(null);
    try {
      await onAct();
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look={danger ? 'danger' : 'main'} busy={busy} onClick={() => void go()}>
            {act}
          </Button>
        </>
      }
    >
      {children}
      {problem !== null && <ProblemNote error={problem} />}
    </Dialog>
  );
}
