// Language, digits and light: kept in this browser.
import { Menu, type MenuItem } from '~/parts/Menu';
import { setTheme, useTheme, type Theme } from '~/parts/theme';
import { digits, isLanguage, languages, t, useLanguage, speak } from '~/words';

export function LanguageMenu() {
  const language = useLanguage();
  const items: MenuItem[] = Object.entries(languages).map(([value, { name }]) => ({ value, label: name, checked: value === language }));
  if (language === 'ar') items.push({ value: 'digits', label: t('shell.arabic_digits'), checked: digits.get() === 'arab' });

  function choose(value: string) {
    if (isLanguage(value)) void speak(value);
    else {
      localStorage.setItem('digits', digits.get() === 'arab' ? 'latn' : 'arab');
      void speak('ar');
    }
  }
  return <Menu label={t('shell.language')} icon="globe" items={items} onSelect={choose} />;
}

export function ThemeMenu() {
  const theme = useTheme();
  const items = (['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`shell.theme_${value}`), checked: value === theme }));
  return <Menu label={t('shell.theme')} icon="sun" items={items} onSelect={(value) => setTheme(value as Theme)} />;
}
