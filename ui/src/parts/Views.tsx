// Views that the reader has named: an address is a view, the names are kept in this browser.
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { ConfirmDialog } from '~/parts/Dialog';
import { Field } from '~/parts/Field';
import { Menu, type MenuItem } from '~/parts/Menu';
import { toast } from '~/parts/Toast';
import { t } from '~/words';

interface View {
  name: string;
  query: string;
}
const MOST = 30;

function read(key: string): View[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(stored) ? (stored as View[]) : [];
  } catch {
    return [];
  }
}

export function Views({ page }: { page: string }) {
  const key = `views:${page}`;
  const [views, setViews] = useState(() => read(key));
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const [, navigate] = useLocation();

  function keep(next: View[]) {
    localStorage.setItem(key, JSON.stringify(next));
    setViews(next);
  }
  function choose(value: string) {
    if (value === 'save') return setNaming(true);
    if (value === 'copy') return void navigator.clipboard.writeText(location.href).then(() => toast(t('common.copied')));
    const view = views[Number(value.slice(5))];
    if (!view) return;
    if (value.startsWith('drop:')) keep(views.filter((other) => other !== view));
    else navigate(`${location.pathname}${view.query}`);
  }
  const items: MenuItem[] = [
    ...views.map((view, i): MenuItem => ({ value: `view:${i}`, label: view.name, checked: view.query === location.search })),
    { value: 'save', label: t('roi.save_view'), icon: 'plus' },
    { value: 'copy', label: t('roi.copy_link'), icon: 'link' },
    ...views.filter((view) => view.query === location.search).map((view): MenuItem => ({ value: `drop:${views.indexOf(view)}`, label: t('common.remove_one', { name: view.name }), icon: 'trash', danger: true })),
  ];
  return (
    <>
      <Menu label={t('roi.views')} text={t('roi.views')} icon="down" look="plain" items={items} onSelect={choose} />
      {naming && (
        <ConfirmDialog
          title={t('roi.save_view')}
          act={t('common.save')}
          onClose={() => setNaming(false)}
          onAct={() => {
            if (!name.trim()) throw new Error(t('roi.name_needed'));
            keep([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), query: location.search }].slice(-MOST));
            setName('');
          }}
        >
          <Field label={t('roi.view_name')} value={name} onValue={setName} maxLength={60} />
        </ConfirmDialog>
      )}
    </>
  );
}
