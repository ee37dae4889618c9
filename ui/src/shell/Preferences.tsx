// Language, digits and light: kept in this browser and with the person.
import { chooseDigits, chooseLanguage, chooseTheme } from '~/api/preferences';
import { Menu, type MenuItem } from '~/parts/Menu';
import { useTheme, type Theme } from '~/parts/theme';
import { digits, languages, t, useLanguage } from '~/words';

export function LanguageMenu() {
  const language = useLanguage();
  const items: MenuItem[] = Object.entries(languages).map(([value, { name }]) => ({ value, label: name, checked: value === language }));
  if (language === 'ar') items.push({ value: 'digits', label: t('shell.arabic_digits'), checked: digits.get() === 'arab' });

  function choose(value: string) {
    if (value === 'digits') void chooseDigits(digits.get() === 'arab' ? 'latn' : 'arab');
    else void chooseLanguage(value);
  }
  return <Menu label={t('shell.language')} icon="globe" items={items} onSelect={choose} />;
}

export function ThemeMenu() {
  const theme = useTheme();
  const items = (['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`shell.theme_${value}`), checked: value === theme }));
  return <Menu label={t('shell.theme')} icon="sun" items={items} onSelect={(value) => chooseTheme(value as Theme)} />;
}
