// Where files come in: a place to drop them, a button, and the whole page while files hang over it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '~/parts/Button';
import { Icon } from '~/parts/Icon';
import { t } from '~/words';
import { TYPES } from './wish';

const hasFiles = (event: DragEvent) => [...(event.dataTransfer?.types ?? [])].includes('Files');

/** Files that are dropped anywhere on the page. */
function usePageDrop(onFiles: (files: File[]) => void) {
  const [over, setOver] = useState(false);
  const deed = useRef(onFiles);
  deed.current = onFiles;
  useEffect(() => {
    let left = 0;
    function drag(event: DragEvent) {
      if (!hasFiles(event)) return;
      event.preventDefault();
      clearTimeout(left);
      setOver(true);
    }
    // The next "dragover" follows at once while the files are still over the page.
    function leave() {
      clearTimeout(left);
      left = window.setTimeout(() => setOver(false), 150);
    }
    function drop(event: DragEvent) {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (document.querySelector('dialog[open]')) return;
      deed.current([...(event.dataTransfer?.files ?? [])]);
    }
    addEventListener('dragover', drag);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      clearTimeout(left);
      removeEventListener('dragover', drag);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}

/** A button that opens the system's choice of files. */
export function FileButton({
  label,
  name,
  children,
  many,
  small,
  look = 'plain',
  onFiles,
}: {
  /** Of the file field, for screen readers. */
  label: string;
  name?: string;
  children: ComponentChildren;
  many?: boolean;
  small?: boolean;
  look?: 'main' | 'plain';
  onFiles: (files: File[]) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={field}
        type="file"
        name={name}
        class="visually-hidden"
        tabIndex={-1}
        aria-label={label}
        accept={TYPES}
        multiple={many}
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (chosen.length) onFiles(chosen);
        }}
      />
      <Button look={look} small={small} icon="upload" onClick={() => field.current?.click()}>
        {children}
      </Button>
    </>
  );
}

export function UploadZone({ onFiles }: { onFiles: (files: File[]) => void }) {
  const over = usePageDrop(onFiles);
  return (
    <section class={over ? 'upload-zone upload-zone-over' : 'upload-zone'} aria-label={t('creatives.upload')}>
      <Icon name="upload" size={28} />
      <div class="upload-zone-text">
        <p>
          <strong>{t('creatives.drop')}</strong>
        </p>
        <p class="soft">{t('creatives.drop_hint')}</p>
      </div>
      <FileButton label={t('creatives.files')} name="files" many look="main" onFiles={onFiles}>
        {t('creatives.choose_files')}
      </FileButton>
      {over && (
        <div class="upload-over" aria-hidden="true">
          <Icon name="upload" size={48} />
          <p>{t('creatives.drop_here')}</p>
        </div>
      )}
    </section>
  );
}
