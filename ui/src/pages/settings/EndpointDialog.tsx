// A CRM's or a chat's address: what it is told, and in which fields.
import { useId, useState } from 'preact/hooks';
import { ApiError, post, put } from '~/api/client';
import { useQueryClient } from '~/api/query';
import { Button, IconButton } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Checkbox, Field, Segments, Select, Switch } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { CopyText, Note } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { t, type WordKey } from '~/words';
import type { Endpoint, MappingLine, Topic } from './shapes';

export const topics: Topic[] = ['lead.created', 'lead.linked', 'lead.stage', 'purchase.created'];
export const topicWord = (topic: Topic) => t(`handing.topic_${topic.replace('.', '_')}` as WordKey);

/** Members of a lead that a field can be filled from. */
const members = [
  'name', 'phone', 'email', 'stage', 'platform', 'source', 'direction', 'creative', 'form_id', 'campaign_id', 'adgroup_id', 'ad_id', 'page_url', 'click_id',
  'created_at', 'received_at', 'spam_score', 'id', 'topic', 'utm.source', 'utm.medium', 'utm.campaign', 'utm.content', 'utm.term', 'answers.',
];

/** A line as it is typed: what is empty is not sent. */
interface Draft {
  field: string;
  how: 'from' | 'value';
  text: string;
  otherwise: string;
}
const drafted = (line: MappingLine): Draft => ({
  field: line.field,
  how: line.value !== undefined ? 'value' : 'from',
  text: line.value ?? line.from ?? '',
  otherwise: line.otherwise ?? '',
});
const undrafted = (draft: Draft): MappingLine => ({
  field: draft.field.trim(),
  ...(draft.how === 'value' ? { value: draft.text } : { from: draft.text.trim(), ...(draft.otherwise ? { otherwise: draft.otherwise } : {}) }),
});

function Mapping({ lines, onValue }: { lines: Draft[]; onValue: (lines: Draft[]) => void }) {
  const list = useId();
  const change = (at: number, more: Partial<Draft>) => onValue(lines.map((line, i) => (i === at ? { ...line, ...more } : line)));
  return (
    <fieldset class="field">
      <legend>{t('handing.mapping')}</legend>
      <p class="field-hint">{t('handing.mapping_hint')}</p>
      <datalist id={list}>
        {members.map((member) => (
          <option key={member} value={member} />
        ))}
      </datalist>
      {lines.map((line, i) => (
        <div key={i} class="mapping-line" role="group" aria-label={t('handing.mapping_line', { number: i + 1 })}>
          <Field label={t('handing.crm_field')} required maxLength={100} dir="ltr" value={line.field} onValue={(field) => change(i, { field })} />
          <Select
            label={t('handing.filled_from')}
            value={line.how}
            options={[
              { value: 'from', label: t('handing.from_lead') },
              { value: 'value', label: t('handing.from_text') },
            ]}
            onValue={(how) => change(i, { how: how as Draft['how'] })}
          />
          {line.how === 'from' ? (
            <>
              <Field label={t('handing.member')} required dir="ltr" list={list} value={line.text} onValue={(text) => change(i, { text })} />
              <Field label={t('handing.otherwise')} value={line.otherwise} onValue={(otherwise) => change(i, { otherwise })} />
            </>
          ) : (
            <Field label={t('handing.text')} value={line.text} onValue={(text) => change(i, { text })} />
          )}
          <IconButton icon="trash" label={t('common.remove_one', { name: line.field || String(i + 1) })} onClick={() => onValue(lines.filter((_, at) => at !== i))} />
        </div>
      ))}
      <div class="row">
        <Button small icon="plus" onClick={() => onValue([...lines, { field: '', how: 'from', text: '', otherwise: '' }])}>
          {t('handing.add_field')}
        </Button>
      </div>
    </fieldset>
  );
}

/** The secret of a new webhook, or of one whose secret was renewed. */
export function SecretDialog({ secret, renewed, onClose }: { secret: string; renewed?: boolean; onClose: () => void }) {
  return (
    <Dialog title={t('handing.secret')} onClose={onClose} actions={<Button look="main" onClick={onClose}>{t('common.done')}</Button>}>
      <Note tone="warn">{renewed ? t('handing.secret_renewed') : t('handing.secret_once')}</Note>
      <CopyText label={t('handing.secret')} text={secret} secret />
      <p class="soft">{t('handing.secret_use')}</p>
    </Dialog>
  );
}

