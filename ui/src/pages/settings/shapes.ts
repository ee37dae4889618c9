// What the settings' parts of the API answer.
import type { PlatformName, Right } from '~/api/types';

export type Role = 'owner' | 'manager' | 'analyst';
export interface Member {
  id: string;
  email: string;
  role: Role;
  created_at: string;
}
export interface Invitation {
  id: string;
  email: string;
  role: Role;
  state: 'open' | 'used' | 'revoked' | 'expired';
  invited_by: string;
  created_at: string;
  expires_at: string;
  used_at: string | null;
}
export interface NewInvitation extends Invitation {
  token: string;
  path: string;
  url: string | null;
}
export interface Session {
  id: string;
  org_id: string;
  address: string | null;
  agent: string | null;
  created_at: string;
  last_seen_at: string;
  current: boolean;
}
export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  rights: Right[];
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}
export interface AuditLine {
  sequence: number;
  at: string;
  actor: string;
  actor_name: string | null;
  action: string;
  object_id: string;
  before: string | null;
  after: string | null;
}

export type Topic = 'lead.created' | 'lead.linked' | 'lead.stage' | 'purchase.created';
export interface MappingLine {
  field: string;
  from?: string;
  value?: string;
  otherwise?: string;
}
export interface Endpoint {
  id: string;
  kind: 'webhook' | 'telegram';
  name: string;
  address: string;
  topics: Topic[];
  mapping: MappingLine[] | null;
  is_active: boolean;
  stopped_text: string | null;
  old_secret_until: string | null;
  created_at: string;
}
export interface TestResult {
  delivered: boolean;
  status: number;
  duration_ms: number;
  answer: string;
  sent: unknown;
}
export interface Handoff {
  id: string;
  endpoint_id: string;
  lead_id: string;
  topic: Topic;
  state: 'waiting' | 'delivered' | 'dead';
  attempts: number;
  last_status: number;
  last_error: string | null;
  created_at: string;
  next_at: string | null;
  delivered_at: string | null;
}

export interface LeadKey {
  id: string;
  name: string;
  prefix: string;
  direction_id: string | null;
  forward_page_views: boolean;
  page_views: number;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}
export interface NewLeadKey {
  id: string;
  key: string;
  address: string;
}

export const stages = ['interest', 'qualified', 'scheduled', 'purchase', 'lost'] as const;
export type Stage = (typeof stages)[number];
export interface EventNames {
  platform: PlatformName;
  names: Record<Stage, string | null>;
}
export interface EventSummary {
  waiting: number;
  sent: number;
  refused: number;
  skipped: number;
  oldest_waiting_at: string | null;
  open_breakers: number;
  blocked_directions: number;
}
export interface SentEvent {
  id: string;
  lead_id: string | null;
  stage: string | null;
  platform: PlatformName;
  direction_id: string | null;
  event_name: string | null;
  event_id: string | null;
  pixel_code: string | null;
  state: 'waiting' | 'sent' | 'refused' | 'skipped';
  reason: string | null;
  attempts: number;
  value_micros?: number;
  currency?: string;
  event_at: string;
  next_at: string | null;
  sent_at: string | null;
}
export interface EventAttempt {
  id: string;
  event: string;
  platform: PlatformName;
  pixel_code: string;
  event_name: string;
  outcome: string;
  request: unknown;
  answer: unknown;
  error: unknown;
  batch_size: number;
  retries: number;
  duration_ms: number;
  at: string;
}

export interface DialogRule {
  stage: 'qualified' | 'scheduled' | 'lost';
  any?: string[];
  all?: string[];
  none?: string[];
  sender?: 'person' | 'us' | 'anyone';
  messages?: number;
  answer?: { field: string; any: string[] };
}
