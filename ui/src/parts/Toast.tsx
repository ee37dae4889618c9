// Short news at the edge of the page, with undo where there is one.
import { createStore, useStore } from './store';
import { t } from '~/words';
import { Button, IconButton } from './Button';
import { troubleLine } from './trouble';

interface Toast {
  id: number;
  text: string;
  bad?: boolean;
  undo?: () => Promise<unknown> | void;
}

const toasts = createStore<Toast[]>([]);
const SHOWN_MS = 6_000;
const SHOWN_WITH_UNDO_MS = 15_000;
let last = 0;

function dismiss(id: number) {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

export function toast(text: string, options: { bad?: boolean; undo?: Toast['undo'] } = {}) {
  const id = ++last;
  toasts.set([...toasts.get().slice(-3), { id, text, ...options }]);
  window.setTimeout(() => dismiss(id), options.undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
}

/** The problem of a deed that has no place of its own for it. */
export function toastError(error: unknown) {
  toast(troubleLine(error), { bad: true });
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} class={one.bad ? 'toast toast-bad' : 'toast'}>
          <span>{one.text}</span>
          {one.undo && (
            <Button
              small
              icon="undo"
              onClick={() => {
                dismiss(one.id);
                void Promise.resolve(one.undo?.()).catch(toastError);
              }}
            >
              {t('common.undo')}
            </Button>
          )}
          <IconButton small icon="close" label={t('common.close')} onClick={() => dismiss(one.id)} />
        </div>
      ))}
    </div>
  );
}
