import { t } from '~/words';

export default function Page() {
  return (
    <main class="door">
      <h1>{t('door.sign_in')}</h1>
    </main>
  );
}