export function EndpointDialog({ endpoint, onClose }: { endpoint: Endpoint | null; onClose: () => void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<Endpoint['kind']>(endpoint?.kind ?? 'webhook');
  const [name, setName] = useState(endpoint?.name ?? '');
  const [address, setAddress] = useState(endpoint?.address ?? '');
  const [token, setToken] = useState('');
  const [chosen, setChosen] = useState<Topic[]>(endpoint?.topics ?? ['lead.created']);
  const [lines, setLines] = useState<Draft[]>((endpoint?.mapping ?? []).map(drafted));
  const [active, setActive] = useState(endpoint?.is_active ?? true);
  const [secret, setSecret] = useState('');
  const deed = useDeed();
  const error = deed.problem instanceof ApiError ? deed.problem : null;
  const telegram = kind === 'telegram';

  async function save() {
    const wish = {
      kind,
      name,
      address: address.trim(),
      topics: chosen,
      is_active: active,
      ...(telegram ? (token ? { token } : {}) : { mapping: lines.map(undrafted) }),
    };
    const answer = endpoint ? await put<unknown>(`/api/endpoints/${endpoint.id}`, wish) : await post<{ secret: string | null }>('/api/endpoints', wish);
    await client.invalidateQueries({ queryKey: ['endpoints'] });
    const made = !endpoint && !telegram ? (answer as { secret: string | null }).secret : null;
    if (made) return setSecret(made);
    toast(t('common.saved'));
    onClose();
  }
  if (secret) return <SecretDialog secret={secret} onClose={onClose} />;
  return (
    <Dialog
      title={endpoint ? t('handing.edit') : t('handing.add')}
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" type="submit" form="endpoint" busy={deed.busy} disabled={chosen.length === 0}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <form
        id="endpoint"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void deed.run(save);
        }}
      >
        {!endpoint && (
          <div class="row">
            <Segments
              label={t('handing.kind')}
              options={[
                { value: 'webhook', label: t('handing.kind_webhook') },
                { value: 'telegram', label: t('handing.kind_telegram') },
              ]}
              value={kind}
              onValue={(value) => setKind(value as Endpoint['kind'])}
            />
          </div>
        )}
        <p class="soft">{telegram ? t('handing.telegram_text') : t('handing.webhook_text')}</p>
        <div class="columns">
          <Field label={t('settings.name')} name="name" required maxLength={100} value={name} error={error} onValue={setName} />
          {telegram ? (
            <>
              <Field
                label={t('handing.chat')}
                name="address"
                required
                dir="ltr"
                placeholder="-1001234567890"
                hint={t('handing.chat_hint')}
                value={address}
                error={error}
                onValue={setAddress}
              />
              <Field
                label={t('handing.bot_token')}
                name="token"
                type="password"
                autocomplete="off"
                dir="ltr"
                required={!endpoint}
                hint={endpoint ? t('handing.bot_token_kept') : t('handing.bot_token_hint')}
                value={token}
                error={error}
                onValue={setToken}
              />
            </>
          ) : (
            <Field
              label={t('handing.address')}
              name="address"
              type="url"
              required
              dir="ltr"
              placeholder="https://crm.example.com/hook"
              value={address}
              error={error}
              onValue={setAddress}
            />
          )}
        </div>
        <fieldset class="field">
          <legend>{t('handing.topics')}</legend>
          {topics.map((topic) => (
            <Checkbox
              key={topic}
              label={topicWord(topic)}
              checked={chosen.includes(topic)}
              onValue={(on) => setChosen(topics.filter((one) => (one === topic ? on : chosen.includes(one))))}
            />
          ))}
        </fieldset>
        {!telegram && <Mapping lines={lines} onValue={setLines} />}
        {endpoint && <Switch label={t('handing.active')} checked={active} onValue={setActive} />}
        {deed.problem !== null && <ProblemNote error={deed.problem} />}
      </form>
    </Dialog>
  );
}
