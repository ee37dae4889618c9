import { useState } from 'preact/hooks';
import { ApiError, get, post } from '~/api/client';
import { useQuery } from '~/api/query';
import { Button } from '~/parts/Button';
import { Field } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Note } from '~/parts/Show';
import { useQueryState } from '~/parts/url';
import { useDeed } from '~/parts/useDeed';
import { Door } from '~/shell/Door';
import { t } from '~/words';
import { Countdown, useSecondsLeft } from './Countdown';

/** Only ways inside of this console. */
function nextPath(text: string) {
  return /^\/[a-z]/.test(text) ? text : '/';
}

export default function SignIn() {
  const state = useQueryState();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [closedUntil, setClosedUntil] = useState<number | null>(null);
  const left = useSecondsLeft(closedUntil);
  const deed = useDeed();
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => get<{ needed: boolean }>('/api/setup', { guarded: false }) });
  const closed = left > 0;

  async function signIn() {
    try {
      await post('/api/session', { email, password }, { guarded: false });
    } catch (error) {
      if (error instanceof ApiError && error.status === 429) setClosedUntil(Date.now() + (error.retryAfter ?? 60) * 1000);
      throw error;
    }
    location.assign(nextPath(state.get('next')));
    // Busy until the page is gone.
    await new Promise(() => undefined);
  }
  const throttled = deed.problem instanceof ApiError && deed.problem.status === 429;

  return (
    <Door title={t('door.sign_in')}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!closed) void deed.run(signIn);
        }}
      >
        {state.get('problem') === 'link' && <Note tone="warn">{t('door.link_used')}</Note>}
        {setup.data?.needed && <Note tone="info">{t('door.no_owner')}</Note>}
        <Field label={t('door.email')} type="email" name="email" autocomplete="username" required value={email} onValue={setEmail} />
        <Field
          label={t('door.password')}
          type="password"
          name="password"
          autocomplete="current-password"
          required
          value={password}
          onValue={setPassword}
        />
        {closed && <Countdown seconds={left} />}
        {deed.problem !== null && !throttled && <ProblemNote error={deed.problem} />}
        <Button look="main" type="submit" busy={deed.busy} disabled={closed}>
          {t('door.sign_in')}
        </Button>
        <p class="soft">{t('door.forgotten')}</p>
      </form>
    </Door>
  );
}
