import type { door as english } from '../en/door';
import type { Like } from '../types';

export const door: Like<typeof english, 'ar'> = {
  sign_in: 'تسجيل الدخول',
  email: 'البريد الإلكتروني',
  password: 'كلمة المرور',
  link_used: 'هذا الرابط مستخدم أو قديم. سجّل الدخول بكلمة المرور.',
};
