// An invitation's link: who is invited where, and the way in.
import { useState } from 'preact/hooks';
import { useParams } from 'wouter-preact';
import { ApiError, get, post, setCsrf } from '~/api/client';
import { useQuery } from '~/api/query';
import type { Me } from '~/api/types';
import { instant } from '~/format';
import { Button } from '~/parts/Button';
import { Field } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Note, Skeleton } from '~/parts/Show';
import { useDeed } from '~/parts/useDeed';
import { Door } from '~/shell/Door';
import { Countdown, useSecondsLeft } from '~/pages/sign-in/Countdown';
import { t, tOr } from '~/words';

interface Invited {
  org_name: string;
  email: string;
  role: string;
  /** Somebody with this e-mail has a password here already. */
  known: boolean;
  /** Whose session this browser has. */
  signed_in_as: string | null;
  expires_at: string;
}

function Accept({ token, invited }: { token: string; invited: Invited }) {
  const [password, setPassword] = useState('');
  const [closedUntil, setClosedUntil] = useState<number | null>(null);
  const left = useSecondsLeft(closedUntil);
  const deed = useDeed();
  const mine = invited.signed_in_as === invited.email;
  const error = deed.problem instanceof ApiError ? deed.problem : null;

  async function accept() {
    try {
      if (mine) setCsrf((await get<Me>('/api/me', { guarded: false })).csrf ?? '');
      await post(`/api/invitations/${encodeURIComponent(token)}`, mine ? {} : { password }, { guarded: false });
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 429) setClosedUntil(Date.now() + (problem.retryAfter ?? 60) * 1000);
      throw problem;
    }
    location.assign('/');
    await new Promise(() => undefined);
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void deed.run(accept);
      }}
    >
      <dl class="facts">
        <div>
          <dt>{t('door.email')}</dt>
          <dd>
            <bdi>{invited.email}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('members.role')}</dt>
          <dd>
            {tOr(`members.role_${invited.role}`, invited.role)}
            <span class="soft"> {tOr(`members.role_${invited.role}_hint`, '')}</span>
          </dd>
        </div>
        <div>
          <dt>{t('door.valid_until')}</dt>
          <dd>
            <bdi>{instant(invited.expires_at)}</bdi>
          </dd>
        </div>
      </dl>
      {invited.signed_in_as && !mine && <Note tone="warn">{t('door.signed_in_as_other', { email: invited.signed_in_as })}</Note>}
      {!mine && (
        <>
          <input type="email" class="visually-hidden" autocomplete="username" value={invited.email} readOnly tabIndex={-1} aria-hidden="true" />
          <Field
            label={invited.known ? t('door.password') : t('door.new_password')}
            type="password"
            name="password"
            autocomplete={invited.known ? 'current-password' : 'new-password'}
            required
            minLength={invited.known ? undefined : 8}
            maxLength={256}
            hint={invited.known ? t('door.known_hint') : t('door.password_hint')}
            value={password}
            error={error}
            onValue={setPassword}
          />
        </>
      )}
      {left > 0 && <Countdown seconds={left} />}
      {deed.problem !== null && error?.status !== 429 && !error?.field && <ProblemNote error={deed.problem} />}
      <Button look="main" type="submit" busy={deed.busy} disabled={left > 0}>
        {t('door.join')}
      </Button>
    </form>
  );
}

export default function Invitation() {
  const token = useParams<{ token: string }>().token ?? '';
  const invited = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => get<Invited>(`/api/invitations/${encodeURIComponent(token)}`, { guarded: false }),
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Door title={invited.data ? t('door.invited_to', { org: invited.data.org_name }) : t('door.invitation')}>
      {invited.isPending && <Skeleton lines={4} />}
      {invited.error && (
        <>
          <ProblemNote error={invited.error} onRetry={() => void invited.refetch()} />
          <a class="button button-plain" href="/sign-in">
            {t('door.sign_in')}
          </a>
        </>
      )}
      {invited.data && <Accept token={token} invited={invited.data} />}
    </Door>
  );
}
