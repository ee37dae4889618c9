// Views that the reader has named: an address is a view; the names are kept with the person, in the org.
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { del, get, path, put, type Page } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { t } from '~/words';
import { ConfirmDialog } from './Dialog';
import { Field } from './Field';
import { Menu, type MenuItem } from './Menu';
import { toast, toastError } from './Toast';

interface View {
  name: string;
  query: string;
}

export function Views({ page }: { page: 'leads' | 'roi' | 'campaigns' }) {
  const client = useQueryClient();
  const views = useQuery({ queryKey: ['views', page], queryFn: () => get<Page<View>>(path('/api/profile/views', { page })).then((answer) => answer.data), staleTime: 300_000 }).data ?? [];
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const [, navigate] = useLocation();

  const again = () => client.invalidateQueries({ queryKey: ['views', page] });
  const keep = (view: View) => put('/api/profile/views', { page, ...view }).then(again);

  function drop(view: View) {
    del(path('/api/profile/views', { page, name: view.name }))
      .then(again)
      .then(() => toast(t('common.view_removed', { name: view.name }), { undo: () => keep(view) }))
      .catch(toastError);
  }
  function choose(value: string) {
    if (value === 'save') return setNaming(true);
    if (value === 'copy') return void navigator.clipboard.writeText(location.href).then(() => toast(t('common.copied')));
    const view = views[Number(value.slice(5))];
    if (!view) return;
    if (value.startsWith('drop:')) drop(view);
    else navigate(`${location.pathname}${view.query}`);
  }
  const items: MenuItem[] = [
    ...views.map((view, i): MenuItem => ({ value: `view:${i}`, label: view.name, checked: view.query === location.search })),
    { value: 'save', label: t('common.save_view'), icon: 'plus' },
    { value: 'copy', label: t('common.copy_link'), icon: 'link' },
    ...views.filter((view) => view.query === location.search).map((view): MenuItem => ({ value: `drop:${views.indexOf(view)}`, label: t('common.remove_one', { name: view.name }), icon: 'trash', danger: true })),
  ];
  return (
    <>
      <Menu label={t('common.views')} text={t('common.views')} icon="down" look="plain" items={items} onSelect={choose} />
      {naming && (
        <ConfirmDialog
          title={t('common.save_view')}
          act={t('common.save')}
          onClose={() => setNaming(false)}
          onAct={async () => {
            if (!name.trim()) throw new Error(t('common.view_name_needed'));
            await keep({ name: name.trim(), query: location.search });
            setName('');
          }}
        >
          <Field label={t('common.view_name')} value={name} onValue={setName} maxLength={60} />
        </ConfirmDialog>
      )}
    </>
  );
}
