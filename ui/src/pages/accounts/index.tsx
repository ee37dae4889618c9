import { PageHead } from '~/parts/Show';
import { t } from '~/words';

export default function Page() {
  return <PageHead title={t('accounts.title')} />;
}
