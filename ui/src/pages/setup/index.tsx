// The first run: whoever can read the server's console becomes the owner.
import { useMemo, useState } from 'preact/hooks';
import { ApiError, get, post } from '~/api/client';
import { useQuery } from '~/api/query';
import { Button } from '~/parts/Button';
import { Field, Select } from '~/parts/Field';
import { countries, currencies, likelyCountry, likelyCurrency } from '~/parts/places';
import { ProblemNote } from '~/parts/Problem';
import { Note, Skeleton } from '~/parts/Show';
import { useDeed } from '~/parts/useDeed';
import { Door } from '~/shell/Door';
import { t } from '~/words';

/** Behind the `#`, which no proxy sees; kept over a change of language, gone from the address. */
function tokenOfAddress() {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
}

function SetupForm() {
  const [token, setToken] = useState(tokenOfAddress);
  const [name, setName] = useState('');
  const [country, setCountry] = useState(likelyCountry);
  const [currency, setCurrency] = useState(() => likelyCurrency(likelyCountry()));
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const deed = useDeed();
  const named = useMemo(() => ({ countries: countries(), currencies: currencies() }), []);
  const error = deed.problem instanceof ApiError ? deed.problem : null;
  const given = tokenOfAddress() !== '';

  async function create() {
    await post('/api/setup', { org_name: name, country, currency, email, password, token: token.trim() }, { guarded: false });
    location.assign('/');
    await new Promise(() => undefined);
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void deed.run(create);
      }}
    >
      <p class="soft">{t('door.setup_intro')}</p>
      {(!given || error?.field === 'token') && (
        <Field label={t('door.setup_token')} hint={t('door.setup_token_hint')} name="token" required autocomplete="off" value={token} error={error} onValue={setToken} />
      )}
      <Field label={t('door.org_name')} name="org_name" hint={t('door.org_name_hint')} required maxLength={100} value={name} error={error} onValue={setName} />
      <Select
        label={t('door.country')}
        name="country"
        hint={t('door.country_hint')}
        value={country}
        options={named.countries}
        error={error}
        onValue={(next) => {
          setCountry(next);
          setCurrency(likelyCurrency(next));
        }}
      />
      <Select label={t('door.currency')} name="currency" hint={t('door.currency_hint')} value={currency} options={named.currencies} error={error} onValue={setCurrency} />
      <Field label={t('door.email')} type="email" name="email" autocomplete="username" required value={email} error={error} onValue={setEmail} />
      <Field
        label={t('door.password')}
        type="password"
        name="password"
        autocomplete="new-password"
        required
        minLength={8}
        maxLength={256}
        hint={t('door.password_hint')}
        value={password}
        error={error}
        onValue={setPassword}
      />
      {deed.problem !== null && !error?.field && <ProblemNote error={deed.problem} />}
      <Button look="main" type="submit" busy={deed.busy}>
        {t('door.create_owner')}
      </Button>
    </form>
  );
}

export default function Setup() {
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => get<{ needed: boolean }>('/api/setup', { guarded: false }) });
  return (
    <Door title={t('door.setup')}>
      {setup.isPending && <Skeleton lines={6} />}
      {setup.error && <ProblemNote error={setup.error} onRetry={() => void setup.refetch()} />}
      {setup.data?.needed && <SetupForm />}
      {setup.data && !setup.data.needed && (
        <>
          <Note tone="info">{t('door.setup_done')}</Note>
          <a class="button button-main" href="/sign-in">
            {t('door.sign_in')}
          </a>
        </>
      )}
    </Door>
  );
}
