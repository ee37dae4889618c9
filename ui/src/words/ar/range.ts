import type { range as english } from '../en/range';
import type { Like } from '../types';

export const range: Like<typeof english, 'ar'> = {
  label: 'الفترة',
  from: 'من',
  to: 'إلى',
  preset_today: 'اليوم',
  preset_yesterday: 'أمس',
  preset_7: 'آخر 7 أيام',
  preset_14: 'آخر 14 يومًا',
  preset_30: 'آخر 30 يومًا',
  preset_90: 'آخر 90 يومًا',
  preset_month: 'هذا الشهر',
  preset_last_month: 'الشهر الماضي',
  preset_custom: 'أيام مختارة',
  compare: 'المقارنة مع',
  compare_none: 'لا شيء',
  compare_previous: 'الفترة السابقة',
  compare_weekdays: 'أيام الأسبوع نفسها سابقًا',
  compare_year: 'قبل عام',
};
