export const door = {
  sign_in: 'Sign in',
  email: 'E-mail',
  password: 'Password',
  link_used: 'This link has been used or is too old. Sign in with the password.',
};
