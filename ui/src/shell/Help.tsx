import { Dialog } from '~/parts/Dialog';
import { goKeys } from '~/parts/keys';
import { t, type WordKey } from '~/words';
import { pages } from './pages';

const tableKeys: [string, WordKey][] = [
  ['j', 'shell.key_next'],
  ['k', 'shell.key_previous'],
  ['x', 'shell.key_tick'],
  ['Enter', 'shell.key_open'],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('shell.keys')} onClose={onClose}>
      <dl class="keys">
        <div>
          <dt>
            <kbd>/</kbd> <kbd>Ctrl K</kbd>
          </dt>
          <dd>{t('shell.search')}</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{t('shell.keys')}</dd>
        </div>
        {Object.entries(goKeys).map(([key, path]) => {
          const entry = pages.find((one) => one.path === path);
          return (
            entry && (
              <div key={key}>
                <dt>
                  <kbd>g</kbd> <kbd>{key}</kbd>
                </dt>
                <dd>{t(entry.word)}</dd>
              </div>
            )
          );
        })}
        {tableKeys.map(([key, word]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
