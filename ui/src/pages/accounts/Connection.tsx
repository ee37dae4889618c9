// One platform of an ad account: whether it is connected and why not, what it reaches, until when.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { get, patch, path, post } from '~/api/client';
import { useQueryClient } from '~/api/query';
import type { PlatformName } from '~/api/types';
import { ago, instant } from '~/format';
import { Button } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Missing, type Tone } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { localeTag, t } from '~/words';
import { AdvertiserDialog, IdentityDialog } from './Choices';
import { advertiserOf, fieldsOf, type Account, type Link } from './shapes';

const SOON_MS = 7 * 86_400_000;
const tones: Record<Link['status'], Tone> = { connected: 'good', not_connected: 'soft', disconnected: 'soft', revoked: 'bad' };

interface ConnectionProps {
  account: Account;
  platform: PlatformName;
  link: Link;
  mayAdmin: boolean;
  mayEdit: boolean;
  /** The authorization has just come back and reaches several advertisers. */
  choose?: boolean;
}

export function Connection({ account, platform, link, mayAdmin, mayEdit, choose }: ConnectionProps) {
  const client = useQueryClient();
  const [open, setOpen] = useState<'advertiser' | 'identity' | 'disconnect' | null>(choose ? 'advertiser' : null);
  const deed = useDeed();
  const name = t(`accounts.platform_${platform}`);
  const connected = link.status === 'connected';
  const again = () => client.invalidateQueries({ queryKey: ['ad-accounts'] });

  const connect = () =>
    deed.run(async () => {
      const { url } = await get<{ url: string }>(path('/api/ad-accounts/oauth/start', { platform, ad_account_id: account.id }));
      location.assign(url);
    });
  const refresh = () =>
    deed.run(async () => {
      await post(path(`/api/ad-accounts/${account.id}/refresh`, { platform })).finally(again);
      toast(t('accounts.refreshed'));
    });
  async function disconnect() {
    await patch(`/api/ad-accounts/${account.id}`, { [fieldsOf[platform].advertiser]: null });
    await client.invalidateQueries();
    toast(t('accounts.disconnected_now', { platform: name }));
  }

  return (
    <section class="connection" aria-label={name}>
      <header class="connection-head">
        <h3>{name}</h3>
        <Badge tone={tones[link.status]}>{t(`accounts.status_${link.status}`)}</Badge>
      </header>
      {link.status !== 'connected' && <p class="soft">{t(`accounts.why_${link.status}`)}</p>}
      {link.last_error && (
        <p class="connection-error">
          <strong>{t('accounts.problem')}:</strong> <bdi>{link.last_error}</bdi>
        </p>
      )}
      {(connected || link.status === 'revoked') && <Facts link={link} platform={platform} />}
      {deed.problem !== null && <ProblemNote error={deed.problem} />}
      <div class="connection-acts">
        {mayAdmin && !connected && (
          <Button look="main" icon="link" busy={deed.busy} onClick={() => void connect()}>
            {link.status === 'not_connected' ? t('accounts.connect') : t('accounts.connect_again')}
          </Button>
        )}
        {connected && mayEdit && (
          <Button small icon="retry" busy={deed.busy} onClick={() => void refresh()}>
            {t('accounts.refresh')}
          </Button>
        )}
        {connected && mayAdmin && (
          <>
            {(link.advertisers?.length ?? 0) > 1 && (
              <Button small onClick={() => setOpen('advertiser')}>
                {t('accounts.choose_advertiser')}
              </Button>
            )}
            <Button small onClick={() => setOpen('identity')}>
              {t('accounts.choose_identity')}
            </Button>
            <Button small look="quiet" busy={deed.busy} onClick={() => void connect()}>
              {t('accounts.connect_again')}
            </Button>
            <Button small look="quiet" onClick={() => setOpen('disconnect')}>
              {t('accounts.disconnect')}
            </Button>
          </>
        )}
      </div>
      {mayAdmin && link.status === 'not_connected' && <p class="field-hint">{t('accounts.connecting_hint')}</p>}
      {open === 'advertiser' && <AdvertiserDialog account={account} platform={platform} link={link} onClose={() => setOpen(null)} />}
      {open === 'identity' && <IdentityDialog account={account} platform={platform} onClose={() => setOpen(null)} />}
      {open === 'disconnect' && (
        <ConfirmDialog
          title={t('accounts.disconnect_title', { platform: name })}
          act={t('accounts.disconnect')}
          danger
          onAct={disconnect}
          onClose={() => setOpen(null)}
        >
          <p>{t('accounts.disconnect_text', { name: account.name, platform: name })}</p>
          <p>{t('accounts.disconnect_ads')}</p>
          <p class="soft">{t('accounts.disconnect_keeps')}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Token({ link }: { link: Link }) {
  if (!link.token_expires_at) return <span>{t('accounts.token_never')}</span>;
  const when = instant(link.token_expires_at, link.time_zone);
  if (new Date(link.token_expires_at).getTime() - Date.now() > SOON_MS)
    return (
      <span title={when}>
        <bdi>{ago(link.token_expires_at)}</bdi>
      </span>
    );
  return <Badge tone="warn">{t('accounts.token_soon', { when })}</Badge>;
}

function Webhook({ link }: { link: Link }) {
  const state = link.lead_webhook?.state ?? 'pending';
  const tone: Tone = state === 'subscribed' ? 'good' : state === 'failed' ? 'bad' : state === 'off' ? 'warn' : 'soft';
  return (
    <>
      <Badge tone={tone}>{t(`accounts.webhook_${state}`)}</Badge>
      {state === 'off' && <span class="soft connection-why">{t('accounts.webhook_off_why')}</span>}
      {link.lead_webhook?.why && (
        <span class="connection-why" dir="auto">
          {link.lead_webhook.why}
        </span>
      )}
    </>
  );
}

function Facts({ link, platform }: { link: Link; platform: PlatformName }) {
  const countryName = link.country ? (new Intl.DisplayNames(localeTag(), { type: 'region' }).of(link.country) ?? link.country) : null;
  return (
    <dl class="facts">
      <Fact label={t('accounts.advertiser')}>
        <bdi>{link.advertiser_name}</bdi> <bdi class="soft">{advertiserOf(link, platform)}</bdi>
      </Fact>
      <Fact label={t('accounts.identity')}>{link.identity_name ? <bdi>{link.identity_name}</bdi> : <Badge tone="warn">{t('accounts.identity_none')}</Badge>}</Fact>
      <Fact label={t('accounts.currency')}>
        <bdi>{link.currency}</bdi>
      </Fact>
      <Fact label={t('accounts.time_zone')}>
        <bdi>{link.time_zone}</bdi>
      </Fact>
      {countryName && <Fact label={t('accounts.country')}>{countryName}</Fact>}
      <Fact label={t('accounts.token')}>
        <Token link={link} />
      </Fact>
      <Fact label={t('accounts.last_data')}>
        {link.last_sync_at ? (
          <span title={instant(link.last_sync_at, link.time_zone)}>
            <bdi>{ago(link.last_sync_at)}</bdi>
          </span>
        ) : (
          <Missing reason={t('accounts.last_data_none')} />
        )}
      </Fact>
      <Fact label={t('accounts.webhook')}>
        <Webhook link={link} />
      </Fact>
    </dl>
  );
}
