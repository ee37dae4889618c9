// One campaign, ad group or ad: what it plays, why it runs or not, who changed it.
import { Link } from 'wouter-preact';
import { useRight } from '~/api/session';
import { instant } from '~/format';
import { Dialog } from '~/parts/Dialog';
import { PhoneFrame } from '~/parts/PhoneFrame';
import { Card, CopyText, Note } from '~/parts/Show';
import { t } from '~/words';
import type { Thing } from './api';
import { ChangeList } from './Changes';
import { Delivery } from './shown';

export function Details({ thing, onClose }: { thing: Thing; onClose: () => void }) {
  const maySpend = useRight('spend');
  const isAd = thing.adgroup_id !== undefined;
  return (
    <Dialog side title={thing.name} onClose={onClose}>
      <p>
        <Delivery thing={thing} />
      </p>
      {thing.platform_status && <p class="soft">{t('campaigns.platform_says', { word: thing.platform_status })}</p>}
      <CopyText label={t('campaigns.id')} text={thing.id} />
      <p class="soft">
        {t('campaigns.created')}: {instant(thing.created_at)} ·{' '}
        {thing.launch_id ? <Link href={`/launches/${thing.launch_id}`}>{t('campaigns.made_by_launch')}</Link> : t('campaigns.made_elsewhere')}
      </p>
      {isAd &&
        (thing.creative_id ? (
          <Card title={<Link href={`/creatives/${thing.creative_id}`}>{thing.creative_title ?? t('campaigns.creative')}</Link>}>
            <PhoneFrame video={`/api/creatives/${thing.creative_id}/video`} poster={`/api/creatives/${thing.creative_id}/poster`} title={thing.creative_title ?? thing.name} />
          </Card>
        ) : (
          <Note>{t('campaigns.no_creative')}</Note>
        ))}
      <Card title={t('campaigns.changes')}>
        <ChangeList filters={{ object_id: thing.id }} currency={thing.currency} mayUndo={maySpend} />
      </Card>
    </Dialog>
  );
}
