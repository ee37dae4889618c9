// Tags: chosen from those that are used already, or new ones by typing.
import { useId, useState } from 'preact/hooks';
import { Button } from '~/parts/Button';
import { Icon } from '~/parts/Icon';
import { t } from '~/words';
import { useTags } from './library';

interface TagFieldProps {
  label: string;
  tags: string[];
  onTags: (tags: string[]) => void;
  /** Only these, no new ones. */
  among?: string[];
}
const SUGGESTED = 12;
const MOST = 30;

export function TagField({ label, tags, onTags, among }: TagFieldProps) {
  const [text, setText] = useState('');
  const id = useId();
  const used = useTags().data ?? [];
  const suggested = (among ?? used.map((one) => one.tag)).filter((tag) => !tags.includes(tag)).slice(0, SUGGESTED);

  function add(list: string[]) {
    const fresh = list.map((tag) => tag.trim()).filter((tag) => tag && !tags.includes(tag));
    if (fresh.length) onTags([...tags, ...fresh].slice(0, MOST));
    setText('');
  }
  return (
    <div class="tag-field">
      {tags.length > 0 && (
        <ul class="chips" aria-label={t('creatives.tags')}>
          {tags.map((tag) => (
            <li key={tag} class="chip">
              <span dir="auto">{tag}</span>
              <button type="button" aria-label={t('common.remove_one', { name: tag })} onClick={() => onTags(tags.filter((one) => one !== tag))}>
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {!among && (
        <div class="field">
          <label for={id}>{label}</label>
          <div class="tag-add">
            <input
              id={id}
              value={text}
              maxLength={50}
              dir="auto"
              enterKeyHint="done"
              onInput={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ',') return;
                event.preventDefault();
                add(text.split(','));
              }}
            />
            <Button icon="plus" disabled={!text.trim()} onClick={() => add(text.split(','))}>
              {t('creatives.add')}
            </Button>
          </div>
        </div>
      )}
      {suggested.length > 0 && (
        <div class="tag-known" role="group" aria-label={t('creatives.known_tags')}>
          {suggested.map((tag) => (
            <button key={tag} type="button" class="tag-button" dir="auto" onClick={() => add([tag])}>
              {tag}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
