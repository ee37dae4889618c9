// Shapes of the API that several pages use; a page's own shapes stand in its folder.

export interface Org {
  id: string;
  name: string;
  country: string;
  currency: string;
}
export type Right = 'read' | 'edit' | 'spend' | 'admin';
export interface Me {
  org: Org;
  user_id: string | null;
  email: string | null;
  role: string | null;
  orgs?: { id: string; name: string; role: string }[];
  actor: string;
  rights: Right[];
  csrf: string | null;
  preferences?: { language?: string; theme?: string; digits?: string };
}

export type PlatformName = 'tiktok' | 'facebook';
export interface Connection {
  status: string;
  advertiser_id?: string | null;
  currency?: string | null;
  time_zone?: string | null;
  [more: string]: unknown;
}
export interface AdAccount {
  id: string;
  name: string;
  connections: Partial<Record<PlatformName, Connection>>;
  [more: string]: unknown;
}
export interface Direction {
  id: string;
  name: string;
  platform: PlatformName;
  ad_account_id: string;
  [more: string]: unknown;
}
