import { common } from './common';
import { table } from './table';
import { range } from './range';
import { shell } from './shell';
import { door } from './door';
import { dashboard } from './dashboard';
import { directions } from './directions';
import { creatives } from './creatives';
import { launch } from './launch';
import { campaigns } from './campaigns';
import { leads } from './leads';
import { roi } from './roi';
import { autopilot } from './autopilot';
import { brain } from './brain';
import { problem } from './problem';
import { accounts } from './accounts';
import { settings } from './settings';
import { first } from './first';
import { members } from './members';
import { keys } from './keys';
import { audit } from './audit';
import { handing } from './handing';
import { sites } from './sites';
import { events } from './events';
import { dialogs } from './dialogs';

export default {
  common,
  table,
  range,
  shell,
  door,
  dashboard,
  directions,
  creatives,
  launch,
  campaigns,
  leads,
  roi,
  autopilot,
  brain,
  problem,
  accounts,
  settings,
  first,
  members,
  keys,
  audit,
  handing,
  sites,
  events,
  dialogs,
};
