import type { dialogs as english } from '../en/dialogs';
import type { Like } from '../types';

export const dialogs: Like<typeof english, 'ar'> = {
  intro: 'بعد ثانيتين من الرسالة تُقيَّم المحادثة بهذه القواعد من الأولى إلى الأخيرة؛ وأول قاعدة تنطبق تنقل العميل. ينتقل العملاء إلى الأمام أو إلى «مفقود» ولا يعودون.',
  none_yet: 'لا قواعد بعد',
  none_hint: 'دون قواعد يقيّم نموذج لغوي المحادثات إن ضُبط، وإلا تُحدَّد المراحل يدويًا.',
  add: 'إضافة قاعدة',
  rule: 'القاعدة {number}',
  earlier: 'أبكر',
  later: 'لاحقًا',
  becomes: 'يصبح العميل',
  sender: 'قاله',
  sender_person: 'الشخص',
  sender_us: 'نحن',
  sender_anyone: 'أي طرف',
  messages: 'رسائل الشخص، على الأقل',
  any: 'قيل أحد هذه',
  all: 'قيلت كل هذه',
  none: 'لم يُقل أي من هذه',
  one_a_line: 'عبارة في كل سطر؛ كلمات كاملة',
  answer: 'وجواب النموذج',
  answer_field: 'السؤال',
  answer_any: 'يحوي الجواب أحد',
};
