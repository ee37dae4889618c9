// One's own account: how pages look, the password, where one is signed in, the orgs.
import { useState } from 'preact/hooks';
import { ApiError, del, get, post, type Page } from '~/api/client';
import { chooseDigits, chooseLanguage, chooseTheme } from '~/api/preferences';
import { useQuery, useQueryClient } from '~/api/query';
import { useMe, useRight } from '~/api/session';
import { instant, ago } from '~/format';
import { Button } from '~/parts/Button';
import { ConfirmDialog, Dialog } from '~/parts/Dialog';
import { Field, Segments, Select } from '~/parts/Field';
import { countries, currencies, likelyCurrency } from '~/parts/places';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, Skeleton } from '~/parts/Show';
import { useTheme, type Theme } from '~/parts/theme';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { digits, languages, t, tOr, useLanguage } from '~/words';
import { browserName } from './browser';
import type { Session } from './shapes';

function Look() {
  const language = useLanguage();
  const theme = useTheme();
  return (
    <Card title={t('settings.look')}>
      <div class="stack">
        <div class="settings-choice">
          <span class="settings-label">{t('shell.language')}</span>
          <Segments
            label={t('shell.language')}
            options={Object.entries(languages).map(([value, { name }]) => ({ value, label: name }))}
            value={language}
            onValue={(value) => void chooseLanguage(value)}
          />
        </div>
        <div class="settings-choice">
          <span class="settings-label">{t('shell.theme')}</span>
          <Segments
            label={t('shell.theme')}
            options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`shell.theme_${value}`) }))}
            value={theme}
            onValue={(value) => chooseTheme(value as Theme)}
          />
        </div>
        <div class="settings-choice">
          <span class="settings-label">{t('settings.digits')}</span>
          <Segments
            label={t('settings.digits')}
            options={[
              { value: 'latn', label: '0123456789' },
              { value: 'arab', label: '٠١٢٣٤٥٦٧٨٩' },
            ]}
            value={digits.get()}
            onValue={(value) => void chooseDigits(value === 'arab' ? 'arab' : 'latn')}
          />
        </div>
        <p class="soft">{t('settings.look_hint')}</p>
      </div>
    </Card>
  );
}

function Password() {
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const email = useMe().data?.email ?? '';
  const client = useQueryClient();
  const deed = useDeed();
  const error = deed.problem instanceof ApiError ? deed.problem : null;

  async function change() {
    await post('/api/profile/password', { old_password: before, new_password: after });
    setBefore('');
    setAfter('');
    toast(t('settings.password_changed'));
    await client.invalidateQueries({ queryKey: ['sessions'] });
  }
  return (
    <Card title={t('settings.password')}>
      <form
        class="stack settings-form"
        onSubmit={(event) => {
          event.preventDefault();
          void deed.run(change);
        }}
      >
        <input type="email" class="visually-hidden" autocomplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" />
        <Field
          label={t('settings.old_password')}
          type="password"
          name="old_password"
          autocomplete="current-password"
          required
          value={before}
          error={error}
          onValue={setBefore}
        />
        <Field
          label={t('settings.new_password')}
          type="password"
          name="new_password"
          autocomplete="new-password"
          required
          minLength={8}
          maxLength={256}
          hint={t('door.password_hint')}
          value={after}
          error={error}
          onValue={setAfter}
        />
        {deed.problem !== null && !error?.field && <ProblemNote error={deed.problem} />}
        <div class="row">
          <Button look="main" type="submit" busy={deed.busy}>
            {t('settings.change_password')}
          </Button>
        </div>
        <p class="soft">{t('settings.password_note')}</p>
      </form>
    </Card>
  );
}

