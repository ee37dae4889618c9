export const launch = {
  title: 'Launch',
};
