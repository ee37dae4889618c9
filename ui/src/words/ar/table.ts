import type { table as english } from '../en/table';
import type { Like } from '../types';

export const table: Like<typeof english, 'ar'> = {
  columns: 'الأعمدة',
  csv: 'CSV',
  more: 'عرض المزيد',
  tick: 'تحديد هذا الصف',
  tick_all: 'تحديد كل الصفوف',
  ticked: { zero: 'لم يُحدَّد شيء ({n})', one: 'محدد {n}', two: 'محددان {n}', few: '{n} محددة', many: '{n} محددًا', other: '{n} محدد' },
  rows: { zero: 'لا صفوف ({n})', one: 'صف واحد ({n})', two: 'صفان ({n})', few: '{n} صفوف', many: '{n} صفًا', other: '{n} صف' },
  total: 'الإجمالي',
  usual_columns: 'الأعمدة المعتادة',
  csv_far: 'CSV: {rows} من {all}',
};