function Sessions() {
  const client = useQueryClient();
  const [ending, setEnding] = useState<Session | 'others' | null>(null);
  const orgs = useMe().data?.orgs ?? [];
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => get<Page<Session>>('/api/profile/sessions').then((page) => page.data) });
  const several = (sessions.data?.length ?? 0) > 1;

  async function end() {
    await del(ending === 'others' || !ending ? '/api/profile/sessions' : `/api/profile/sessions/${ending.id}`);
    await client.invalidateQueries({ queryKey: ['sessions'] });
  }
  return (
    <Card
      title={t('settings.sessions')}
      actions={
        several && (
          <Button small onClick={() => setEnding('others')}>
            {t('settings.end_others')}
          </Button>
        )
      }
    >
      {sessions.isPending && <Skeleton lines={3} />}
      {sessions.error && <ProblemNote error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <ul class="settings-list">
        {sessions.data?.map((session) => (
          <li key={session.id} class="settings-item">
            <div class="settings-item-words">
              <strong>{browserName(session.agent) ?? t('settings.unknown_browser')}</strong>{' '}
              {session.current && <Badge tone="good">{t('settings.this_session')}</Badge>}
              <p class="soft">
                {session.address && (
                  <>
                    <bdi>{session.address}</bdi> ·{' '}
                  </>
                )}
                {t('settings.last_seen', { when: ago(session.last_seen_at) })}
                {orgs.length > 1 && <> · {orgs.find((org) => org.id === session.org_id)?.name}</>}
              </p>
              <p class="soft">{t('settings.signed_in_at', { when: instant(session.created_at) })}</p>
            </div>
            {!session.current && (
              <Button small onClick={() => setEnding(session)}>
                {t('settings.end_session')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {ending && (
        <ConfirmDialog
          title={ending === 'others' ? t('settings.end_others') : t('settings.end_session')}
          act={t('settings.end_session')}
          danger
          onAct={end}
          onClose={() => setEnding(null)}
        >
          <p>{ending === 'others' ? t('settings.end_others_text') : t('settings.end_session_text')}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

function AddOrg({ onClose }: { onClose: () => void }) {
  const me = useMe().data;
  const [name, setName] = useState('');
  const [country, setCountry] = useState(me?.org.country ?? 'KZ');
  const [currency, setCurrency] = useState(me?.org.currency ?? 'KZT');
  const deed = useDeed();
  const error = deed.problem instanceof ApiError ? deed.problem : null;

  async function add() {
    const made = await post<{ id: string }>('/api/orgs', { name, country, currency });
    await post('/api/session/org', { org_id: made.id });
    location.assign('/');
    await new Promise(() => undefined);
  }
  return (
    <Dialog
      title={t('settings.add_org')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" busy={deed.busy} type="submit" form="add-org">
            {t('settings.add_org')}
          </Button>
        </>
      }
    >
      <form
        id="add-org"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void deed.run(add);
        }}
      >
        <p>{t('settings.add_org_text')}</p>
        <Field label={t('door.org_name')} name="name" required maxLength={100} value={name} error={error} onValue={setName} />
        <Select
          label={t('door.country')}
          name="country"
          hint={t('door.country_hint')}
          value={country}
          options={countries()}
          error={error}
          onValue={(next) => {
            setCountry(next);
            setCurrency(likelyCurrency(next));
          }}
        />
        <Select label={t('door.currency')} name="currency" hint={t('door.currency_hint')} value={currency} options={currencies()} error={error} onValue={setCurrency} />
        {deed.problem !== null && !error?.field && <ProblemNote error={deed.problem} />}
      </form>
    </Dialog>
  );
}

function Orgs() {
  const me = useMe().data;
  const admin = useRight('admin');
  const [adding, setAdding] = useState(false);
  const deed = useDeed();
  if (!me) return null;

  const enter = (id: string) =>
    deed.run(async () => {
      await post('/api/session/org', { org_id: id });
      location.assign('/');
      await new Promise(() => undefined);
    });
  return (
    <Card
      title={t('settings.orgs')}
      actions={
        admin && (
          <Button small icon="plus" onClick={() => setAdding(true)}>
            {t('settings.add_org')}
          </Button>
        )
      }
    >
      <ul class="settings-list">
        {me.orgs?.map((org) => (
          <li key={org.id} class="settings-item">
            <div class="settings-item-words">
              <strong>
                <bdi>{org.name}</bdi>
              </strong>
              <p class="soft">{tOr(`members.role_${org.role}`, org.role)}</p>
            </div>
            {org.id === me.org.id ? (
              <Badge tone="good">{t('settings.here')}</Badge>
            ) : (
              <Button small busy={deed.busy} onClick={() => void enter(org.id)}>
                {t('settings.enter')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {deed.problem !== null && <ProblemNote error={deed.problem} />}
      {adding && <AddOrg onClose={() => setAdding(false)} />}
    </Card>
  );
}

export function Profile() {
  const me = useMe().data;
  return (
    <>
      {me?.email && (
        <p class="soft">
          {t('settings.signed_in_as')} <bdi>{me.email}</bdi>
        </p>
      )}
      <div class="columns settings-columns">
        <Look />
        <Password />
        <Sessions />
        <Orgs />
      </div>
    </>
  );
}
