// Which advertiser the ad account is for, and in whose name its ads appear.
import { get, patch, path } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import type { PlatformName } from '~/api/types';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { t } from '~/words';
import { advertiserOf, fieldsOf, type Account, type Identity, type Link } from './shapes';

interface ChoiceProps {
  account: Account;
  platform: PlatformName;
  onClose: () => void;
}

function useChange({ account, onClose }: ChoiceProps) {
  const client = useQueryClient();
  const deed = useDeed();
  return {
    ...deed,
    async change(changes: Record<string, string>, done: string) {
      const ok = await deed.run(async () => {
        await patch(`/api/ad-accounts/${account.id}`, changes);
        await client.invalidateQueries();
      });
      if (!ok) return;
      toast(done);
      onClose();
    },
  };
}

export function AdvertiserDialog(props: ChoiceProps & { link: Link }) {
  const { platform, link, onClose } = props;
  const { busy, problem, change } = useChange(props);
  const now = advertiserOf(link, platform);
  return (
    <Dialog title={t('accounts.choose_advertiser')} onClose={onClose}>
      <p class="soft">{t('accounts.advertiser_currency')}</p>
      {problem !== null && <ProblemNote error={problem} />}
      <ul class="choices">
        {(link.advertisers ?? []).map((one) => (
          <li key={one.id} class="choice">
            <div class="choice-words">
              <strong>
                <bdi>{one.name}</bdi>
              </strong>
              <span class="soft">
                <bdi>{one.id}</bdi> · <bdi>{one.currency}</bdi> · <bdi>{one.time_zone}</bdi>
              </span>
              <Badge tone={one.deliverable ? 'good' : 'warn'}>
                {one.deliverable ? t('accounts.deliverable') : t('accounts.not_deliverable', { status: one.status })}
              </Badge>
            </div>
            {one.id === now ? (
              <Badge tone="info">{t('accounts.chosen')}</Badge>
            ) : (
              <Button
                small
                busy={busy}
                aria-label={`${t('accounts.choose')}: ${one.name}`}
                onClick={() => void change({ [fieldsOf[platform].advertiser]: one.id }, t('accounts.advertiser_changed', { name: one.name }))}
              >
                {t('accounts.choose')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

export function IdentityDialog(props: ChoiceProps) {
  const { account, platform, onClose } = props;
  const { busy, problem, change } = useChange(props);
  const list = useQuery({
    queryKey: ['identities', account.id, platform],
    queryFn: () => get<{ data: Identity[] }>(path(`/api/ad-accounts/${account.id}/identities`, { platform })).then((answer) => answer.data),
  });
  return (
    <Dialog title={t('accounts.choose_identity')} onClose={onClose}>
      {list.error && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {problem !== null && <ProblemNote error={problem} />}
      {!list.data && !list.error && <Skeleton lines={3} />}
      {list.data?.length === 0 && <p class="soft">{t('accounts.identity_empty')}</p>}
      <ul class="choices">
        {(list.data ?? []).map((one) => (
          <li key={one.id} class="choice">
            <div class="choice-words">
              <strong>
                <bdi>{one.display_name || one.id}</bdi>
              </strong>
              <span class="soft">
                <bdi>{one.type}</bdi>
              </span>
              {one.why_not ? <Badge tone="warn">{one.why_not}</Badge> : <Badge tone="good">{t('accounts.usable')}</Badge>}
            </div>
            {one.chosen ? (
              <Badge tone="info">{t('accounts.chosen')}</Badge>
            ) : (
              <Button
                small
                busy={busy}
                disabled={!one.usable}
                aria-label={`${t('accounts.choose')}: ${one.display_name}`}
                onClick={() => void change({ [fieldsOf[platform].identity]: one.id }, t('accounts.identity_changed', { name: one.display_name }))}
              >
                {t('accounts.choose')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
