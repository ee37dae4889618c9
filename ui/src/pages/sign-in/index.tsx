import { useState } from 'preact/hooks';
import { ApiError, post } from '~/api/client';
import { Button } from '~/parts/Button';
import { Field } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Note } from '~/parts/Show';
import { useQueryState } from '~/parts/url';
import { LanguageMenu, ThemeMenu } from '~/shell/Preferences';
import { t } from '~/words';

/** Only ways inside of this console. */
function nextPath(text: string) {
  return /^\/[a-z]/.test(text) ? text : '/';
}

export default function SignIn() {
  const state = useQueryState();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function go(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await post('/api/session', { email, password }, { guarded: false });
      location.assign(nextPath(state.get('next')));
    } catch (error) {
      setProblem(error instanceof ApiError ? error : String(error));
      setBusy(false);
    }
  }
  return (
    <main class="door">
      <form class="card door-card" onSubmit={(event) => void go(event)}>
        <h1>{t('door.sign_in')}</h1>
        {state.get('problem') === 'link' && <Note tone="warn">{t('door.link_used')}</Note>}
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
        {problem !== null && <ProblemNote error={problem} />}
        <Button look="main" type="submit" busy={busy}>
          {t('door.sign_in')}
        </Button>
      </form>
      <p class="door-foot">
        <LanguageMenu />
        <ThemeMenu />
      </p>
    </main>
  );
}
