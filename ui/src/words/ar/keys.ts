import type { keys as english } from '../en/keys';
import type { Like } from '../types';

export const keys: Like<typeof english, 'ar'> = {
  intro: 'مفاتيح لبرامجك وخدماتك. لكل منها صلاحياته ويمكن إلغاؤه فورًا.',
  none: 'لا مفاتيح بعد',
  add: 'إنشاء مفتاح',
  made: 'تم إنشاء المفتاح',
  once: 'انسخه الآن: يظهر مرة واحدة فقط.',
  use: 'يرسله البرنامج مع كل طلب:',
  example: 'مثال',
  name_hint: 'لتعرف لاحقًا أي برنامج يستخدمه.',
  rights: 'الصلاحيات',
  right_read: 'قراءة',
  right_read_hint: 'الأرقام والقوائم والعملاء دون بيانات الاتصال',
  right_edit: 'تعديل',
  right_edit_hint: 'الاتجاهات والمواد والعملاء',
  right_spend: 'إنفاق',
  right_spend_hint: 'الإطلاق والميزانيات والطيار الآلي',
  right_admin: 'إدارة',
  right_admin_hint: 'الأعضاء والمفاتيح والحسابات الإعلانية',
  revoke_text: 'يتوقف فورًا كل ما يستخدم المفتاح {name}.',
};
