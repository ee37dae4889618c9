import { useParams } from 'wouter-preact';
import type { FunctionComponent } from 'preact';
import { useRight } from '~/api/session';
import { EmptyState, PageHead } from '~/parts/Show';
import { Tabs } from '~/parts/Tabs';
import { t, type WordKey } from '~/words';
import { Audit } from './Audit';
import { DialogRules } from './DialogRules';
import { Events } from './Events';
import { HandOffs } from './HandOffs';
import { Keys } from './Keys';
import { Members } from './Members';
import { Profile } from './Profile';
import { Sites } from './Sites';
import './settings.css';

interface Section {
  tab: string;
  word: WordKey;
  part: FunctionComponent;
  /** Only for owners. */
  admin?: boolean;
}
const sections: Section[] = [
  { tab: 'profile', word: 'settings.profile', part: Profile },
  { tab: 'members', word: 'settings.members', part: Members, admin: true },
  { tab: 'keys', word: 'settings.keys', part: Keys, admin: true },
  { tab: 'hand-offs', word: 'settings.hand_offs', part: HandOffs },
  { tab: 'sites', word: 'settings.sites', part: Sites },
  { tab: 'events', word: 'settings.events', part: Events },
  { tab: 'dialogs', word: 'settings.dialogs', part: DialogRules },
  { tab: 'audit', word: 'settings.audit', part: Audit, admin: true },
];

export default function Settings() {
  const tab = useParams<{ tab?: string }>().tab ?? 'profile';
  const admin = useRight('admin');
  const section = sections.find((one) => one.tab === tab);
  const shown = sections.filter((one) => admin || !one.admin);

  return (
    <>
      <PageHead title={t('settings.title')} />
      <Tabs
        label={t('settings.title')}
        tabs={shown.map((one) => ({ value: one.tab, label: t(one.word), href: `/settings/${one.tab}` }))}
        value={tab}
      />
      {section && (admin || !section.admin) ? (
        <section.part />
      ) : (
        <EmptyState icon="settings" title={t('settings.not_yours')}>
          {t('settings.not_yours_hint')}
        </EmptyState>
      )}
    </>
  );
}
