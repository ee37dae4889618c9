import './launch.css';
import { useLocation, useParams } from 'wouter-preact';
import { LinkButton } from '~/parts/Button';
import { Card, PageHead } from '~/parts/Show';
import { t, useLanguage } from '~/words';
import { LaunchList } from './List';
import { NewLaunch } from './New';
import { LaunchPage } from './One';

export default function LaunchPages() {
  useLanguage();
  const { id } = useParams<{ id?: string }>();
  const [path] = useLocation();
  if (id) return <LaunchPage id={id} />;
  if (path === '/launches')
    return (
      <>
        <PageHead
          title={t('launch.launches')}
          actions={
            <LinkButton look="main" icon="launch" href="/launch">
              {t('launch.title')}
            </LinkButton>
          }
        />
        <Card>
          <LaunchList />
        </Card>
      </>
    );
  return (
    <>
      <PageHead
        title={t('launch.title')}
        actions={
          <LinkButton icon="list" href="/launches">
            {t('launch.launches')}
          </LinkButton>
        }
      />
      <NewLaunch />
    </>
  );
}
