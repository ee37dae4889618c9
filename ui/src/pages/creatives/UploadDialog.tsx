// Before files go: for which direction, with which tags, and which of them cannot.
import { useMemo, useState } from 'preact/hooks';
import { useDirections } from '~/api/session';
import { bytes } from '~/format';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Field, Select } from '~/parts/Field';
import { Icon } from '~/parts/Icon';
import { Note } from '~/parts/Show';
import { t } from '~/words';
import { addUploads, isUnderWay } from './uploads';
import { readWish, refusal, rememberWish, rememberedWish, wishOptions } from './wish';

export function UploadDialog({ files, onClose }: { files: File[]; onClose: () => void }) {
  const directions = useDirections().data ?? [];
  const options = useMemo(() => wishOptions(directions), [directions]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [tags, setTags] = useState('');
  const value = chosen ?? rememberedWish(options);
  const wish = readWish(value);
  const onTiktok = wish.both || directions.find((one) => one.id === wish.direction_id)?.platform === 'tiktok';
  const judged = files.map((file) => ({ file, refused: isUnderWay(file) ? t('creatives.refused_twice') : refusal(file, onTiktok) }));
  const good = judged.filter((one) => !one.refused).map((one) => one.file);

  function go() {
    rememberWish(value);
    addUploads(good, { ...wish, tags: tags.trim() });
    onClose();
  }
  return (
    <Dialog
      title={t('creatives.upload_n', { n: files.length })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" icon="upload" disabled={!good.length} onClick={go}>
            {t('creatives.upload_n', { n: good.length })}
          </Button>
        </>
      }
    >
      <div class="stack">
        <Select
          label={t('common.direction')}
          name="direction"
          options={options}
          value={value}
          onValue={setChosen}
          hint={wish.both ? t('creatives.both_hint') : wish.direction_id ? undefined : t('creatives.no_direction_hint')}
        />
        <Field label={t('creatives.tags')} name="tags" value={tags} onValue={setTags} hint={t('creatives.tags_hint')} maxLength={1500} />
        <ul class="upload-files" aria-label={t('creatives.files')}>
          {judged.map(({ file, refused }) => (
            <li key={`${file.name}${file.size}${file.lastModified}`}>
              <Icon name={refused ? 'alert' : 'check'} size={18} />
              <bdi class="upload-name">{file.name}</bdi>
              <span class="soft">
                <bdi>{bytes(file.size)}</bdi>
              </span>
              {refused && <span class="bad upload-refused">{refused}</span>}
            </li>
          ))}
        </ul>
        {!good.length && <Note tone="warn">{t('creatives.refused_all')}</Note>}
      </div>
    </Dialog>
  );
}
