export const autopilot = {
  title: 'Autopilot',
};
