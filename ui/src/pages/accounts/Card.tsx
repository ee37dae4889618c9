// The card of an ad account: its platforms, and how the autopilot runs it.
import { useState } from 'preact/hooks';
import { patch, path } from '~/api/client';
import { useQueryClient } from '~/api/query';
import type { PlatformName } from '~/api/types';
import { money } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Field, Select, Switch } from '~/parts/Field';
import { Menu } from '~/parts/Menu';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { troubleLine } from '~/parts/trouble';
import { localeTag, t } from '~/words';
import { Connection } from './Connection';
import type { Account } from './shapes';

interface CardProps {
  account: Account;
  mayAdmin: boolean;
  mayEdit: boolean;
  maySpend: boolean;
  /** The platform whose advertiser is to be chosen right now. */
  choosing?: PlatformName;
}

export function AccountCard({ account, mayAdmin, mayEdit, maySpend, choosing }: CardProps) {
  const client = useQueryClient();
  const [renaming, setRenaming] = useState(false);
  const change = (changes: Record<string, unknown>) =>
    patch(`/api/ad-accounts/${account.id}`, changes).then(() => client.invalidateQueries({ queryKey: ['ad-accounts'] }));

  return (
    <Card
      class="account"
      title={
        <span class="account-title">
          <bdi>{account.name}</bdi>
          {account.is_default && (
            <Badge tone="info" why={t('accounts.default_why')}>
              {t('accounts.default')}
            </Badge>
          )}
        </span>
      }
      actions={
        <>
          <LinkButton small icon="directions" look="quiet" href={path('/directions', { account: account.id })}>
            {t('accounts.directions')}
          </LinkButton>
          {mayAdmin && (
            <Menu
              label={t('accounts.acts', { name: account.name })}
              items={[
                { value: 'rename', label: t('accounts.rename'), icon: 'edit' },
                { value: 'default', label: t('accounts.make_default'), icon: 'check', disabled: account.is_default },
              ]}
              onSelect={(what) => {
                if (what === 'rename') setRenaming(true);
                else void change({ is_default: true }).then(() => toast(t('accounts.made_default', { name: account.name }))).catch(toastError);
              }}
            />
          )}
        </>
      }
    >
      <div class="connections">
        {(['tiktok', 'facebook'] as const).map((platform) => {
          const link = account.connections[platform];
          return (
            link && (
              <Connection
                key={platform}
                account={account}
                platform={platform}
                link={link}
                mayAdmin={mayAdmin}
                mayEdit={mayEdit}
                choose={choosing === platform && (link.advertisers?.length ?? 0) > 1}
              />
            )
          );
        })}
      </div>
      <Running account={account} maySpend={maySpend} onChange={change} />
      {renaming && <NameDialog title={t('accounts.rename')} act={t('common.save')} name={account.name} onAct={(name) => change({ name })} onClose={() => setRenaming(false)} />}
    </Card>
  );
}

function hourText(hour: number) {
  return new Intl.DateTimeFormat(localeTag(), { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 0, 1, hour)));
}

/** Whole amounts only: nobody caps a day to the cent. */
const readCap = (text: string) => {
  const plain = text.replace(/[\s\u00a0\u202f,]/g, '');
  return plain === '' ? 0 : /^\d{1,12}$/.test(plain) ? Number(plain) : NaN;
};

function Running({ account, maySpend, onChange }: { account: Account; maySpend: boolean; onChange: (changes: Record<string, unknown>) => Promise<unknown> }) {
  const link = account.connections.tiktok ?? account.connections.facebook;
  const stored = account.daily_cap_micros ? String(account.daily_cap_micros / 1_000_000) : '';
  const [cap, setCap] = useState(stored);
  const [wrong, setWrong] = useState('');

  const turn = (on: boolean) => onChange({ autopilot_tiktok: on });
  function autopilot(on: boolean) {
    void turn(on)
      .then(() => toast(t(on ? 'accounts.autopilot_on' : 'accounts.autopilot_off', { name: account.name }), { undo: () => turn(!on) }))
      .catch(toastError);
  }
  function schedule(value: string) {
    void onChange({ schedule_hour: Number(value) })
      .then(() => toast(t('accounts.schedule_saved', { hour: hourText(Number(value)) })))
      .catch(toastError);
  }
  function saveCap() {
    const amount = readCap(cap);
    setWrong(Number.isNaN(amount) ? t('accounts.cap_wrong') : '');
    if (Number.isNaN(amount) || amount * 1_000_000 === account.daily_cap_micros) return;
    void onChange({ daily_cap: amount })
      .then(() => toast(t('accounts.cap_saved')))
      .catch((error: unknown) => setWrong(troubleLine(error)));
  }
  return (
    <section class="running" aria-label={t('accounts.how_it_runs')}>
      <h3>{t('accounts.how_it_runs')}</h3>
      <div class="running-fields">
        {account.connections.tiktok && (
          <div class="running-switch">
            <Switch label={t('accounts.autopilot')} checked={account.autopilot_tiktok} disabled={!maySpend} onValue={autopilot} />
            <p class="field-hint">{t('accounts.autopilot_hint')}</p>
          </div>
        )}
        {account.connections.facebook?.status === 'connected' && (
          <div class="running-switch">
            <Switch label={t('accounts.autopilot_facebook')} checked={account.autopilot_facebook} disabled onValue={() => undefined} />
            <p class="field-hint">{t('accounts.autopilot_facebook_hint')}</p>
          </div>
        )}
        <Select
          label={t('accounts.schedule')}
          value={String(account.schedule_hour)}
          options={Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: hourText(hour) }))}
          hint={link?.time_zone && t('accounts.schedule_hint', { zone: link.time_zone })}
          disabled={!maySpend}
          onValue={schedule}
        />
        <Field
          label={t('accounts.cap', { currency: link?.currency ?? '' })}
          inputMode="numeric"
          dir="ltr"
          value={cap}
          hint={readCap(cap) > 0 ? `${money(readCap(cap) * 1_000_000, link?.currency)} · ${t('accounts.cap_hint')}` : t('accounts.cap_hint')}
          error={wrong}
          disabled={!maySpend}
          onValue={setCap}
          onBlur={saveCap}
          onKeyDown={(event) => event.key === 'Enter' && saveCap()}
        />
      </div>
    </section>
  );
}

interface NameProps {
  title: string;
  act: string;
  name?: string;
  hint?: string;
  onAct: (name: string) => Promise<unknown>;
  onClose: () => void;
}
export function NameDialog({ title, act, name = '', hint, onAct, onClose }: NameProps) {
  const [text, setText] = useState(name);
  const deed = useDeed();
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim()) void deed.run(() => onAct(text.trim())).then((ok) => ok && onClose());
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" type="submit" form="account-name" busy={deed.busy} disabled={!text.trim()}>
            {act}
          </Button>
        </>
      }
    >
      <form id="account-name" onSubmit={submit}>
        <Field label={t('accounts.name')} name="name" value={text} maxLength={100} required hint={hint} onValue={setText} />
      </form>
      {deed.problem !== null && <ProblemNote error={deed.problem} />}
    </Dialog>
  );
}
